"""The public site: a bare WSGI callable over ready-made documents; what it does not know is 404.

It is given the publication store and the catalogue, nothing else: no session, no cookie, no Redis,
no internal table. Pages are rendered once for each version and form and then sent many times.
"""

import gzip
import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b
from time import monotonic
from urllib.parse import parse_qs
from wsgiref.types import StartResponse

import brotli
from sqlalchemy.exc import SQLAlchemyError

from dashboard.public_site.chart import drawing
from dashboard.public_site.content import Published
from dashboard.public_site.feed import PublicFeed
from dashboard.public_site.files import Files
from dashboard.public_site.links import Served, Where, address
from dashboard.public_site.open_data import PREFIX, OpenData, allow
from dashboard.public_site.render import Renderer
from dashboard.public_site.reports import LONGEST_BODY, Reports, make_token
from dashboard.public_site.senders import FILE as SENT
from dashboard.public_site.senders import Senders
from dashboard.security.headers import BASE, DATA_CSP, OPEN, embeddable
from dashboard.security.hosts import is_trusted, trusted_hosts
from dashboard.security.policy import PUBLIC_SITE, PUBLIC_SITE_BELOW
from dashboard.security.senders import sender_of
from dashboard.wire.hub import Hub
from dashboard.wire.keeper import Keeper
from dashboard.wire.limits import limits
from dashboard.wire.replies import RETRY, UNAVAILABLE, Document, Environ, Headers, refuse
from dashboard.wire.routes import EventsRoute, SnapshotRoute
from dashboard.words.labels import language, use_wording
from data_access.maps.boundaries import load_map
from data_access.public.store import open_public
from data_access.settings import Settings
from data_access.store.condition import condition_of
from domain.address import network_of
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms
from domain.publication import Publication

log = logging.getLogger(__name__)

PAGE_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CACHE = "public, max-age=20, stale-while-revalidate=120, stale-if-error=3600"
PAGES_KEPT = 512
Stamp = tuple[int, int]  # version, and the instant it is read at when it is late
HOSTS_KEPT = 256
FORGET_S = 1.0
_NOT_KEPT = [("Cache-Control", "no-store")]


_VARY = ("Vary", "Accept-Encoding")
_FILE = [_VARY, *BASE, ("Content-Security-Policy", DATA_CSP)]
OPEN_HEAD: Headers = [_VARY, *OPEN, ("Content-Security-Policy", DATA_CSP)]


def document(kind: str, body: bytes, cache: str = CACHE, head: Headers = _FILE) -> Document:
    """A body with its entity tag in every encoding."""
    etag = blake2b(body, digest_size=9).hexdigest()
    packed = {
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
        "gzip": gzip.compress(body, 6, mtime=0),
        "": body,
    }
    return Document(etag, kind, packed, cache, head)


def open_document(kind: str, body: bytes) -> Document:
    """A body that pages of other sites may read."""
    return document(kind, body, head=OPEN_HEAD)


