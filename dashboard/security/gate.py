"""The gate: one hook before every request. Whoever is not named for something does not get it.

What it refuses goes to the audit log (see denials); what it lets through finds the caller in
`current_session()`. A path alone protects nothing in Dash, since every page and every callback
answers under one address: the gate reads the callback's name, and the page router's path, from
the body that Dash will use.
"""

from typing import Any, NoReturn
from urllib.parse import urlencode

import dash
import flask
from dash._utils import to_json
from flask import g, request
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from dashboard.house.services import Services
from dashboard.security import bodies, csrf, policy, screens
from dashboard.security.errors import wants_page
from dashboard.security.hosts import is_trusted, trusted_hosts
from dashboard.security.senders import KNOWN
from dashboard.security.sessions import caller_address, identify_now
from data_access.accounts.keys import KeyKind, find_key
from data_access.accounts.sessions import Session
from domain.actor import Role

API = "/api/v1/"
CALLBACKS = "/_dash-update-component"
DEPENDENCIES = "/_dash-dependencies"
CATCH_ALL = "/<path:path>"
NO_PAGE = ("/api/", "/live/", "/assets/", "/_dash", "/metrics")  # never a page below these


class Gate:
    """The hook of one application."""

    def __init__(self, app: dash.Dash, services: Services) -> None:
        self._app = app
        self._services = services
        self._trusted = trusted_hosts(services.settings)

    def __call__(self) -> AnyResponse | None:
        """Let the request pass (None), answer it, or raise what the error handlers show."""
        probe = request.path in ("/healthz", "/readyz")
        if not probe and not is_trusted(request.host, self._trusted):
            raise BadRequest("this server does not answer to that name: see TRUSTED_HOSTS")
        if not bodies.safe_address(request.path):
            raise BadRequest("the path is not one line of sane length")
        unsafe = request.method not in csrf.SAFE_METHODS
        if unsafe and csrf.from_elsewhere(request):
            self._deny(403, "cross-site")
        if request.path in policy.PUBLIC:
            return None
        if request.path.startswith(API):
            request.max_content_length = bodies.MAX_INTAKE_BYTES
        key = self._bearer()
        if key is not None:
            request.environ[KNOWN] = True
            return None
        if "key" in request.args and request.path == screens.PATH:
            return screens.open_screen(self._services)
        session = identify_now(self._services, request.environ)
        if session is None:
            return self._anonymous()
        g.session = session
        request.environ[KNOWN] = True
        if unsafe and not csrf.token_fits(request, self._services.secret, session.id_hash):
            self._deny(403, "csrf")
        return self._authorise(session)

    def _bearer(self) -> object | None:
        """The key of a machine, where machines may come: the API and the metrics."""
        kind, is_api = KeyKind.METRICS, request.path.startswith(API)
        if is_api:
            kind = KeyKind.INGEST
        elif request.path != "/metrics":
            return None
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            if is_api and request.method not in csrf.SAFE_METHODS:
                self._deny(401, "api")  # a session does not open the intake
            return None
        g.key = find_key(self._services.db, secret.strip(), kind)
        if g.key is None:
            self._deny(401, "api")
        found: object = g.key
        return found

    def _anonymous(self) -> AnyResponse:
        """Pages lead to the front door, everything else is refused."""
        page = request.endpoint in ("/", CATCH_ALL) and not request.path.startswith(NO_PAGE)
        if page and request.method in csrf.SAFE_METHODS and wants_page(request):
            return flask.redirect(front_door(), 302)
        self._deny(401, "anonymous")

    def _authorise(self, session: Session) -> AnyResponse | None:
        role, endpoint = session.actor.role, request.endpoint
        if request.path in policy.CLOSED or endpoint is None:
            if endpoint is not None:
                raise NotFound()
            return None  # no such route or method: Flask says which
        if endpoint == "/":
            return flask.redirect(screens.PATH + kept_query(), 302)
        if endpoint == CATCH_ALL:
            return self._page(role)
        allowed = policy.endpoint_roles(self._app.server, endpoint)
        if allowed is None or role not in allowed:
            self._deny(403, "route")
        if endpoint == CALLBACKS:
            self._callback(role)
        if endpoint == DEPENDENCIES and role is Role.SCREEN:
            return self._dependencies(role)
        return None

    def _page(self, role: Role) -> AnyResponse | None:
        if request.path.startswith(NO_PAGE):
            raise NotFound()
        allowed = policy.page_roles(request.path)
        if allowed is None and role in policy.STAFF:
            index = self._app.index()  # type: ignore[no-untyped-call]
            return flask.make_response(index, 404)
        if allowed is None or role not in allowed:
            self._deny(403, "page")
        return None

    def _callback(self, role: Role) -> None:
        """Check body, callback and, for the page router, the page. Raises what is wrong."""
        body: Any = request.get_json()  # kept by Flask: Dash gets this very object
        bodies.check_depth(body)
        output = body.get("output") if isinstance(body, dict) else None
        if not isinstance(output, str):
            raise BadRequest("output: the id of a callback is expected")
        declared = self._app.callback_map.get(output)
        if declared is None or "callback" not in declared:
            raise NotFound("there is no such callback")
        router = output == policy.ROUTER
        allowed = policy.EVERYBODY if router else policy.callback_roles(self._app, output)
        if allowed is None or role not in allowed:
            self._deny(403, "callback", output)
        bodies.check_callback(body, declared)
        if not router:
            return
        pathname = bodies.check_router(body)
        pages = policy.page_roles(pathname)
        if role not in (policy.STAFF if pages is None else pages):
            self._deny(403, "page", pathname)

    def _dependencies(self, role: Role) -> AnyResponse:
        """The callbacks that a screen may call, and no word of the others."""
        listed = [
            entry
            for entry in self._app._callback_list
            if entry["clientside_function"]
            or entry["output"] == policy.ROUTER
            or role in (policy.callback_roles(self._app, entry["output"]) or ())
        ]
        text = to_json(listed)  # type: ignore[no-untyped-call]
        return flask.Response(text, mimetype="application/json")

    def _deny(self, status: int, action: str, what: str | None = None) -> NoReturn:
        """Write the denial down and refuse: 401 for nobody, 403 for somebody."""
        session: Session | None = g.get("session")
        who = session.actor.label if session else "anonymous"
        method_and_path = f"{request.method} {request.path}"
        at, address = self._services.now_ms, caller_address()
        self._services.denials.note(at, who, f"denied.{action}", what or method_and_path, address)
        raise (Unauthorized if status == 401 else Forbidden)()


def front_door() -> str:
    """The login page's address, with the way back in it."""
    target = request.path + kept_query(*request.args.keys())
    return "/login?" + urlencode({"next": target, **_kept("lang", "theme")})


def kept_query(*names: str) -> str:
    """`?…` with what should survive a redirect: language, theme and the named parameters."""
    kept = _kept("lang", "theme", "wall", *(n for n in names if n != "key"))
    return "?" + urlencode(kept) if kept else ""


def _kept(*names: str) -> dict[str, str]:
    return {name: request.args[name] for name in dict.fromkeys(names) if name in request.args}
