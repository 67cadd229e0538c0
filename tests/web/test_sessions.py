"""Sessions: fixation, rotation, logout, expiry, revocation; and the cookie itself."""

from collections.abc import Iterator

import pytest
from werkzeug.test import create_environ

from dashboard.security import sessions
from dashboard.security.sessions import COOKIE, identify
from data_access.accounts import keys, users
from data_access.accounts.revocation import announce
from data_access.accounts.sessions import IDLE_MS, TOUCH_MS, token_hash
from domain.actor import Role
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tests.web.site import Site, Visitor

INSIDE = "/about"


def cookie_of(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def is_in(visitor: Visitor) -> bool:
    answer = visitor.get(INSIDE)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def with_cookie(site: Site, token: str) -> Visitor:
    visitor = site.stranger()
    visitor.client.set_cookie(COOKIE, token)
    return visitor


@pytest.fixture
def leader(site: Site) -> Iterator[Visitor]:
    yield site.person(Role.LEADER)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    visitor = site.stranger()
    answer = visitor.login(site.account(Role.LEADER))
    given = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(COOKIE))
    assert "HttpOnly" in given and "SameSite=Lax" in given and "Path=/" in given
    assert "Secure" not in given  # plain HTTP on this machine; Secure behind a proxy, see below


def test_a_planted_cookie_is_not_taken_over(site: Site) -> None:
    visitor = with_cookie(site, "planted-by-somebody")
    visitor.login(site.account(Role.LEADER))
    assert cookie_of(visitor) != "planted-by-somebody"
    assert not is_in(with_cookie(site, "planted-by-somebody"))


def test_each_login_has_a_new_token_and_ends_the_old_one(site: Site, leader: Visitor) -> None:
    before = cookie_of(leader)
    leader.login(site.account(Role.OPERATOR))
    assert cookie_of(leader) != before
    assert is_in(leader)
    assert not is_in(with_cookie(site, before))


def test_logout_ends_the_session_on_the_server(site: Site, leader: Visitor) -> None:
    token = cookie_of(leader)
    other = with_cookie(site, token)
    assert is_in(other)
    answer = leader.client.post("/logout", data={"csrf_token": leader.token()})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert leader.client.get_cookie(COOKIE) is None
    assert not is_in(other)
    assert other.route(INSIDE).status_code == 401


def test_idle_sessions_end(site: Site, leader: Visitor) -> None:
    site.clock.step((IDLE_MS - MINUTE_MS) / 1000)
    assert is_in(leader)  # and is thereby in use again
    site.clock.step((IDLE_MS - MINUTE_MS) / 1000)
    assert is_in(leader)
    site.clock.step(IDLE_MS / 1000)
    assert not is_in(leader)


def test_the_last_use_is_exact_to_the_touch_interval(site: Site, leader: Visitor) -> None:
    site.clock.step((TOUCH_MS - 1) / 1000)
    assert is_in(leader)  # too soon to be written down
    site.clock.step((IDLE_MS - TOUCH_MS) / 1000)
    assert is_in(leader)
    site.clock.step((IDLE_MS - 1) / 1000)
    assert is_in(leader)


def test_no_session_outlives_a_week(site: Site, leader: Visitor) -> None:
    began = site.clock.ms
    while site.clock.ms - began < 7 * DAY_MS - 6 * HOUR_MS:
        site.clock.step(6 * HOUR_MS / 1000)
        assert is_in(leader) or site.clock.ms - began >= 7 * DAY_MS
    site.clock.step(6 * HOUR_MS / 1000)
    assert not is_in(leader)


def test_a_wall_stays_for_months_while_it_is_used(site: Site) -> None:
    wall = site.wall()
    for _ in range(5):
        site.clock.step(300 * DAY_MS / 1000)
        assert wall.get("/screen").status_code == 200
    site.clock.step(401 * DAY_MS / 1000)
    assert wall.get("/screen").status_code == 302