class PublicSite:
    """One process's public pages, stream and downloads."""

    def __init__(
        self, settings: Settings, catalogue: Catalogue, clock: Clock, staff: str | None = None
    ) -> None:
        """`staff`: where people who work here log in; None on the site of its own."""
        rules = catalogue.publication or Publication("0")
        self._settings = settings
        self.behind_proxy = settings.behind_proxy
        self._clock = clock
        self._staff = staff
        self._hosts = trusted_hosts(settings)
        self._head: Headers = [_VARY, *embeddable(PAGE_CSP, settings.embedders)]
        self.db = open_public(settings)
        self._writer = open_public(settings, read_only=False)
        use_wording(catalogue.wording)
        map_ = load_map(settings, catalogue)
        shapes = drawing(map_.geojson)
        self.renderer = Renderer(
            catalogue, rules, self.db, shapes, map_.notice, settings.public_origin or ""
        )
        self.hub = Hub("public", limits().guest_streams)
        self.feed = PublicFeed(self.db, catalogue, rules, self.hub)
        self._keeper = Keeper((self.hub,), lambda _hub, _who: True, lambda: 0)
        secret = settings.public_secret()
        senders = Senders(settings.data_dir / SENT, secret)
        self._reports = Reports(self._writer, secret, senders)
        self.files = Files(catalogue, shapes, document, settings.public_origin or "")
        self.data = OpenData(
            self.db, catalogue, rules, self.feed, open_document, settings.behind_proxy
        )
        self._snapshot = SnapshotRoute(self.hub)
        self._events = EventsRoute(self.hub, lambda: self.draining)
        self._pages: OrderedDict[Where, tuple[Stamp, Document]] = OrderedDict()
        self._forms: dict[tuple[str, str], Where] = {}
        self._making = threading.Lock()
        self._good_hosts: set[str] = set()
        self._started = False
        self._looked = -FORGET_S
        self.draining = False

    def covers(self, path: str) -> bool:
        """Whether a path is the public site's."""
        return path in PUBLIC_SITE or path.startswith(PUBLIC_SITE_BELOW)

    def start(self) -> None:
        """Begin to listen: once a process, after it has forked."""
        if not self._started:
            self._started = True
            self.feed.start()
            self._page("/", "")  # so that the first reader waits for nothing
            self._keeper.start()

    def drain(self) -> None:
        """The process is about to end."""
        self.draining = True
        self.feed.stop()
        self._keeper.stop()
        self.hub.close()

    def close(self) -> None:
        """Give the connections back."""
        self.db.close()
        self._writer.close()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; 503 with the store's name when that cannot be read."""
        try:
            return self._answer(environ, start_response)
        except (SQLAlchemyError, sqlite3.Error) as error:
            why = condition_of(error)
            if why is None:
                raise
            said = f"the publication store ({self.db.name}) {why}"
            log.error("public: %s: %s", environ["PATH_INFO"], said)
            return refuse(environ, start_response, UNAVAILABLE, said, RETRY)

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if not self._started:
            self._look_now_and_then()
        if not self._is_good_host(environ.get("HTTP_HOST", "")):
            return self._message(environ, start_response, "400 Bad Request", "notfound")
        ready = self._ready(path, environ.get("QUERY_STRING", ""))
        if ready is not None and method in ("GET", "HEAD"):
            return ready.answer(environ, start_response)
        if path == "/report" and method == "POST":
            return self._report(environ, start_response)
        if method == "OPTIONS" and path.startswith(PREFIX):
            return allow(start_response)
        if method not in ("GET", "HEAD"):
            return self._message(environ, start_response, "405 Method Not Allowed", "notallowed")
        return self._get(path, environ, start_response)

    def _get(self, path: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if path == "/report":  # the address of the answer to a form, opened again
            return self._to_form(environ, start_response)
        if path == "/live/public/events":
            return self._events.answer(environ, start_response)
        if path == "/live/public":
            return self._snapshot.answer(environ, start_response)
        if path.startswith(PREFIX):
            return self.data.answer(environ, start_response, self._origin(environ))
        found = self.files.find(path, self._origin(environ))
        found = found or self._page(path, environ.get("QUERY_STRING", ""))
        if found is None:
            return self._message(environ, start_response, "404 Not Found", "notfound")
        return found.answer(environ, start_response)

    def _is_good_host(self, header: str) -> bool:
        if header in self._good_hosts:
            return True
        if not is_trusted(header, self._hosts):
            return False
        if len(self._good_hosts) < HOSTS_KEPT:
            self._good_hosts.add(header)
        return True

    def _ready(self, path: str, query: str) -> Document | None:
        """The page of an address that has been asked for in this very version."""
        where, now = self._forms.get((path, query)), self.feed.now
        kept = self._pages.get(where) if where is not None else None
        if kept is None or now is None:
            return None
        return kept[1] if kept[0] == self._stamp(now.seen_at(to_ms(self._clock()))) else None

    def _stamp(self, now: Published) -> Stamp:
        return now.version, now.made_at if now.late else 0

    def seen(self) -> Published | None:
        """The newest publication as it is to be read now."""
        now = self.feed.now
        return None if now is None else now.seen_at(to_ms(self._clock()))

    def _look_now_and_then(self) -> None:
        """Without a thread of our own (tests, other servers): look before answering."""
        if monotonic() - self._looked >= FORGET_S:
            self._looked = monotonic()
            self.feed.look()

    def _page(self, path: str, query: str) -> Document | None:
        where = self._forms.get((path, query)) or self._where(path, query)
        now = self.seen()
        if where is None:
            return None
        if now is None:
            html = self.renderer.message(where, self._links(where), "none")
            return document("text/html; charset=utf-8", html.encode(), "no-cache", self._head)
        stamp = self._stamp(now)
        kept = self._pages.get(where)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        with self._making:
            kept = self._pages.get(where)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            token = make_token(self._reports.secret, now.made_at)
            page = self.renderer.page(where, self._links(where), now, token)
            if page is None:
                return None
            made = document("text/html; charset=utf-8", page.encode(), CACHE, self._head)
            self._pages[where] = (stamp, made)
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
            # the address we write ourselves and no other: junk cannot crowd the pages out
            if address(where) == (f"{path}?{query}" if query else path):
                self._forms[path, query] = where
        return made

    def _where(self, path: str, query: str) -> Where | None:
        """The page that an address means; what it does not know in a query is nothing."""
        try:
            asked = parse_qs(query, max_num_fields=16)
        except ValueError:
            asked = {}
        lang = language(asked.get("lang", [""])[0])
        large = asked.get("size", [""])[0] == "large"
        if path == "/":
            street = asked.get("street", [""])[0]
            return Where("home", "", street if street.isascii() else "", lang, large)
        if path == "/method":
            return Where("method", "", "", lang, large)
        if path.startswith("/figure/"):
            return Where("figure", path.removeprefix("/figure/")[:24], "", lang, large)
        return None

    def _links(self, where: Where) -> Served:
        return Served(where, self._staff)

    def _report(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") not in ("same-origin", "none"):
            return self._message(environ, start_response, "403 Forbidden", "report.again")
        try:
            length = min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_BODY)
        except ValueError:
            length = 0
        try:
            body = environ["wsgi.input"].read(length) if length > 0 else b""
        except OSError:  # the sender is gone, or too slow
            return self._message(environ, start_response, "400 Bad Request", "report.again")
        try:
            said = self._reports.take(
                body, network_of(sender_of(environ, self.behind_proxy)), to_ms(self._clock())
            )
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            log.error("public: a report was not kept: %s", error)
            said = ("503 Service Unavailable", "report.away", "zh")
        return self._message(environ, start_response, *said)

    def _origin(self, environ: Environ) -> str:
        """Where the site is, for addresses that must be whole; the host has been checked."""
        told = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
        return self._settings.public_origin or told

    def _to_form(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        lang = "en" if "lang=en" in environ.get("QUERY_STRING", "") else "zh"
        to = f"{address(Where(lang=lang))}#report"
        start_response("303 See Other", [("Location", to), ("Content-Length", "0"), *_NOT_KEPT])
        return []

    def _message(
        self,
        environ: Environ,
        start_response: StartResponse,
        status: str,
        heading: str,
        lang: str | None = None,
    ) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        wanted = lang or ("en" if "lang=en" in query else "zh")
        where = Where("message", lang=language(wanted))
        text = "notfound.text" if heading == "notfound" else ""
        body = self.renderer.message(where, self._links(where), heading, text).encode()
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *self._head,
        ]
        if status.startswith("429"):
            headers.append(("Retry-After", "3600"))
        if status.startswith("405"):
            headers.append(("Allow", "POST" if environ["PATH_INFO"] == "/report" else "GET, HEAD"))
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
