"""The page of docs/adding.md, made on the spot: its spec, its body, its words.

No module of the product knows of it."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import dash
import pytest

import callbacks
import pages
from dashboard import desks
from dashboard.desks.spec import PageSpec, Plain
from dashboard.factory import create_app
from dashboard.words.labels import use_wording
from domain.actor import Role
from domain.freshness import Freshness
from domain.picture import Cell
from domain.sign import State
from domain.text import Text
from tests.adding import blocks, rows, written
from tests.web.moments import publish
from tests.web.site import Site, Visitor

OUTPUT = "quay-answer.data"
ROOM, PAGE, BODY = "dashboard/desks/quay", "pages/quay.py", "callbacks/quay.py"
WORDS = {key: Text(zh, en) for key, zh, en in rows(blocks("A page")["dashboard/words/labels.csv"])}


@pytest.fixture
def spot(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The product with one page more, as docs/adding.md says."""
    for package, name, path in ((pages, "spot_pages", PAGE), (callbacks, "spot_callbacks", BODY)):
        shutil.copytree(next(iter(package.__path__)), tmp_path / name)
        written("A page", path, tmp_path / name)
    for path in (f"{ROOM}/__init__.py", f"{ROOM}/page.py"):
        written("A page", path, tmp_path / "desks" / "quay")
    monkeypatch.setattr(desks, "__path__", [*desks.__path__, str(tmp_path / "desks")])
    monkeypatch.syspath_prepend(tmp_path)
    for name in [n for n in sys.modules if n.startswith(("spot_", f"{desks.__name__}.quay"))]:
        monkeypatch.delitem(sys.modules, name)
    import spot_callbacks  # type: ignore[import-not-found]

    own = ModuleType("spot_pages")
    own.__path__ = [str(tmp_path / "spot_pages")]
    use_wording({**site.services.catalogue.wording, **WORDS})  # as rows of the table of labels
    site.app = create_app(site.services, own, spot_callbacks)
    yield site
    use_wording(site.services.catalogue.wording)


def answer(visitor: Visitor, code: str) -> dict[str, str]:
    """Container → what stands in it."""
    got = visitor.callback(OUTPUT, {"quay-question.data": {"code": code}})
    assert got.status_code == 200, got.text
    told: Any = got.json
    data = told["response"]["quay-answer"]["data"]
    return {name: json.dumps(nodes, ensure_ascii=False) for name, nodes in data.items()}


def laid(visitor: Visitor, path: str) -> str:
    """The page as the router hands it out; empty where it refuses."""
    return json.dumps(visitor.route(path).json, ensure_ascii=False)


def see(site: Site) -> None:
    city = site.services.catalogue
    cell = Cell(1.0, State.NORMAL, Freshness.LIVE, site.clock.ms, None, False)
    publish(site, {(sign.code, city.code): cell for sign in city.signs})


def test_its_policy(spot: Site) -> None:
    see(spot)
    for role, visitor in spot.everybody().items():
        mine = role in ("leader", "operator")
        expected = 200 if mine else 302 if not role else 403
        assert visitor.get("/quay/east").status_code == expected, role
        refused = 403 if role else 401
        assert visitor.route("/quay/east").status_code == (200 if mine else refused), role
        asked = visitor.callback(OUTPUT, {"quay-question.data": {"code": "east"}})
        assert asked.status_code == (200 if mine else refused), role
        assert ("/quay/east" in laid(visitor, "/index")) == mine, role


def test_its_frame_navigation_title_and_tick(spot: Site) -> None:
    leader = spot.person(Role.LEADER)
    page = laid(leader, "/quay/east")
    assert '"id": "quay-tick"' in page and '"interval": 20000' in page
    assert '"id": "quay-question"' in page and '"id": "desk-silent"' in page
    at = [page.index(f'"href": "{path}"') for path in ("/streets", "/quay/east", "/rankings")]
    assert at == sorted(at), "its order is its place among the others"
    assert "码头" in page
    assert "<title>码头 east · " in leader.get("/quay/east").text
    declared = next(e for e in spot.app._callback_list if e["output"] == OUTPUT)
    assert "quay-tick" in json.dumps(declared["running"], default=str), "the tick waits"


def test_its_answers(spot: Site) -> None:
    see(spot)
    leader = spot.person(Role.LEADER)
    told = answer(leader, "east")
    assert f"码头 east，{spot.clock.ms}" in told["quay-body"]
    assert "数据截至" in told["desk-mark"] and "演示数据" in told["desk-mark"]
    spot.clock.step(60)
    assert "数据流已中断" in answer(leader, "east")["desk-mark"]
    lost = answer(leader, "nowhere")
    assert "没有这个码头" in lost["quay-body"] and "演示数据" not in lost["desk-mark"]


def test_before_anything_is_published(spot: Site) -> None:
    early = answer(spot.person(Role.LEADER), "east")
    assert "还没有数据" in early["quay-body"] and "尚无数据" in early["desk-mark"]


def test_its_denial(spot: Site) -> None:
    see(spot)
    leader = spot.person(Role.LEADER)
    refused = answer(leader, "shut")
    assert set(refused) == {"quay-body"} and "shut" not in refused["quay-body"]
    assert [entry.object for entry in spot.log("denied.quay")] == ["shut"]
    page = laid(leader, "/quay/shut")
    assert "本部门" in page and "quay-question" not in page and "quay-tick" not in page


def test_its_table(spot: Site) -> None:
    see(spot)
    taken = spot.person(Role.LEADER).get("/export/quays.csv")
    assert taken.status_code == 200 and "east" in taken.text
    assert spot.person(Role.OPERATOR).get("/export/quays.csv").status_code == 403
    assert [entry.object.split()[0] for entry in spot.log("export")] == ["quays.csv"]


def test_a_page_that_nobody_may_open_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="roles"):
        PageSpec("x", "/x", frozenset(), 1, "about.title", Plain.of)


def test_no_page_of_the_product_is_left_out(site: Site) -> None:
    """Each has a spec, and everything that answers a page is the one answer's."""
    assert site.app.use_pages
    specs = [page["spec"] for page in dash.page_registry.values()]
    assert len({spec.name for spec in specs}) == len(specs)
    for spec in specs:
        assert (f"{spec.name}-answer.data" in site.app.callback_map) == bool(spec.renew_s)
