"""Scripts and style sheets, compressed once, before Flask.

What a page names is compressed when the process starts; any other file at its first request. It
comes from the application behind, whose allow-lists decide what exists, and is kept in memory. The
caller is checked at every request, as the gate does; only what the gate calls public is open.
"""

import gzip
import re
import threading
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

import brotli
import flask

from dashboard.security.policy import PUBLIC
from dashboard.wire.replies import REVALIDATE, Document, Environ

PREFIXES = ("/_dash-component-suites/", "/assets/")
FOR_EVER = "private, max-age=31536000, immutable"
QUALITY = 9  # of brotli: 11 saves 4 % more and takes thirty times as long
SMALL = 256  # bytes; below this compressing is not worth a header
_NAMED = re.compile(r'(?:src|href)="(/[^"?]+)')
_FINGERPRINT = re.compile(r"\.v[\w-]+m\d+\.")
_PACKABLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_NOT_PASSED_ON = ("HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


class Statics:
    """The lane of files. Memory is bounded by the files that exist: only 200s are kept."""

    def __init__(self, app: WSGIApplication, is_known: Callable[[Environ], bool]) -> None:
        """`is_known` says whether a request's caller has been let in."""
        self._app = app
        self._is_known = is_known
        self._kept: dict[str, tuple[Document, Document]] = {}
        self._making = threading.Lock()

    def covers(self, path: str) -> bool:
        """Whether `path` is a file's."""
        return path.startswith(PREFIXES)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The file, or what the application says to anybody it does not let in."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_RANGE" in environ:
            return self._app(environ, start_response)
        if path not in PUBLIC and not self._is_known(environ):
            return self._app(environ, start_response)
        documents = self._kept.get(path)
        if documents is None:
            with self._making:
                documents = self._kept.get(path) or self._fetch(path, environ)
        if documents is None:
            return self._app(environ, start_response)
        named_by_content = _FINGERPRINT.search(path) or "m=" in environ.get("QUERY_STRING", "")
        return documents[1 if named_by_content else 0].answer(environ, start_response)

    def prepare(self, server: flask.Flask, page: str) -> None:
        """Compress every file that the HTML of `page` names, so that no visitor waits for it."""
        for path in sorted(set(_NAMED.findall(page))):
            if self.covers(path) and path not in self._kept:
                with server.test_request_context(path):  # past the gate: nobody is answered
                    response = server.make_response(server.dispatch_request())
                    response.direct_passthrough = False
                    if response.status_code == 200:
                        self._keep(path, response.content_type, response.get_data())
                    response.close()

    def _fetch(self, path: str, environ: Environ) -> tuple[Document, Document] | None:
        answer = _ask(self._app, environ)
        return None if answer is None else self._keep(path, *answer)

    def _keep(self, path: str, kind: str, body: bytes) -> tuple[Document, Document]:
        variants = _packed(body) if kind.startswith(_PACKABLE) else {"": body}
        etag = blake2b(body, digest_size=8).hexdigest()
        kept = (
            Document(etag, kind, variants, REVALIDATE),
            Document(etag, kind, variants, FOR_EVER),
        )
        self._kept[path] = kept
        return kept


def _ask(app: WSGIApplication, environ: Environ) -> tuple[str, bytes] | None:
    """(content type, whole body) of the application's 200 to a plain GET, else None."""
    plain = {k: v for k, v in environ.items() if k not in _NOT_PASSED_ON}
    plain["REQUEST_METHOD"] = "GET"
    heard: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
        heard[:] = [(status, {name.lower(): value for name, value in headers})]
        return lambda _data: None

    result = app(plain, start_response)
    try:
        body = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    status, headers = heard[0]
    if not status.startswith("200") or "content-encoding" in headers:
        return None
    return headers.get("content-type", "application/octet-stream"), body


def _packed(body: bytes) -> dict[str, bytes]:
    if len(body) < SMALL:
        return {"": body}
    return {
        "br": _brotli(body),
        "gzip": gzip.compress(body, 9, mtime=0),
        "": body,
    }


def _brotli(body: bytes) -> bytes:
    packed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=QUALITY)
    return packed
