"""The public site in front of the desks: one process, two applications that share nothing."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse

from dashboard.public_site.links import Where, address
from dashboard.public_site.site import PublicSite
from dashboard.wire.ranks import Ranks


def _to_method(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """/about is the desks' for who may have logged in, and the public method page for others."""
    english = "lang=en" in environ.get("QUERY_STRING", "")
    where = ("Location", address(Where("method", lang="en" if english else "zh")))
    start_response("302 Found", [where, ("Content-Length", "0"), ("Cache-Control", "no-store")])
    return []


class Front:
    """The WSGI callable that gives the public site its paths and the desks all others."""

    def __init__(self, site: PublicSite, desks: Any) -> None:
        self.site = site
        self.desks = desks
        self.ranks = Ranks(site.behind_proxy, lambda environ: bool(desks.is_known(environ)))

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] == "/about" and "HTTP_COOKIE" not in environ:
            return _to_method(environ, start_response)
        application = self.site if self.site.covers(environ["PATH_INFO"]) else self.desks
        found: Iterable[bytes] = application(environ, start_response)
        return found

    def start(self) -> None:
        """Begin to listen: once a process, after it has forked."""
        self.site.start()
        self.desks.start()

    def drain(self) -> None:
        """The process is about to end."""
        self.site.drain()
        self.desks.drain()


class Alone:
    """The public site as a process of its own, with the two questions that a supervisor asks."""

    def __init__(self, site: PublicSite) -> None:
        self.site = site
        self.start, self.drain = site.start, site.drain
        self.ranks = Ranks(site.behind_proxy)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if path in ("/healthz", "/readyz"):
            feed = self.site.feed
            state = b"none" if feed.now is None else b"degraded" if feed.lost else b"ok"
            said = b'{"publication":"%s"}' % state
            length = ("Content-Length", str(len(said)))
            start_response("200 OK", [("Content-Type", "application/json"), length])
            return [said]
        if path == "/about":
            environ = {**environ, "PATH_INFO": "/method"}
        found: Iterable[bytes] = self.site(environ, start_response)
        return found
