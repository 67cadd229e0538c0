"""The permission matrix: every page, callback and route times every kind of caller."""

import re
from urllib.parse import quote

import dash
import pytest

from dashboard.security import policy
from domain.actor import PEOPLE, Role
from tests.web.site import Site, Visitor

STAFF = {str(role) for role in PEOPLE}
EVERYBODY = STAFF | {"screen"}
PAGES = {  # written down once more on purpose: a slip in the policy table must not pass
    "/screen": EVERYBODY,
    "/index": EVERYBODY,
    "/signs": STAFF,
    "/sign/<code>": STAFF,
    "/streets": STAFF,
    "/street/<code>": STAFF,
    "/rankings": STAFF,
    "/department/<code>": STAFF,
    "/episodes": STAFF,
    "/sources": STAFF,
    "/reports": {"operator", "admin"},
    "/audit": {"admin"},
    "/about": STAFF,
    "/not-found": STAFF,
}
ROUTES = {
    "/metrics": {"operator", "admin"},
    "/api/v1/openapi.json": STAFF,
    "/_dash-layout": EVERYBODY,
    "/_dash-dependencies": EVERYBODY,
    "/_favicon.ico": EVERYBODY,
    "/assets/css/base.css": EVERYBODY,
    "/assets/together.js": EVERYBODY,
    "/assets/together.css": EVERYBODY,
    "/_dash-component-suites/dash/dash-renderer/build/dash_renderer.min.js": EVERYBODY,
}
OPEN = ("/healthz", "/readyz", "/login", "/assets/css/00-tokens.css", "/assets/front/front.css")


PUBLIC_SITE = {  # answered before the application, by a callable that has no session to look at
    "/",
    "/method",
    "/report",
    "/robots.txt",
    "/sitemap.xml",
    "/live/public",
    "/live/public/events",
}
PUBLIC_SITE_BELOW = ("/figure/", "/public/", "/api/v1/public/")


def filled(template: str) -> str:
    """A path of that template; pages open for codes that they do not know, and say so."""
    return re.sub("<[^>]+>", "some-code", template)


@pytest.fixture(scope="module")
def visitors(shared_site: Site) -> dict[str, Visitor]:
    return shared_site.everybody()


def test_every_page_has_its_line_in_this_matrix(shared_site: Site) -> None:
    assert shared_site.app.use_pages
    pages = {p["path_template"] or p["path"]: set(p["roles"]) for p in dash.page_registry.values()}
    assert pages == PAGES


def test_the_public_site_has_its_paths_and_no_others(shared_site: Site) -> None:
    assert policy.PUBLIC_SITE == PUBLIC_SITE
    assert policy.PUBLIC_SITE_BELOW == PUBLIC_SITE_BELOW
    rules = {rule.rule for rule in shared_site.app.server.url_map.iter_rules()} | set(PAGES)
    hidden = {r for r in rules if r in PUBLIC_SITE or r.startswith(PUBLIC_SITE_BELOW)}
    assert hidden == {"/"}, "a route of the application that nobody can reach any more"


@pytest.mark.parametrize("path", PAGES)
def test_pages(visitors: dict[str, Visitor], path: str) -> None:
    for role, visitor in visitors.items():
        answer = visitor.get(filled(path))
        if not role:
            onward = quote(filled(path), safe="")
            assert (answer.status_code, answer.location) == (302, f"/login?next={onward}")
        else:
            assert answer.status_code == (200 if role in PAGES[path] else 403), role


@pytest.mark.parametrize("path", PAGES)
def test_the_page_router_asks_the_same_table(visitors: dict[str, Visitor], path: str) -> None:
    for role, visitor in visitors.items():
        expected = 401 if not role else 200 if role in PAGES[path] else 403
        assert visitor.route(filled(path)).status_code == expected, role
        assert visitor.route(filled(path) + "/", "?x=1").status_code == expected, role


def test_callbacks(shared_site: Site, visitors: dict[str, Visitor]) -> None:
    outputs = shared_site.server_callbacks()
    assert outputs, "there are callbacks to be asked"
    for output in outputs:
        allowed = policy.callback_roles(shared_site.app, output)
        assert allowed is not None, output
        for role, visitor in visitors.items():
            status = visitor.callback(output).status_code
            if role and Role(role) in allowed:
                assert status in (200, 204), (output, role)
            else:
                assert status == (403 if role else 401), (output, role)


def test_callbacks_of_pages_are_not_wider_than_their_pages(shared_site: Site) -> None:
    """Nothing that only /screen may show is open to a role that /screen is closed to."""
    for output in shared_site.server_callbacks():
        roles = {str(role) for role in policy.callback_roles(shared_site.app, output) or ()}
        assert roles <= EVERYBODY
        page = output.strip(".").split("-")[0]
        if f"/{page}" in PAGES:
            assert roles <= PAGES[f"/{page}"], output


@pytest.mark.parametrize("path", ROUTES)
def test_routes(visitors: dict[str, Visitor], path: str) -> None:
    for role, visitor in visitors.items():
        expected = 401 if not role else 200 if role in ROUTES[path] else 403
        assert visitor.get(path).status_code == expected, role


@pytest.mark.parametrize("path", OPEN)
def test_open_to_anybody(visitors: dict[str, Visitor], path: str) -> None:
    assert visitors[""].get(path).status_code == 200


def test_nothing_else_is_open(shared_site: Site, visitors: dict[str, Visitor]) -> None:
    """Every route of the application, by every method, refuses a stranger."""
    asked = 0
    for rule in shared_site.app.server.url_map.iter_rules():
        if rule.rule in OPEN:
            continue
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<path:{argument}>", "x").replace(f"<string:{argument}>", "x")
        assert "<" not in path
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = visitors[""].client.open(path, method=method)
            redirected = answer.status_code == 302 and answer.location.startswith("/login")
            assert redirected or answer.status_code == 401, (method, path, answer.status_code)
            asked += 1
    assert asked > 50


def test_reload_hash_is_closed_to_all(visitors: dict[str, Visitor]) -> None:
    for role, visitor in visitors.items():
        assert visitor.get("/_reload-hash").status_code == (404 if role else 401), role


def test_a_wall_is_not_told_of_other_callbacks(visitors: dict[str, Visitor]) -> None:
    told = {entry["output"] for entry in visitors["screen"].get("/_dash-dependencies").json}
    assert policy.ROUTER in told
    assert not any(output.startswith("sources") for output in told)
    everything = {entry["output"] for entry in visitors["admin"].get("/_dash-dependencies").json}
    assert "sources-answer.data" in everything


def test_the_start_page(visitors: dict[str, Visitor]) -> None:
    for role, visitor in visitors.items():
        target = visitor.get("/?lang=en").location
        assert target == ("/screen?lang=en" if role else "/login?next=%2F%3Flang%3Den&lang=en")


def test_an_unknown_page_is_404_inside_the_frame(visitors: dict[str, Visitor]) -> None:
    answer = visitors["leader"].get("/no/such/page")
    assert answer.status_code == 404
    assert "react-entry-point" in answer.text
    routed = visitors["leader"].route("/no/such/page")
    assert "没有这个页面" in routed.text
    assert visitors["screen"].get("/no/such/page").status_code == 403
    assert visitors["screen"].route("/no/such/page").status_code == 403
    for path in ("/live/nothing", "/api/nothing", "/assets/nothing"):
        assert visitors["leader"].get(path).status_code == 404
        assert "react-entry-point" not in visitors["leader"].get(path).text
