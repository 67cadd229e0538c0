"""The fast lane: a bare WSGI callable before Flask that answers /live/* from ready-made bytes.

Only known paths for known callers are answered here; whatever else comes goes on to the static
files' lane and then to the application behind it.
"""

import logging
import resource
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from wsgiref.types import StartResponse, WSGIApplication

from sqlalchemy.exc import SQLAlchemyError

from dashboard.live.documents import screen_documents
from dashboard.live.feed import Feed
from dashboard.live.hub import HEAD, Hub
from dashboard.live.keeper import Keeper
from dashboard.live.replies import Environ, refuse
from dashboard.live.statics import Statics
from dashboard.security import policy
from dashboard.security.hosts import is_trusted, trusted_hosts
from dashboard.security.sessions import identify
from dashboard.services import Services
from data_access.revocation import generation, news_path
from domain.actor import Actor, Role

log = logging.getLogger(__name__)

PREFIX = "/live/"
STREAM_LIMIT = 20_000  # viewers of one process, if it may open so many files
FILES_KEPT = 0.25  # share of the open files left for everything else
RETRY_S = "2"
VIEWS: Mapping[str, frozenset[Role]] = {"screen": policy.EVERYBODY}
"""Every published view and who may see it."""

_ASKED = ("HTTP_COOKIE", "QUERY_STRING", "PATH_INFO")  # what `identify` reads of a request
_TRUSTED_KEPT = 256


class Answering(Protocol):
    """Something that answers a request whose caller has been let in."""

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]: ...


class SnapshotRoute:
    """`/live/<view>`: the newest snapshot."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """200 or 304; 503 while nothing has been published."""
        document = self._hub.document
        if document is None:
            return refuse(
                environ,
                start_response,
                "503 Service Unavailable",
                "nothing has been published yet",
                ("Retry-After", RETRY_S),
            )
        return document.answer(environ, start_response)


class EventsRoute:
    """`/live/<view>/events`: the viewer's socket is handed to the hub until it goes."""

    def __init__(self, hub: Hub, is_draining: Callable[[], bool]) -> None:
        self._hub = hub
        self._is_draining = is_draining

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The stream; 503 beyond the limit, 501 on a server without gevent."""
        sock = environ.get("gunicorn.sock")
        if sock is None:
            return refuse(
                environ,
                start_response,
                "501 Not Implemented",
                "this server cannot stream: poll the snapshot instead",
            )
        if self._is_draining():  # no answer at all: a browser tries again, after a 503 it would not
            sock.shutdown(socket.SHUT_RDWR)
            return ()
        if self._hub.full:
            return refuse(
                environ,
                start_response,
                "503 Service Unavailable",
                "no further viewer can be taken now",
                ("Retry-After", RETRY_S),
            )
        if environ["REQUEST_METHOD"] == "HEAD":
            sock.sendall(HEAD)
            sock.shutdown(socket.SHUT_RDWR)
            return ()
        credentials = {name: environ.get(name, "") for name in _ASKED}
        self._hub.serve(sock, credentials, environ.get("HTTP_LAST_EVENT_ID", ""))
        return ()


class Lane:
    """The WSGI callable of a web process."""

    def __init__(self, services: Services, app: WSGIApplication) -> None:
        self._services = services
        self._app = app
        self.statics = Statics(app, lambda environ: self._caller(environ) is not None)
        limit = stream_limit() // len(VIEWS)
        self.hubs = {view: Hub(view, limit) for view in VIEWS}
        self.feed = Feed(self.hubs, services.settings.city, services.redis, services.db)
        news = news_path(services.settings)
        self._keeper = Keeper(self.hubs.values(), self._may_still_watch, lambda: generation(news))
        self._routes: dict[str, tuple[frozenset[Role], Answering]] = {}
        self._add_routes()
        self._hosts = trusted_hosts(services.settings)
        self._good_hosts: set[str] = set()
        self._starting = threading.Lock()
        self._started = False
        self.draining = False

    def _add_routes(self) -> None:
        for view, roles in VIEWS.items():
            hub = self.hubs[view]
            self._routes[f"{PREFIX}{view}"] = (roles, SnapshotRoute(hub))
            events = EventsRoute(hub, lambda: self.draining)
            self._routes[f"{PREFIX}{view}/events"] = (roles, events)
        for path, document in screen_documents(self._services).items():
            self._routes[path] = (VIEWS["screen"], document)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer or pass on one request."""
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX):
            return self._live(path, environ, start_response)
        if self.statics.covers(path) and self._is_good_host(environ.get("HTTP_HOST", "")):
            return self.statics(environ, start_response)
        return self._app(environ, start_response)

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
        except (SQLAlchemyError, OSError):
            log.exception("live: a caller could not be identified")
            retry = ("Retry-After", RETRY_S)
            detail = "the store does not answer"
            return refuse(environ, start_response, "503 Service Unavailable", detail, retry)
        if actor is None:
            scheme = ("WWW-Authenticate", "Session")
            return refuse(environ, start_response, "401 Unauthorized", "log in first", scheme)
        route = self._routes.get(path)
        if route is None:
            return refuse(environ, start_response, "404 Not Found", "there is no such view")
        if actor.role not in route[0]:
            return refuse(environ, start_response, "403 Forbidden", "this view is not for you")
        return route[1].answer(environ, start_response)

    def _caller(self, environ: Environ) -> Actor | None:
        return identify(self._services, environ)

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


def stream_limit() -> int:
    """How many viewers this process may take at once."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return STREAM_LIMIT
    return min(STREAM_LIMIT, int(files * (1 - FILES_KEPT)))


def live_lane(services: Services, app: WSGIApplication) -> Lane:
    """The WSGI callable of a web process: the fast lane in front of the application."""
    return Lane(services, app)
