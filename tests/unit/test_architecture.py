"""The rules of the house that a reader of one file cannot see: layers, cycles, sizes, bans."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("pages", "callbacks", "dashboard", "engine", "data_access", "domain")
OURS = (*FOLDERS, "app")
MAY_IMPORT = {
    "domain": {"domain"},
    "data_access": {"data_access", "domain"},
    "engine": {"engine", "data_access", "domain"},
    "dashboard": {"dashboard", "data_access", "domain"},
    "callbacks": {"callbacks", "dashboard", "data_access", "domain"},
    "pages": {"pages", "dashboard", "data_access", "domain"},
    "app": set(FOLDERS),
}
NO_WEB = ("domain", "data_access", "engine")
WEB = {"dash", "flask", "werkzeug", "plotly", "dash_leaflet", "dash_ag_grid", "gunicorn"}
MAX_LINES = 400
MOST_IN_A_ROOM = 35


@cache
def product_files() -> tuple[Path, ...]:
    """Every Python file of the product, without tests and measurements."""
    files = [ROOT / "app.py"]
    for folder in FOLDERS:
        files += sorted((ROOT / folder).rglob("*.py"))
    return tuple(files)


def all_files() -> list[Path]:
    """The product's files with tests and measurements."""
    extra = [p for folder in ("tests", "bench") for p in sorted((ROOT / folder).rglob("*.py"))]
    return [*product_files(), *extra]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, full dotted module) of every import anywhere in the file, lazy ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module_name(path).split(".")
                if path.name != "__init__.py":
                    package = package[:-1]
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, base] if base else package)
            yield node.lineno, base
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def where(path: Path, line: int, text: str) -> str:
    return f"{path.relative_to(ROOT)}:{line}: {text}"


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted text) of every attribute and name that is used in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, ast.unparse(node)


def test_every_arrow_points_down() -> None:
    faults = []
    for path in product_files():
        for line, name in imports(path):
            top = name.split(".")[0]
            if top in OURS and top not in MAY_IMPORT[layer(path)]:
                faults.append(where(path, line, f"{layer(path)} must not import {top}"))
    assert faults == []


def test_the_lower_floors_know_nothing_of_the_web() -> None:
    faults = [
        where(path, line, name)
        for path in product_files()
        if layer(path) in NO_WEB
        for line, name in imports(path)
        if name.split(".")[0] in WEB
    ]
    assert faults == []


def test_domain_does_no_io() -> None:
    banned = {"sqlalchemy", "redis", "socket", "subprocess", "urllib", "os", "pathlib", "requests"}
    faults = [
        where(path, line, name)
        for path in product_files()
        if layer(path) == "domain"
        for line, name in imports(path)
        if name.split(".")[0] in banned
    ]
    assert faults == []


def test_nobody_imports_the_application() -> None:
    faults = [
        where(path, line, name)
        for path in all_files()
        for line, name in imports(path)
        if name.split(".")[0] == "app" and path != ROOT / "app.py"
    ]
    assert faults == []


PACKAGES = {module_name(p) for p in product_files() if p.name == "__init__.py"}
MODULES = {module_name(p) for p in product_files()}
NAMES_MODULES = {"importlib.import_module", "import_module", "__import__"}


