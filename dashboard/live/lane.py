"""The fast lane: a bare WSGI callable before Flask that answers /live/* from ready-made bytes.

Only known paths for known callers are answered here; whatever else comes goes on to the static
files' lane and then to the application behind it.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from wsgiref.types import StartResponse, WSGIApplication

import dash
from sqlalchemy.exc import SQLAlchemyError

from dashboard.house.services import Services
from dashboard.live.documents import screen_documents
from dashboard.live.feed import Feed
from dashboard.live.scenes import ACTOR, SIGN, FrameRoute, FramesRoute, SignRoute
from dashboard.live.statics import Statics
from dashboard.security import policy
from dashboard.security.hosts import is_trusted, trusted_hosts
from dashboard.security.senders import KNOWN, sender_of
from dashboard.security.sessions import identify
from dashboard.wire.hub import Hub
from dashboard.wire.keeper import Keeper
from dashboard.wire.limits import limits
from dashboard.wire.replies import RETRY, Environ, refuse
from dashboard.wire.routes import Answering, EventsRoute, SnapshotRoute
from data_access.accounts.revocation import generation, news_path
from data_access.store.condition import store_said
from domain.actor import Actor, Role

log = logging.getLogger(__name__)

PREFIX = "/live/"
WALL = "/screen"
VIEWS: Mapping[str, frozenset[Role]] = {"screen": policy.EVERYBODY}
"""Every published view and who may see it."""

FIGURES = "yiping.live"
"""Where the application finds `Lane.figures` in the environment of its requests."""

_TRUSTED_KEPT = 256


class Lane:
    """The WSGI callable of a web process."""

    def __init__(self, services: Services, app: WSGIApplication) -> None:
        self._services = services
        self._app = app
        self.statics = Statics(app, lambda environ: self._caller(environ) is not None)
        limit = limits().walls // len(VIEWS)
        self.hubs = {view: Hub(view, limit) for view in VIEWS}
        self.feed = Feed(self.hubs, services.settings.city, services.redis, services.db)
        news = news_path(services.settings)
        self._keeper = Keeper(self.hubs.values(), self._may_still_watch, lambda: generation(news))
        self._routes: dict[str, tuple[frozenset[Role], Answering]] = {}
        self._documents = screen_documents(services)
        self._add_routes()
        self._hosts = trusted_hosts(services.settings)
        self._good_hosts: set[str] = set()
        self._starting = threading.Lock()
        self._started = False
        self._asked = 0
        self.draining = False

    def _add_routes(self) -> None:
        for view, roles in VIEWS.items():
            hub = self.hubs[view]
            self._routes[f"{PREFIX}{view}"] = (roles, SnapshotRoute(hub))
            events = EventsRoute(hub, lambda: self.draining)
            self._routes[f"{PREFIX}{view}/events"] = (roles, events)
        for path, document in self._documents.items():
            self._routes[path] = (VIEWS["screen"], document)
        self._routes["/live/screen/frames"] = (VIEWS["screen"], FramesRoute(self._services))
        self._routes["/live/screen/frame"] = (VIEWS["screen"], FrameRoute(self._services))
        self._signs = (VIEWS["screen"], SignRoute(self._services))

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer or pass on one request."""
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX):
            self._asked += 1
            return self._live(path, environ, start_response)
        if self.statics.covers(path) and self._is_good_host(environ.get("HTTP_HOST", "")):
            return self.statics(environ, start_response)
        environ[FIGURES] = self.figures
        return self._app(environ, start_response)

    def figures(self) -> dict[str, int]:
        """What this process's lane did since its start, for /metrics."""
        hubs = self.hubs.values()
        return {
            "requests": self._asked,
            "viewers": sum(len(hub.streams) for hub in hubs),
            "viewers_dropped": sum(hub.dropped for hub in hubs),
            "from_redis": int(self.feed.source == "redis"),
        }

    def _live(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not self._started:
            self.start()
        if not self._is_good_host(environ.get("HTTP_HOST", "")):
            detail = "this server does not answer to that name: see TRUSTED_HOSTS"
            return refuse(environ, start_response, "400 Bad Request", detail)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            allow = ("Allow", "GET, HEAD")
            detail = "only reading is possible here"
            return refuse(environ, start_response, "405 Method Not Allowed", detail, allow)
        try:
            actor = self._caller(environ)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            log.error("live: a caller could not be identified: %s", error)
            detail = store_said(self._services.db.name, error)
            return refuse(environ, start_response, "503 Service Unavailable", detail, RETRY)
        if actor is None:
            self._note("anonymous", "denied.anonymous", environ)
            scheme = ("WWW-Authenticate", "Session")
            return refuse(environ, start_response, "401 Unauthorized", "log in first", scheme)
        route = self._signs if path.startswith(SIGN) else self._routes.get(path)
        if route is None:
            return refuse(environ, start_response, "404 Not Found", "there is no such view")
        if actor.role not in route[0]:
            self._note(actor.label, "denied.view", environ)
            return refuse(environ, start_response, "403 Forbidden", "this view is not for you")
        environ[ACTOR] = actor
        return route[1].answer(environ, start_response)

    def _note(self, who: str, action: str, environ: Environ) -> None:
        """Into the audit log, as the gate does; what floods is left out there."""
        what = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'][:160]}"
        address = sender_of(environ, self._services.settings.behind_proxy)
        self._services.denials.note(self._services.now_ms, who, action, what, address)

    def is_known(self, environ: Environ) -> bool:
        """Whether a request's caller has been let in; nobody is while the store does not answer."""
        try:
            return self._caller(environ) is not None
        except (SQLAlchemyError, sqlite3.Error, OSError):
            return False

    def _caller(self, environ: Environ) -> Actor | None:
        actor = identify(self._services, environ)
        if actor is not None:
            environ[KNOWN] = True
        return actor

    def _may_still_watch(self, hub: Hub, credentials: dict[str, str]) -> bool:
        actor = self._caller(credentials)
        return actor is not None and actor.role in VIEWS[hub.view]

    def _is_good_host(self, header: str) -> bool:
        if header in self._good_hosts:
            return True
        if not is_trusted(header, self._hosts):
            return False
        if len(self._good_hosts) < _TRUSTED_KEPT:
            self._good_hosts.add(header)
        return True

    def prepare(self) -> None:
        """Make the documents that would otherwise be made at their first request."""
        for document in self._documents.values():
            document.prepare()

    def start(self) -> None:
        """Begin to listen: once a process, after it has forked."""
        with self._starting:
            if not self._started:
                self.feed.start()
                self._keeper.start()
                self._started = True

    def drain(self) -> None:
        """The process is about to end: viewers are sent away and will find another one."""
        self.draining = True
        self.feed.stop()
        self._keeper.stop()
        for hub in self.hubs.values():
            hub.close()


def live_lane(services: Services, app: WSGIApplication) -> Lane:
    """The WSGI callable of a web process: the fast lane in front of the application.

    Given a Dash application, what the wall needs is made ready before the first visitor asks.
    """
    if not isinstance(app, dash.Dash):
        return Lane(services, app)
    lane = Lane(services, app.server)
    with app.server.test_request_context(WALL):
        page = app.index()  # type: ignore[no-untyped-call]
    lane.statics.prepare(app.server, page)
    lane.prepare()
    return lane
