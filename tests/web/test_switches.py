"""`POST /screen/log`: who may say what a wall showed, and how it stands in the audit log."""

from typing import Any

import pytest

from dashboard.switches import AT_ONCE, CAPACITY
from data_access.accounts.audit import Result
from domain.actor import Role
from tests.web.site import Site

PATH = "/screen/log"


def told(profile: str = "centre", **changes: Any) -> dict[str, Any]:
    switch = {"from": "home", "to": "sign:FAC-13", "why": "alarm", "mode": "daily", **changes}
    return {"profile": profile, "switches": [switch]}


def test_everybody_who_may_see_the_wall_may_say_so(site: Site) -> None:
    for role, visitor in site.everybody().items():
        if role:
            visitor.get("/screen")  # brings the token
        assert visitor.post(PATH, told()).status_code == (204 if role else 401), role
    rows = site.log("screen.switch")
    assert len(rows) == 5
    assert {row.who.partition(":")[0] for row in rows} == {
        "leader", "department", "operator", "admin", "screen",
    }  # fmt: skip


def test_a_wall_is_named_with_what_it_showed_and_why(site: Site) -> None:
    wall = site.wall("hall")
    body = told()
    body["switches"] += [{"from": "sign:FAC-13", "to": "home", "why": "return", "mode": "daily"}]
    assert wall.post(PATH, body).status_code == 204
    rows = site.log("screen.switch")
    assert [(row.who, row.object, row.result) for row in reversed(rows)] == [
        ("screen:hall", "home → sign:FAC-13: alarm (centre/daily)", Result.OK),
        ("screen:hall", "sign:FAC-13 → home: return (centre/daily)", Result.OK),
    ]
    assert {row.at for row in rows} == {site.clock.ms}  # the server's clock, not the wall's


@pytest.mark.parametrize(
    "body",
    [
        "text",
        [],
        {},
        {"profile": "centre", "switches": []},
        {"profile": "nowhere", "switches": told()["switches"]},
        {"profile": "centre", "switches": told()["switches"] * (AT_ONCE + 1)},
        {**told(), "more": 1},
        told(to="sign:FAC-99"),
        told(to="domain:moon"),
        told(to="<script>"),
        told(why="because"),
        told(mode="party"),
        told(**{"from": 7}),
    ],
)
def test_what_is_no_switch_is_refused(site: Site, body: Any) -> None:
    wall = site.wall()
    assert wall.post(PATH, body).status_code == 400
    assert site.log("screen.switch") == []


def test_another_site_cannot_write_our_log(site: Site) -> None:
    wall = site.wall()
    assert wall.post(PATH, told(), X_CSRFToken="").status_code == 403
    assert wall.post(PATH, told(), X_CSRFToken="0" * 64).status_code == 403
    assert wall.post(PATH, told(), Origin="https://evil.example").status_code == 403
    assert site.log("screen.switch") == []


def test_only_posting_is_possible(site: Site) -> None:
    leader = site.person(Role.LEADER)
    assert leader.get(PATH).status_code == 404
    assert site.wall().get(PATH).status_code == 403


def test_a_wall_that_says_too_much_is_told_to_wait(site: Site) -> None:
    wall, other = site.wall("loud"), site.wall("quiet")
    for _ in range(CAPACITY):
        assert wall.post(PATH, told()).status_code == 204
    refused = wall.post(PATH, told())
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
    assert len(site.log("screen.switch")) == CAPACITY
    assert other.post(PATH, told()).status_code == 204
    site.clock.step(10)
    assert wall.post(PATH, told(to="replay", why="replay", profile="")).status_code == 204
