"""An engine that has fallen silent: no desk page may look alive, however young its values are."""

from typing import Any

import pytest

from dashboard.components.moment import HALTED_MS
from dashboard.components.times import day_and_time
from domain.actor import Role
from tests.web.moments import publish
from tests.web.site import Site, Visitor

SAID = "数据流已中断"
PAGES = ("signs", "sign", "streets", "street", "rankings", "department", "episodes")


def mark(site: Site, visitor: Visitor, page: str) -> str:
    """What stands beside the data's time."""
    city = site.services.catalogue
    codes = {"sign": city.signs[0].code, "street": city.streets[0].code}
    code = codes.get(page, city.signs[0].department)
    got = visitor.callback(f"{page}-answer.data", {f"{page}-question.data": {"code": code}})
    assert got.status_code == 200, got.text
    told: Any = got.json
    return str(told["response"][f"{page}-answer"]["data"]["desk-mark"])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_the_engine_is_silent(site: Site, page: str) -> None:
    visitor = site.person(Role.LEADER)
    publish(site, {})
    site.clock.step(HALTED_MS / 1000)
    assert SAID not in mark(site, visitor, page)
    site.clock.step(1)
    said = mark(site, visitor, page)
    assert SAID in said and "desk-halted" in said and f"{HALTED_MS // 1000 + 1} 秒" in said


def test_a_ranking_is_no_newer_than_what_was_judged(site: Site) -> None:
    visitor, zone = site.person(Role.LEADER), site.services.catalogue.zone
    publish(site, {})
    judged = site.clock.ms
    site.clock.step(3 * 3600)
    said = mark(site, visitor, "rankings")
    assert f"'{day_and_time(judged, site.clock.ms, zone)}'" in said
    assert f"'{day_and_time(site.clock.ms, site.clock.ms, zone)}'" not in said
