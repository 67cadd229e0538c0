"""A department of whose signs nothing is known is not a calm one."""

from typing import Any

from domain.actor import Role
from tests.web.moments import NOTHING, publish
from tests.web.site import Site

FINE, OPEN = "当前没有预警或告警", "当前没有未消除的预警或告警"


def said(site: Site, code: str) -> str:
    got = site.person(Role.LEADER).callback(
        "department-answer.data", {"department-question.data": {"code": code}}
    )
    assert got.status_code == 200, got.text
    told: Any = got.json
    return str(told["response"]["department-answer"]["data"]["department-body"])


def test_what_is_not_known_is_not_called_fine(site: Site) -> None:
    city = site.services.catalogue
    code = city.signs[0].department
    owned = [s.code for s in city.signs if s.department == code]
    places = (city.code, *city.street)
    publish(site, {(sign, place): NOTHING for sign in owned for place in places})
    dark = said(site, code)
    assert "目前都没有数据" in dark and FINE not in dark
    assert f"{OPEN}。其中 {len(owned)} 项目前没有数据" in dark


def test_some_of_them_are_counted(site: Site) -> None:
    city = site.services.catalogue
    code = next(
        d.code for d in city.departments if sum(s.department == d.code for s in city.signs) > 1
    )
    first = next(s.code for s in city.signs if s.department == code)
    publish(site, {(first, city.code): NOTHING})
    part = said(site, code)
    assert f"{FINE}。其中 1 项目前没有数据" in part


def test_a_goal_of_which_nothing_is_known_has_taken_nothing_known(site: Site) -> None:
    publish(site, {})
    street = site.services.catalogue.streets[0].code
    got = site.person(Role.LEADER).callback(
        "rankings-answer.data", {"rankings-question.data": {"receipt": street}}
    )
    told: Any = got.json
    page = str(told["response"]["rankings-answer"]["data"]["rankings-body"])
    assert "receipt-goal" in page
    for head in page.split("receipt-goal")[1:]:
        assert "0.00" not in head[:90]
