"""An engine that has fallen silent: no desk page may look alive, however young its values are."""

from typing import Any

import pytest

from dashboard.components.moment import HALTED_MS
from dashboard.components.times import day_and_time
from domain.actor import Role
from domain.freshness import Freshness
from domain.picture import Cell
from domain.sign import State
from tests.web.moments import NOTHING, publish
from tests.web.site import Site, Visitor

SAID = "数据流已中断"
PAGES = ("index", "signs", "sign", "streets", "street", "rankings", "department", "episodes")


def mark(site: Site, visitor: Visitor, page: str) -> str:
    """What stands beside the data's time."""
    city = site.services.catalogue
    codes = {"sign": city.signs[0].code, "street": city.streets[0].code}
    code = codes.get(page, city.signs[0].department)
    got = visitor.callback(f"{page}-answer.data", {f"{page}-question.data": {"code": code}})
    assert got.status_code == 200, got.text
    told: Any = got.json
    return str(told["response"][f"{page}-answer"]["data"]["desk-mark"])


def everywhere(site: Site, cell: Cell) -> None:
    """A picture of which every cell is this one."""
    city = site.services.catalogue
    publish(
        site, {(s.code, place): cell for s in city.signs for place in (city.code, *city.street)}
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_the_engine_is_silent(site: Site, page: str) -> None:
    visitor = site.person(Role.LEADER)
    publish(site, {})
    site.clock.step(HALTED_MS / 1000)
    assert SAID not in mark(site, visitor, page)
    site.clock.step(1)
    said = mark(site, visitor, page)
    assert SAID in said and "desk-halted" in said and f"{HALTED_MS // 1000 + 1} 秒" in said


@pytest.mark.parametrize("page", PAGES)
def test_every_page_tells_the_time_of_what_was_observed(site: Site, page: str) -> None:
    """As the wall does: an engine that goes on looking at old values makes none of them newer."""
    visitor, city = site.person(Role.LEADER), site.services.catalogue
    seen = site.clock.ms
    site.clock.step(3 * 3600)
    everywhere(site, Cell(1.0, State.UNKNOWN, Freshness.STALE, seen, None, False))
    said = mark(site, visitor, page)
    assert f"'{day_and_time(seen, site.clock.ms, city.zone)}'" in said
    assert f"'{day_and_time(site.clock.ms, site.clock.ms, city.zone)}'" not in said


def test_without_an_observation_no_time_is_told(site: Site) -> None:
    everywhere(site, NOTHING)
    for page in PAGES:
        assert "尚无数据" in mark(site, site.person(Role.LEADER), page)
