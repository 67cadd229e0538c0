"""Who is calling: the session cookie, or a screen key in the address of the wall's live lane."""

from typing import Any, Protocol
from urllib.parse import parse_qs

import flask
from werkzeug.wrappers import Response as AnyResponse

from dashboard.house.identities import Identities
from dashboard.threads.writer import Writer
from data_access.accounts import keys
from data_access.accounts.keys import KeyKind
from data_access.accounts.sessions import (
    ABSOLUTE_MS,
    SCREEN_MS,
    Session,
    find_session,
    token_hash,
    touch_session,
)
from data_access.store.db import Database
from domain.actor import Actor, Role
from domain.clock import HOUR_MS

COOKIE = "yiping_session"
KEYED_PATH = "/live/screen"  # and below: where ?key= is as good as a session
_LONGEST = 128


class Identifying(Protocol):
    """The part of Services that identification needs."""

    @property
    def db(self) -> Database: ...
    @property
    def identities(self) -> Identities: ...
    @property
    def now_ms(self) -> int: ...
    @property
    def writer(self) -> Writer: ...


def identify(services: Identifying, environ: dict[str, Any]) -> Actor | None:
    """The caller of a bare WSGI request, None when nobody valid.

    Microseconds when asked again; an ending announced on this machine counts at once, one
    elsewhere within two seconds.
    """
    now_ms = services.now_ms
    hashed = _cookie_hash(environ.get("HTTP_COOKIE", ""))
    if hashed is not None:
        session = services.identities.find(hashed, now_ms, lambda h: _session(services, h, now_ms))
        if session is not None:
            return session.actor
    key = _screen_key(environ)
    if key is None:
        return None
    found = services.identities.find(
        "key:" + token_hash(key), now_ms, lambda _: _keyed(services.db, key, now_ms)
    )
    return None if found is None else found.actor


def identify_now(services: Identifying, environ: dict[str, Any]) -> Session | None:
    """The caller's session as the store knows it this instant: what the gate asks."""
    hashed = _cookie_hash(environ.get("HTTP_COOKIE", ""))
    return None if hashed is None else _session(services, hashed, services.now_ms)


def set_cookie(response: AnyResponse, token: str, *, secure: bool, screen: bool = False) -> None:
    """Give the browser its session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=(SCREEN_MS if screen else ABSOLUTE_MS) // 1000,
        secure=secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def current_session() -> Session:
    """The session that the gate has found for the present request; LookupError outside one."""
    session = flask.g.get("session")
    if not isinstance(session, Session):
        raise LookupError("this request has no session")
    return session


def caller_address() -> str:
    """Where the present request comes from."""
    return flask.request.remote_addr or "local"


def current_actor() -> Actor:
    """The caller of the present request; LookupError when the gate let nobody in."""
    return current_session().actor


def _session(services: Identifying, hashed: str, now_ms: int) -> Session | None:
    session = find_session(services.db, hashed, now_ms)
    if session is not None and session.needs_touch(now_ms):
        services.writer.later(lambda db: touch_session(db, session, now_ms))
    return session


def _keyed(db: Database, secret: str, now_ms: int) -> Session | None:
    key = keys.find_key(db, secret, KeyKind.SCREEN)
    if key is None:
        return None
    return Session("", Actor(key.name, Role.SCREEN), now_ms, now_ms + HOUR_MS)


def _cookie_hash(header: str) -> str | None:
    """The hash of our cookie's value in a Cookie header."""
    at = header.find(COOKIE + "=")
    while at > 0 and header[at - 1] not in "; ":
        at = header.find(COOKIE + "=", at + 1)
    if at < 0:
        return None
    token = header[at + len(COOKIE) + 1 :].partition(";")[0].strip().strip('"')
    return token_hash(token) if 0 < len(token) <= _LONGEST else None


def _screen_key(environ: dict[str, Any]) -> str | None:
    path = str(environ.get("PATH_INFO", ""))
    query = str(environ.get("QUERY_STRING", ""))
    if "key=" not in query or not (path == KEYED_PATH or path.startswith(KEYED_PATH + "/")):
        return None
    given = parse_qs(query[:2048]).get("key", [""])[0]
    return given if 0 < len(given) <= _LONGEST else None
