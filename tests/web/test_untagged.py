"""What nobody has decided about does not start."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

import callbacks
import pages
from dashboard.factory import create_app
from dashboard.security.policy import UntaggedError, policy, tag_of
from tests.web.site import Site

TAGGED = """
from dash import Input, Output
from dashboard.security.policy import policy

def register(app, services):
    @app.callback(Output("x", "children"), Input("y", "value"))
    @policy("admin")
    def shown(value):
        return value
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package `other_callbacks` that can be imported."""
    folder = tmp_path / "other_callbacks"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("other_callbacks")]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def imported() -> ModuleType:
    import other_callbacks  # type: ignore[import-not-found]

    found: ModuleType = other_callbacks
    return found


def test_a_tagged_callback_starts(site: Site, package: Path) -> None:
    (package / "one.py").write_text(TAGGED)
    app = create_app(site.services, pages, imported())
    assert "x.children" in app.callback_map


def test_an_untagged_callback_fails_the_build(site: Site, package: Path) -> None:
    (package / "one.py").write_text(TAGGED.replace('    @policy("admin")\n', ""))
    with pytest.raises(UntaggedError, match=r"callback x\.children"):
        create_app(site.services, pages, imported())


def test_a_page_without_a_row_fails_the_build(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "other_pages"
    folder.mkdir()
    (folder / "stray.py").write_text(
        "import dash\ndash.register_page(__name__, path='/stray', layout='x')\n"
    )
    stray = ModuleType("other_pages")
    stray.__path__ = [str(folder)]
    with pytest.raises(UntaggedError, match="page /stray"):
        create_app(site.services, stray, callbacks)


def test_a_misspelt_role_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="leeder"):
        policy("leeder")


def test_a_tag_is_found_below_wrappers() -> None:
    from functools import wraps

    @policy("leader")
    def inner() -> None: ...

    @wraps(inner)
    def outer() -> None: ...

    outer.__dict__.clear()
    outer.__wrapped__ = inner  # type: ignore[attr-defined]
    assert tag_of(outer) == {"leader"}
    assert tag_of(lambda: None) is None
