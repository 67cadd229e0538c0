"""Sessions live on the server: the browser holds a random token, the store its hash.

A person's session ends 12 h after its last use and 7 d after its start, whichever comes first;
a wall's 400 d after its last use. Ending one takes the row away, so nothing survives a logout.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import api_keys, sessions, users
from domain.actor import Actor, Role
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS

IDLE_MS = 12 * HOUR_MS
ABSOLUTE_MS = 7 * DAY_MS
SCREEN_MS = 400 * DAY_MS
TOUCH_MS = 10 * MINUTE_MS  # how exactly the last use is kept: one write per session and interval


@dataclass(frozen=True, slots=True)
class Session:
    """A valid session and whom it stands for."""

    id_hash: str
    actor: Actor
    last_seen: int  # epoch ms, exact to TOUCH_MS
    valid_until: int  # epoch ms: unused, it ends here

    def needs_touch(self, now_ms: int) -> bool:
        """Whether the last use is old enough to be written down again."""
        return now_ms - self.last_seen >= TOUCH_MS


def token_hash(token: str) -> str:
    """What the store knows of a token or a key."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def start_session(conn: Connection, username: str, now_ms: int) -> str:
    """Begin a person's session inside the caller's transaction; the token for the cookie."""
    return _start(conn, now_ms, now_ms + ABSOLUTE_MS, username=username)


def start_screen(conn: Connection, screen: str, now_ms: int) -> str:
    """Begin a wall's session inside the caller's transaction; the token for the cookie."""
    return _start(conn, now_ms, now_ms + SCREEN_MS, screen=screen)


@uncached("an ended session must be over at once")
def find_session(db: Database, id_hash: str, now_ms: int) -> Session | None:
    """The session, if it is neither over, nor of a disabled account, nor of a revoked key."""
    query = (
        select(sessions, users.c.role, users.c.department, users.c.disabled, api_keys.c.revoked_at)
        .outerjoin(users, users.c.username == sessions.c.username)
        .outerjoin(api_keys, api_keys.c.name == sessions.c.screen)
        .where(sessions.c.id_hash == id_hash)
    )
    with db.read() as conn:
        row = conn.execute(query).first()
    actor = None if row is None else _actor(row)
    if row is None or actor is None:
        return None
    idle = SCREEN_MS if actor.role is Role.SCREEN else IDLE_MS
    valid_until = min(row.expires_at, row.last_seen + idle)
    if now_ms >= valid_until:
        return None
    return Session(id_hash, actor, row.last_seen, valid_until)


@uncached("a command")
def touch_session(db: Database, session: Session, now_ms: int) -> None:
    """Write down that the session is in use; a wall's end moves on with it."""
    values = {"last_seen": now_ms}
    if session.actor.role is Role.SCREEN:
        values["expires_at"] = now_ms + SCREEN_MS
    with db.write() as conn:
        conn.execute(update(sessions).where(sessions.c.id_hash == session.id_hash).values(**values))


def end_session(conn: Connection, id_hash: str) -> None:
    """End one session inside the caller's transaction."""
    conn.execute(delete(sessions).where(sessions.c.id_hash == id_hash))


def end_sessions_of(conn: Connection, username: str) -> None:
    """End every session of an account inside the caller's transaction."""
    conn.execute(delete(sessions).where(sessions.c.username == username))


def end_screens_of(conn: Connection, screen: str) -> None:
    """End every session that a screen key has opened, inside the caller's transaction."""
    conn.execute(delete(sessions).where(sessions.c.screen == screen))


def forget_expired(conn: Connection, now_ms: int) -> int:
    """Delete sessions that are over; how many."""
    idle = sessions.c.screen.is_(None) & (sessions.c.last_seen <= now_ms - IDLE_MS)
    over = delete(sessions).where(or_(sessions.c.expires_at <= now_ms, idle))
    return conn.execute(over).rowcount


def _start(conn: Connection, now_ms: int, expires_at: int, **whose: str) -> str:
    token = secrets.token_urlsafe(32)
    row = {"id_hash": token_hash(token), "created_at": now_ms, "last_seen": now_ms}
    conn.execute(insert(sessions).values(**row, expires_at=expires_at, **whose))
    return token


def _actor(row: Row[Any]) -> Actor | None:
    if row.screen is not None:
        return None if row.revoked_at is not None else Actor(row.screen, Role.SCREEN)
    if row.role is None or row.disabled:
        return None
    return Actor(row.username, Role(row.role), row.department)