def named_modules(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string in the file that names a module of ours from its top.

    A string is how an import hides: behind `import_module`, or as the annotation of a type.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in NAMES_MODULES:
            for given in node.args[:1]:
                for part in ast.walk(given):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield node.lineno, part.value.rstrip(".")


def file_graph() -> dict[str, set[str]]:
    """Module → modules of ours that it imports: lazily, for types alone, or by a string."""
    graph: dict[str, set[str]] = {module: set() for module in MODULES}
    for path in product_files():
        here = module_name(path)
        for _line, name in [*imports(path), *named_modules(path)]:
            target = name
            while target and target not in MODULES:
                target = target.rpartition(".")[0]
            if target and target != here:
                graph[here].add(target)
    return graph


def folder_graph() -> dict[str, set[str]]:
    """Folder → folders whose files its files import; what lies beside a room is no part of it."""
    graph: dict[str, set[str]] = {package: set() for package in PACKAGES}
    for module, targets in file_graph().items():
        source = module if module in PACKAGES else module.rpartition(".")[0]
        for target in targets:
            room = target if target in PACKAGES else target.rpartition(".")[0]
            # `from data_access import settings` names the folder on its way to the file
            if room != source and target not in PACKAGES:
                graph.setdefault(source, set()).add(room)
    return graph


@pytest.mark.parametrize("graph", [file_graph, folder_graph], ids=["files", "folders"])
def test_no_circle(graph: Callable[[], dict[str, set[str]]]) -> None:
    arrows = graph()
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> None:
        if node in path:
            pytest.fail(f"circle of imports: {' → '.join([*path[path.index(node) :], node])}")
        if node in done:
            return
        for target in sorted(arrows.get(node, ())):
            walk(target, [*path, node])
        done.add(node)

    for start in sorted(arrows):
        walk(start, [])
    assert done >= set(FOLDERS)


def test_no_room_is_crowded() -> None:
    crowded = {
        package: count
        for package in PACKAGES
        if (count := sum(m.rpartition(".")[0] == package for m in MODULES)) > MOST_IN_A_ROOM
    }
    assert crowded == {}


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in all_files()
        if (lines := path.read_text().count("\n")) > MAX_LINES
    }
    assert long == {}


def test_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [str(p) for p in all_files() if p.stem in drawers] == []


def test_the_clock_is_read_in_one_place() -> None:
    banned = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|gmtime|localtime))$"
    )
    clock = ROOT / "domain" / "clock.py"
    faults = [
        where(path, line, text)
        for path in product_files()
        if path != clock
        for line, text in calls(path)
        if banned.search(text)
    ]
    assert faults == []
    assert any(banned.search(text) for _line, text in calls(clock))


def test_flask_caching_has_one_home() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in product_files()
        for _line, name in imports(path)
        if name.split(".")[0] == "flask_caching"
    }
    assert users == {"data_access/caching/cache.py"}


def test_redis_clients_are_made_in_one_place() -> None:
    maker = re.compile(r"(^|\.)((Strict)?Redis|(Blocking)?ConnectionPool|Sentinel|from_url)$")
    makers = {
        str(path.relative_to(ROOT))
        for path in product_files()
        if any(name.split(".")[0] == "redis" for _line, name in imports(path))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and maker.search(ast.unparse(node.func))
    }
    assert makers == {"data_access/caching/redis_client.py"}


def test_no_inline_style() -> None:
    faults = [
        where(path, node.value.lineno, "style=")
        for path in product_files()
        if layer(path) in ("pages", "callbacks") or {"components", "desks"} & {*path.parts}
        for node in ast.walk(tree(path))
        # a map layer's style may be the name of a function in assets/js
        if isinstance(node, ast.keyword)
        and node.arg == "style"
        and not ast.unparse(node.value).startswith("{'variable':")
    ]
    assert faults == []


def test_callbacks_register_on_the_app_they_are_given() -> None:
    banned = {"dash.callback", "dash.clientside_callback", "dash.get_app"}
    faults = [
        where(path, line, name)
        for path in product_files()
        for line, name in imports(path)
        if name in banned
    ]
    faults += [
        where(path, line, text)
        for path in product_files()
        for line, text in calls(path)
        if text in banned
    ]
    assert faults == []


def test_no_raw_interval() -> None:
    faults = [
        where(path, line, text)
        for path in product_files()
        if path.relative_to(ROOT) != Path("dashboard/components/tick.py")
        for line, text in calls(path)
        if text == "Interval" or text.endswith("dcc.Interval")
    ]
    assert faults == []


def test_no_javascript_inside_python() -> None:
    """Each inline script would cost a hash in the content security policy."""
    faults = []
    for path in product_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                "clientside_callback"
            ):
                if node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                    faults.append(where(path, node.lineno, "use ClientsideFunction"))
    assert faults == []