def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    visitor = site.stranger()
    name = site.account(Role.LEADER)
    visitor.login(name)
    assert is_in(visitor)
    users.set_disabled(site.db, name, True)
    assert not is_in(visitor)
    assert visitor.login(name).status_code == 401


def test_a_new_password_ends_every_session(site: Site) -> None:
    name = site.account(Role.LEADER)
    first, second = site.stranger(), site.stranger()
    first.login(name)
    second.login(name)
    users.set_password(site.db, name, "quite another password")
    assert not is_in(first) and not is_in(second)


def environ_of(visitor: Visitor, path: str = "/live/screen") -> dict[str, object]:
    cookie = visitor.client.get_cookie(COOKIE)
    headers = {"Cookie": f"other=1; {COOKIE}={cookie.value}; last=2"} if cookie else {}
    return create_environ(path, headers=headers)


def test_identify_on_a_bare_request(site: Site, leader: Visitor) -> None:
    actor = identify(site.services, environ_of(leader))
    assert actor is not None and actor.role is Role.LEADER
    assert identify(site.services, environ_of(site.stranger())) is None
    assert identify(site.services, create_environ("/", headers={"Cookie": f"{COOKIE}="})) is None
    swapped = f"x{COOKIE}={cookie_of(leader)}"
    assert identify(site.services, create_environ("/", headers={"Cookie": swapped})) is None


def test_identify_remembers_but_not_past_an_announced_ending(site: Site, leader: Visitor) -> None:
    environ = environ_of(leader)
    assert identify(site.services, environ) is not None
    with site.db.write() as conn:  # as another process would, without telling
        from data_access.accounts.sessions import end_session

        end_session(conn, token_hash(cookie_of(leader)))
    assert identify(site.services, environ) is not None, "remembered for a moment"
    announce(site.services.settings)
    assert identify(site.services, environ) is None


def test_identify_remembers_no_longer_than_the_session_lives(site: Site, leader: Visitor) -> None:
    environ = environ_of(leader)
    assert identify(site.services, environ) is not None
    site.clock.step(IDLE_MS / 1000)
    assert identify(site.services, environ) is None


def test_identify_by_screen_key_only_on_the_walls_lane(site: Site) -> None:
    secret = keys.add_key(site.db, "hall", keys.KeyKind.SCREEN, None, site.clock.ms)
    for path in ("/live/screen", "/live/screen/events", "/live/screen/map"):
        actor = identify(site.services, create_environ(f"{path}?key={secret}"))
        assert actor is not None and (actor.name, actor.role) == ("hall", Role.SCREEN)
    for path in ("/live/public", "/live/screenshot", "/sources", "/live/../live/screen"):
        assert identify(site.services, create_environ(f"{path}?key={secret}")) is None
    assert identify(site.services, create_environ("/live/screen?key=wrong")) is None
    keys.revoke_key(site.db, "hall", site.clock.ms)
    announce(site.services.settings)
    assert identify(site.services, create_environ(f"/live/screen?key={secret}")) is None


def test_identities_are_bounded(site: Site) -> None:
    from dashboard.house import identities

    for n in range(identities.SIZE + 50):
        site.services.identities.find(f"invented-{n}", site.clock.ms, lambda _hash: None)
    assert len(site.services.identities._known) <= identities.SIZE


def test_expired_sessions_are_swept_at_the_next_login(site: Site, leader: Visitor) -> None:
    from sqlalchemy import func, select

    from data_access.store.tables import sessions as table

    site.clock.step(8 * DAY_MS / 1000)
    site.person(Role.ADMIN)
    with site.db.read() as conn:
        assert conn.execute(select(func.count()).select_from(table)).scalar() == 1


def test_the_screen_cookie_is_renewed_with_the_page(site: Site) -> None:
    wall = site.wall()
    answer = wall.get("/screen")
    given = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(sessions.COOKIE)]
    assert len(given) == 1 and f"Max-Age={400 * 86400}" in given[0]
