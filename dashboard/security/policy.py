"""Who may do what: the spec of every page, a tag on every callback and view. No roles, no entry.

A page's roles stand in its PageSpec (dashboard/desks), and Dash keeps them beside the page.

A callback is tagged between its registration and the function, a view likewise:

    @app.callback(Output(...), Input(...))
    @policy(*PEOPLE)
    def source_table(...): ...
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import dash
import flask
from dash._pages import _path_to_page

from domain.actor import PEOPLE, Role

F = TypeVar("F", bound=Callable[..., Any])
Roles = frozenset[Role]

EVERYBODY: Roles = frozenset((*PEOPLE, Role.SCREEN))
STAFF: Roles = frozenset(PEOPLE)
ADMINS: Roles = frozenset((Role.ADMIN,))

PUBLIC = frozenset(
    {
        "/healthz",
        "/readyz",
        "/login",
        "/assets/css/00-tokens.css",
        "/assets/front/front.css",
    }
)
"""Open to anybody: the two health checks, the front door and what it is painted with."""

PUBLIC_SITE = frozenset(
    {
        "/",
        "/method",
        "/report",
        "/robots.txt",
        "/sitemap.xml",
        "/live/public",
        "/live/public/events",
    }
)
PUBLIC_SITE_BELOW = ("/figure/", "/public/", "/api/v1/public/")
"""The public site's paths. They never reach the application behind: another callable answers them,
which has the publication store and nothing else (dashboard/public_site)."""

ENDPOINTS: Mapping[str, Roles] = {
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": EVERYBODY,
    "/_dash-layout": EVERYBODY,
    "/_dash-dependencies": EVERYBODY,
    "/_dash-update-component": EVERYBODY,  # then decided by callback
    "/_favicon.ico": EVERYBODY,
    "/": EVERYBODY,  # then redirected
    "/<path:path>": EVERYBODY,  # then decided by page
    "_dash_assets.static": EVERYBODY,
}
"""Dash's own routes by endpoint; `_reload-hash` is left out on purpose: nobody may ask it."""

CLOSED = frozenset({"/_reload-hash"})
ROUTER = ".._pages_content.children..._pages_store.data.."
_TAG = "__policy__"


class UntaggedError(RuntimeError):
    """The application must not start: something in it has no policy."""


def policy(*roles: str) -> Callable[[F], F]:
    """Say which roles may call a callback or a view; ValueError for a role that does not exist."""
    tag = frozenset(Role(role) for role in roles)

    def mark(fn: F) -> F:
        setattr(fn, _TAG, tag)
        return fn

    return mark


def tag_of(fn: object) -> Roles | None:
    """The tag of a function, looked for below its wrappers."""
    while fn is not None:
        tag = vars(fn).get(_TAG) if hasattr(fn, "__dict__") else None
        if tag is not None:
            return frozenset(tag)
        fn = getattr(fn, "__wrapped__", None)
    return None


def callback_roles(app: dash.Dash, output: str) -> Roles | None:
    """Who may call the callback of that output id; None when untagged. KeyError: no such one."""
    return tag_of(app.callback_map[output]["callback"])


def page_roles(pathname: str) -> Roles | None:
    """Who may open the page at a path; None when there is no such page."""
    page, _ = _path_to_page(pathname.strip("/"))  # type: ignore[no-untyped-call]
    return page.get("roles") if page else None


def endpoint_roles(server: flask.Flask, endpoint: str) -> Roles | None:
    """Who may reach a route; None when nobody has decided."""
    if endpoint in ENDPOINTS:
        return ENDPOINTS[endpoint]
    return tag_of(server.view_functions[endpoint])


def assert_all_tagged(app: dash.Dash) -> None:
    """UntaggedError, naming them all, when a page, a callback or a route has no policy."""
    faults = [
        f"page {page['path']}: registered without a PageSpec, which says who may open it"
        for page in dash.page_registry.values()
        if not page.get("roles")
    ]
    faults += [
        f"callback {output}: not tagged with @policy(…)"
        for output, entry in app.callback_map.items()
        if output != ROUTER and "callback" in entry and callback_roles(app, output) is None
    ]
    faults += [
        f"route {rule.rule}: its view is not tagged with @policy(…)"
        for rule in app.server.url_map.iter_rules()
        if rule.rule not in PUBLIC | CLOSED and endpoint_roles(app.server, rule.endpoint) is None
    ]
    if faults:
        raise UntaggedError("no policy for:\n" + "\n".join(sorted(faults)))
