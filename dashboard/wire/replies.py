"""Answers made once and sent many times: headers and bytes of every encoding stand ready."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from wsgiref.types import StartResponse

import msgspec

from dashboard.security.headers import BASE, DATA_CSP, NO_STORE
from dashboard.words.labels import label
from dashboard.words.refusal import refusal

Headers = list[tuple[str, str]]
Environ = dict[str, Any]

PREFERRED = ("br", "gzip", "")
SECURITY: tuple[tuple[str, str], ...] = (*BASE, ("Content-Security-Policy", DATA_CSP))
VARY = ("Vary", "Accept-Encoding, Cookie")
JSON = "application/json"
RETRY = ("Retry-After", "2")
CROWDED = ("Retry-After", "10")
UNAVAILABLE = "503 Service Unavailable"
REVALIDATE = "private, no-cache"
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*(,|$)")


@lru_cache(maxsize=512)
def codings(accept: str) -> tuple[str, ...]:
    """The content codings of PREFERRED that an Accept-Encoding header allows, best first."""
    wanted = []
    for part in accept.lower().split(","):
        name = part.partition(";")[0].strip()
        if not _REFUSED.search(part):
            wanted.append(name)
    return tuple(c for c in PREFERRED if c in wanted or c == "")


class Document:
    """One body under one entity tag, with its headers, in the encodings it was given."""

    __slots__ = ("_not_modified", "_tags", "_variants")

    def __init__(
        self,
        etag: str,
        kind: str,
        variants: Mapping[str, bytes],
        cache: str = REVALIDATE,
        head: Headers | None = None,
    ) -> None:
        """`variants` maps a content coding ("" = none) to the body's bytes in it.

        `head`: other headers than those of an answer to somebody who is known.
        """
        common = [*(head or (VARY, *SECURITY)), ("Cache-Control", cache)]
        self._variants: dict[str, tuple[Headers, list[bytes]]] = {}
        for coding, body in variants.items():
            tag = f'"{etag}-{coding}"' if coding else f'"{etag}"'
            headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("ETag", tag)]
            if coding:
                headers.append(("Content-Encoding", coding))
            self._variants[coding] = ([*headers, *common], [body])
        self._tags = {f'"{etag}-{c}"' if c else f'"{etag}"' for c in PREFERRED}
        self._not_modified = [("ETag", f'"{etag}"'), *common]

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """200 in the best encoding, or 304 when the client has it; HEAD without the body."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and self._is_known(known):
            start_response("304 Not Modified", self._not_modified)
            return []
        for coding in codings(environ.get("HTTP_ACCEPT_ENCODING", "")):
            if coding in self._variants:
                break
        headers, body = self._variants[coding]
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    def _is_known(self, header: str) -> bool:
        if header in self._tags or header.strip() == "*":
            return True
        return any(tag.strip().removeprefix("W/") in self._tags for tag in header.split(","))


def turn_away(environ: Environ, start_response: StartResponse, why: str) -> Iterable[bytes]:
    """503 for want of connections: a line for people, JSON for programs; the connection ends."""
    ends = ("Connection", "close")
    if "text/html" not in environ.get("HTTP_ACCEPT", ""):
        return refuse(environ, start_response, UNAVAILABLE, why, CROWDED, ends)
    body = f"{label('error.crowded', 'zh')}\n{label('error.crowded', 'en')}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", NO_STORE),
    ]
    start_response(UNAVAILABLE, [*headers, CROWDED, ends, *SECURITY])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def refuse(
    environ: Environ,
    start_response: StartResponse,
    status: str,
    detail: str,
    *extra: tuple[str, str],
) -> Iterable[bytes]:
    """The one shape of refusals with all headers, as the gate refuses; not kept."""
    body = msgspec.json.encode(refusal(int(status[:3]), detail))
    headers = [
        ("Content-Type", JSON),
        ("Content-Length", str(len(body))),
        ("Cache-Control", NO_STORE),
        VARY,
        *extra,
        *SECURITY,
    ]
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
