"""Every query that the web asks is either cached or says why not."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.caching.cache import CachedQuery, cached_query, uncached
from data_access.settings import ROOT
from data_access.store.db import Database

WEB = ("app.py", "pages", "callbacks", "dashboard")


def _files() -> Iterator[Path]:
    for name in WEB:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _used(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of everything that a file takes from data_access, attributes included."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("data_access"):
            for alias in node.names:
                yield str(node.module), alias.name
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in modules:
                yield modules[node.value.id], node.attr


def is_query(thing: object) -> bool:
    """Whether `thing` is a function (or cached query) whose first parameter is `db`."""
    if not callable(thing) or inspect.isclass(thing):
        return False
    try:
        names = list(inspect.signature(thing).parameters)
    except (TypeError, ValueError):
        return False
    return names[:1] == ["db"]


def is_decided(thing: object) -> bool:
    """Whether a query says that it is cached, or why not."""
    return isinstance(thing, CachedQuery) or bool(getattr(thing, "__uncached__", None))


def _queries() -> dict[str, object]:
    """Every function of data_access whose first parameter is `db` and that the web names."""
    found: dict[str, object] = {}
    for path in _files():
        for module, name in _used(ast.parse(path.read_text())):
            try:
                thing = getattr(importlib.import_module(module), name, None)
            except ModuleNotFoundError:
                continue  # `from data_access.x import f` then `f.attribute`: not a module
            if is_query(thing):
                found[f"{module}.{name}"] = thing
    return found


def test_every_query_of_the_web_has_decided_about_caching() -> None:
    queries = _queries()
    assert len(queries) > 10, "the search found too little to mean anything"
    undecided = sorted(name for name, query in queries.items() if not is_decided(query))
    assert not undecided, f"neither @cached_query nor @uncached(reason): {undecided}"


def test_what_is_a_query_and_what_is_decided() -> None:
    @cached_query(ttl=1)
    def kept(db: Database) -> int:
        return 1

    @uncached("must be fresh")
    def fresh(db: Database) -> int:
        return 1

    def undecided(db: Database) -> int:
        return 1

    def other(value: int) -> int:
        return value

    assert [is_query(f) for f in (kept, fresh, undecided, other, Database, 7)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert [is_decided(f) for f in (kept, fresh, undecided)] == [True, True, False]


def test_a_policy_needs_a_meaning() -> None:
    with pytest.raises(ValueError, match="reason"):
        uncached("  ")
    with pytest.raises(ValueError, match="ttl"):
        cached_query(ttl=0)
