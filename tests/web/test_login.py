"""The front door: right and wrong passwords, where it leads, the throttle, the log."""

import time

import pytest

from data_access.accounts import logins, users
from data_access.accounts.audit import Result
from domain.actor import Role
from tests.web.site import PASSWORD, Site


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/sources?freshness=stale", "/sources?freshness=stale"),
        ("/about", "/about"),
        ("", "/screen"),
        ("//evil.example/", "/screen"),
        ("https://evil.example/", "/screen"),
        ("/\\evil.example", "/screen"),
        ("\\\\evil.example", "/screen"),
        ("javascript:alert(1)", "/screen"),
        ("/about\r\nSet-Cookie: x=1", "/screen"),
        ("/login?next=/login", "/screen"),
        ("/logout", "/screen"),
        ("/" + "x" * 5000, "/screen"),
    ],
)
def test_the_way_on_stays_on_this_server(site: Site, target: str, leads_to: str) -> None:
    answer = site.stranger().login(site.account(Role.LEADER), next=target)
    assert (answer.status_code, answer.location) == (303, leads_to)


def test_the_way_back_survives_the_form(site: Site) -> None:
    visitor = site.stranger()
    door = visitor.get("/sources?freshness=stale&lang=en").location
    page = visitor.get(door).text
    assert 'value="/sources?lang=en&amp;freshness=stale"' in page
    assert 'lang="en"' in page and "Sign in" in page


def test_wrong_passwords_and_names_look_the_same(site: Site) -> None:
    name = site.account(Role.LEADER)
    wrong = site.stranger().login(name, "not the password")
    unknown = site.stranger().login("nobody-at-all", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace(name, "nobody-at-all") == unknown.text


def test_an_unknown_name_takes_as_long(site: Site) -> None:
    name = site.account(Role.LEADER)

    def quickest(username: str) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert users.authenticate(site.db, username, "wrong") is None
            times.append(time.perf_counter() - began)
        return min(times)

    quickest("warm-up")
    known, unknown = quickest(name), quickest("nobody")
    assert 0.5 < known / unknown < 2


def test_names_match_without_regard_to_case_and_width(site: Site) -> None:
    users.add_user(site.db, "Wang.Fang", PASSWORD, Role.LEADER, None, site.clock.ms)
    assert site.stranger().login(" WANG.FANG ").status_code == 303
    assert site.stranger().login("ｗａｎｇ.fang").status_code == 303


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"username": "x"},
        {"password": "x"},
        {"username": "x" * 300, "password": "y"},
        {"username": "x", "password": "y" * 300},
    ],
)
def test_incomplete_forms(site: Site, form: dict[str, str]) -> None:
    answer = site.stranger().client.post("/login", data=form)
    assert answer.status_code == 400
    assert "请填写" in answer.text


def test_hostile_names_come_back_as_text(site: Site) -> None:
    payload = '"><script>alert(1)</script>'
    page = site.stranger().login(payload, "x").text
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_the_throttle_of_a_login(site: Site) -> None:
    name = site.account(Role.LEADER)
    attempts, per = logins.PER_PAIR
    for _ in range(attempts):
        assert site.stranger().login(name, "wrong").status_code == 401
    shut = site.stranger().login(name)  # even with the right password
    assert shut.status_code == 429
    assert 0 < int(shut.headers["Retry-After"]) <= per + 1
    site.clock.step(per)
    assert site.stranger().login(name).status_code == 303
    assert site.stranger().login(name, "wrong").status_code == 401, "success fills the bucket"


def test_a_device_that_has_come_in_is_known_again(site: Site) -> None:
    name, other = site.account(Role.LEADER), site.account(Role.OPERATOR)
    hers = site.stranger()
    assert hers.login(name).status_code == 303
    (cookie,) = [c for c in hers.client._cookies.values() if c.key.startswith("yiping_device_")]
    assert (cookie.path, cookie.http_only) == ("/login", True) and name not in cookie.value
    for n in range(logins.PER_ADDRESS[0] + 30):
        site.stranger().login(f"guess-{n}", "wrong")
        site.stranger().login(name, "wrong")
    assert site.stranger().login(name).status_code == 429
    assert hers.login(other).status_code == 429, "it is this account's device, not another's"
    forged = site.stranger()
    # The first letter: of the last one only some bits are read, and another may say the same.
    altered = ("B" if cookie.value[0] == "A" else "A") + cookie.value[1:]
    forged.client.set_cookie(cookie.key, altered, path="/login")
    assert forged.login(name).status_code == 429
    hers.client.delete_cookie("yiping_session")
    assert hers.login(name).status_code == 303


def test_the_throttle_of_an_address(site: Site) -> None:
    attempts, per = logins.PER_ADDRESS
    for n in range(attempts):
        assert site.stranger().login(f"guess-{n}", "wrong").status_code == 401
    assert site.stranger().login("guess-again", "wrong").status_code == 429
    site.clock.step(per)
    assert site.stranger().login("guess-again", "wrong").status_code == 401


def test_a_thousand_attempts_reach_only_a_few_checks(site: Site) -> None:
    name = site.account(Role.LEADER)
    statuses = [site.stranger().login(name, f"guess {n}").status_code for n in range(1000)]
    assert statuses.count(401) == logins.PER_PAIR[0]
    assert statuses.count(429) == 1000 - logins.PER_PAIR[0]
    assert len(site.log("login.throttled")) <= 31, "the log is not flooded"


def test_every_attempt_has_one_row(site: Site) -> None:
    name = site.account(Role.OPERATOR)
    visitor = site.stranger()
    visitor.login(name, "wrong")
    visitor.login("my secret typed into the wrong field", "x")
    visitor.login(name)
    visitor.client.post("/logout", data={"csrf_token": visitor.token()})
    rows = [(e.who, e.result, e.address) for e in reversed(site.log("login"))]
    assert rows == [
        (f"operator:{name}", Result.FAILED, "127.0.0.1"),
        ("unknown account", Result.FAILED, "127.0.0.1"),
        (f"operator:{name}", Result.OK, "127.0.0.1"),
    ]
    assert [(e.who, e.result) for e in site.log("logout")] == [(f"operator:{name}", Result.OK)]


def test_a_store_that_fails_lets_nobody_in(site: Site) -> None:
    name = site.account(Role.ADMIN)
    with site.db.write() as conn:
        conn.exec_driver_sql("DROP TABLE throttle")
    answer = site.stranger().login(name)
    assert answer.status_code == 503
    assert not answer.headers.getlist("Set-Cookie")


def test_whoever_is_in_goes_on(site: Site) -> None:
    leader = site.person(Role.LEADER)
    assert leader.get("/login?next=/sources").location == "/sources"


def test_the_door_in_both_languages_and_themes(site: Site) -> None:
    page = site.stranger().get("/login?lang=en&theme=dark").text
    assert '<html lang="en" data-theme="dark">' in page and "Pudong New Area" in page
    assert "<script" not in page and " style=" not in page
    plain = site.stranger().get("/login?theme=%22onload%3D&lang=xx").text
    assert '<html lang="zh-CN">' in plain and "浦东新区" in plain
