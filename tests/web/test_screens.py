"""Screen keys: one address opens one page, and nothing but that page."""

from werkzeug.datastructures import Headers

from dashboard.security import policy
from data_access.accounts import keys
from data_access.accounts.audit import Result
from domain.actor import Role
from tests.web.site import Site


def key_of(site: Site, name: str = "lobby") -> str:
    return keys.add_key(site.db, name, keys.KeyKind.SCREEN, None, site.clock.ms)


def cookies(headers: Headers) -> list[str]:
    return headers.getlist("Set-Cookie")


def test_the_key_leaves_the_address(site: Site) -> None:
    visitor = site.stranger()
    answer = visitor.get(f"/screen?lang=en&key={key_of(site)}&wall=3840x1080")
    assert (answer.status_code, answer.location) == (302, "/screen?lang=en&wall=3840x1080")
    assert visitor.get(answer.location).status_code == 200


def test_a_wrong_or_revoked_key_is_a_403_page(site: Site) -> None:
    secret = key_of(site)
    keys.revoke_key(site.db, "lobby", site.clock.ms)
    for key in ("wrong", "", secret, "%00", "x" * 5000):
        answer = site.stranger().get(f"/screen?key={key}")
        assert answer.status_code == 403, key
        assert answer.mimetype == "text/html" and not cookies(answer.headers)


def test_an_ingest_key_opens_no_screen(site: Site) -> None:
    secret = keys.add_key(site.db, "feed", keys.KeyKind.INGEST, "air-stations", site.clock.ms)
    assert site.stranger().get(f"/screen?key={secret}").status_code == 403


def test_the_key_works_nowhere_else(site: Site) -> None:
    secret = key_of(site)
    for path in ("/sources", "/about", "/", "/metrics", "/_dash-layout", "/assets/css/base.css"):
        answer = site.stranger().get(f"{path}?key={secret}")
        assert answer.status_code in (302, 401), path
        assert "/screen" not in (answer.location or "")
        assert secret not in (answer.location or ""), "the key is not carried on"


def test_a_wall_may_do_nothing_but_show_its_page(site: Site) -> None:
    wall = site.wall()
    assert wall.route("/screen").status_code == 200
    for path in ("/sources", "/about", "/metrics"):
        assert wall.get(path).status_code == 403, path
    assert wall.route("/sources").status_code == 403
    assert wall.callback("sources-answer.data").status_code == 403
    assert wall.client.post("/logout", data={"csrf_token": wall.token()}).status_code == 403
    assert wall.get("/login").location == "/screen"


def test_reloading_by_key_keeps_the_session(site: Site) -> None:
    secret, visitor = key_of(site), site.stranger()
    assert cookies(visitor.get(f"/screen?key={secret}").headers)
    assert not cookies(visitor.get(f"/screen?key={secret}").headers)
    assert len(site.log("screen.open")) == 1


def test_a_person_who_tries_a_key_stays_a_person(site: Site) -> None:
    leader = site.person(Role.LEADER)
    assert not cookies(leader.get(f"/screen?key={key_of(site)}").headers)
    assert leader.get("/about").status_code == 200


def test_another_key_takes_over(site: Site) -> None:
    wall = site.wall("first")
    assert cookies(wall.get(f"/screen?key={key_of(site, 'second')}").headers)
    assert [entry.who for entry in site.log("screen.open")] == ["screen:second", "screen:first"]


def test_revoking_the_key_ends_the_wall(site: Site) -> None:
    wall = site.wall("hall")
    keys.revoke_key(site.db, "hall", site.clock.ms)
    assert wall.get("/screen").status_code == 302
    assert wall.route("/screen").status_code == 401


def test_key_use_is_written_down(site: Site) -> None:
    site.wall("hall")
    site.stranger().get("/screen?key=wrong")
    opened, denied = site.log("screen.open"), site.log("denied.screen-key")
    assert [(e.who, e.object, e.result) for e in opened] == [("screen:hall", "/screen", Result.OK)]
    assert [(e.who, e.result) for e in denied] == [("anonymous", Result.DENIED)]


def test_the_wall_is_told_of_its_own_callbacks(site: Site) -> None:
    for entry in site.wall().get("/_dash-dependencies").json:
        is_own = entry["output"] == policy.ROUTER or entry["clientside_function"]
        roles = None if is_own else policy.callback_roles(site.app, entry["output"])
        assert is_own or Role.SCREEN in (roles or ())
