"""Cross-site requests: refused by their origin and by the token they cannot know."""

from typing import Any

import pytest

from dashboard.security import csrf
from domain.actor import Role
from tests.web.site import PASSWORD, Site, Visitor

OUTPUT = "sources-answer.data"


@pytest.fixture
def leader(site: Site) -> Visitor:
    visitor = site.person(Role.LEADER)
    visitor.get("/sources")
    return visitor


def ask(visitor: Visitor, **headers: str) -> int:
    body = visitor.site.body(OUTPUT, {})
    return visitor.post("/_dash-update-component", body, **headers).status_code


def test_the_page_brings_the_token(leader: Visitor) -> None:
    assert len(leader.token()) == 64
    assert ask(leader) == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "å"])
def test_without_the_right_token(leader: Visitor, token: str) -> None:
    assert ask(leader, X_CSRFToken=token) == 403


def test_the_token_of_another_session(site: Site, leader: Visitor) -> None:
    other = site.person(Role.ADMIN)
    assert ask(leader, X_CSRFToken=other.token()) == 403


def test_a_planted_token_cookie_is_worth_nothing(leader: Visitor) -> None:
    leader.client.set_cookie(csrf.COOKIE, "planted")
    assert ask(leader, X_CSRFToken="planted") == 403
    leader.get("/sources")  # the next page mends the cookie
    assert ask(leader) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://[::1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_from_elsewhere(site: Site, leader: Visitor, headers: dict[str, str]) -> None:
    assert ask(leader, **headers) == 403
    named: Any = {name.replace("_", "-"): value for name, value in headers.items()}
    form = {"username": site.account(Role.LEADER), "password": PASSWORD}
    answer = site.stranger().client.post("/login", data=form, headers=named)
    assert answer.status_code == 403
    assert not answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("origin", ["http://localhost", "HTTP://LOCALHOST"])
def test_from_here(leader: Visitor, origin: str) -> None:
    assert ask(leader, Origin=origin) == 200


def test_logout_needs_the_token_too(leader: Visitor) -> None:
    assert leader.client.post("/logout").status_code == 403
    assert leader.client.post("/logout", data={csrf.FIELD: "0" * 64}).status_code == 403
    assert leader.get("/about").status_code == 200, "still signed in"
    assert leader.client.post("/logout", data={csrf.FIELD: leader.token()}).status_code == 303


def test_a_plain_client_logs_in_with_two_fields(site: Site) -> None:
    visitor = site.stranger()
    answer = visitor.client.post(
        "/login", data={"username": site.account(Role.ADMIN), "password": PASSWORD}
    )
    assert answer.status_code == 303
    assert visitor.get("/about").status_code == 200
