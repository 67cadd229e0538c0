"""What a department has left of its time, and what is overdue."""

from dataclasses import replace
from typing import Any

from dashboard.components.view import View
from dashboard.desks.department.department_alerts import alerts_table, open_alerts, overdue
from domain.actor import Role
from domain.clock import HOUR_MS
from domain.picture import Picture
from domain.sign import State
from tests.web.moments import live, publish
from tests.web.site import Site


def said(site: Site, code: str, lang: str = "zh") -> str:
    got = site.person(Role.LEADER).callback(
        "department-answer.data", {"department-question.data": {"code": code, "lang": lang}}
    )
    assert got.status_code == 200, got.text
    told: Any = got.json
    return str(told["response"]["department-answer"]["data"]["department-body"])


def plant(site: Site) -> tuple[str, Picture]:
    """An alarm of five hours in one street and of one in another; their department."""
    city = site.services.catalogue
    sign = next(s for s in city.signs if s.at_street)
    first, second = (street.code for street in city.counted[:2])
    assert city.limits[State.ALARM] == 4 * HOUR_MS
    picture = publish(
        site,
        {
            (sign.code, first): live(site, sign.typical, State.ALARM, 5 * 3600),
            (sign.code, second): live(site, sign.typical, State.ALARM, 3600),
        },
    )
    return sign.department, picture


def test_what_is_overdue_is_counted_and_marked(site: Site) -> None:
    code, _ = plant(site)
    page = said(site, code)
    assert "其中 1 条已逾期" in page
    assert "逾期 1 小时" in page and "还剩 3 小时" in page
    assert page.count("department-overdue") == 1
    assert "告警 4 小时、预警 24 小时（假定值" in page
    english = said(site, code, "en")
    assert "1 of them overdue" in english and "Overdue by 1 h" in english


def test_without_limits_nothing_is_overdue(site: Site) -> None:
    code, picture = plant(site)
    city = replace(site.services.catalogue, limits={})
    alerts = open_alerts(city, picture, code)
    assert len(alerts) == 2 and overdue(city, alerts, site.clock.ms) == 0
    page = str(alerts_table(View("zh"), city, picture, alerts, 0, site.clock.ms))
    assert "逾期" not in page and "没有规定体征的处置时限" in page
