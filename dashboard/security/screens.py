"""A wall opens itself: `/screen?key=…` begins a session that can do nothing but show that page."""

from urllib.parse import urlencode

from flask import Response, make_response, redirect, request
from werkzeug.exceptions import Forbidden

from dashboard.house.services import Services
from dashboard.security import sessions
from data_access.accounts import keys
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.accounts.sessions import Session, forget_expired, start_screen
from data_access.store.db import Database
from domain.actor import Actor, Role

PATH = "/screen"


def open_screen(services: Services) -> Response:
    """Trade a screen key for a session and lead to the page without the key in its address.

    Whoever is signed in already, as a person or by the same key, keeps the session there is.
    """
    address, now_ms = sessions.caller_address(), services.now_ms
    key = keys.find_key(services.db, request.args["key"], keys.KeyKind.SCREEN)
    if key is None:
        services.denials.note(now_ms, "anonymous", "denied.screen-key", PATH, address)
        raise Forbidden("the screen key is not valid")
    response = make_response(redirect(_without_key(), 302))
    present = sessions.identify_now(services, request.environ)
    if present is not None and (present.actor.role is not Role.SCREEN or _same(present, key)):
        return response
    token = services.writer.run(lambda db: _begin(db, key.name, now_ms, address))
    secure = services.settings.behind_proxy
    sessions.set_cookie(response, token, secure=secure, screen=True)
    return response


def _begin(db: Database, screen: str, now_ms: int, address: str) -> str:
    """A new session of a wall, and its row in the audit log; the token."""
    who = Actor(screen, Role.SCREEN).label
    with db.write() as conn:
        forget_expired(conn, now_ms)
        write_audit(conn, Entry(now_ms, who, "screen.open", PATH, Result.OK, address))
        return start_screen(conn, screen, now_ms)


def _same(session: Session, key: keys.Key) -> bool:
    return session.actor.name == key.name


def _without_key() -> str:
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != "key"]
    return f"{PATH}?{urlencode(rest)}" if rest else PATH
