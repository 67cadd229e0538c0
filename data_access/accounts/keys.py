"""Keys of machines: 256 random bits each, of which the store holds the hash only."""

import re
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from data_access.accounts import sessions
from data_access.accounts.sessions import token_hash
from data_access.accounts.users import AccountError
from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import api_keys, sources

_NAME = re.compile(r"[\w][\w.@-]{0,63}")


class KeyKind(StrEnum):
    """What a key opens: the intake of one source, one wall page, the figures of /metrics."""

    INGEST = "ingest"
    SCREEN = "screen"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret."""

    name: str
    kind: KeyKind
    source: str | None  # the source for which an ingest key speaks
    created_at: int  # epoch ms
    revoked_at: int | None
    missing: str = ""  # what its source sends for no value (domain.declared)


@uncached("a command")
def add_key(db: Database, name: str, kind: KeyKind, source: str | None, now_ms: int) -> str:
    """Make a key and return its secret, which nobody can read again; AccountError if refused."""
    if not _NAME.fullmatch(name):
        raise AccountError("name: 1 to 64 letters, digits or . @ _ - are needed")
    if (source is not None) != (kind is KeyKind.INGEST):
        raise AccountError("source: needed for an ingest key, and only there")
    secret = secrets.token_urlsafe(32)
    with db.write() as conn:
        known = select(api_keys.c.name).where(api_keys.c.name == name)
        if conn.execute(known).first() is not None:
            raise AccountError(f"name: there is a key {name} already, perhaps a revoked one")
        conn.execute(
            insert(api_keys).values(
                key_hash=token_hash(secret),
                name=name,
                kind=str(kind),
                source=source,
                created_at=now_ms,
            )
        )
    return secret


@uncached("a revoked key must be over at once")
def find_key(db: Database, secret: str, kind: KeyKind) -> Key | None:
    """The key of that kind with that secret; None when unknown, of another kind or revoked."""
    both = api_keys.outerjoin(sources, sources.c.code == api_keys.c.source)
    query = (
        select(api_keys, sources.c.missing)
        .select_from(both)
        .where(
            api_keys.c.key_hash == token_hash(secret),
            api_keys.c.kind == str(kind),
            api_keys.c.revoked_at.is_(None),
        )
    )
    with db.read() as conn:
        row = conn.execute(query).first()
    return None if row is None else replace(_key(row), missing=row.missing or "")


@uncached("a command of the shell")
def list_keys(db: Database) -> list[Key]:
    """Every key by name, revoked ones too."""
    with db.read() as conn:
        return [_key(row) for row in conn.execute(select(api_keys).order_by(api_keys.c.name))]


@uncached("a command")
def revoke_key(db: Database, name: str, now_ms: int) -> None:
    """End a key and the wall sessions it has opened; AccountError when there is none to end."""
    live = (api_keys.c.name == name) & api_keys.c.revoked_at.is_(None)
    with db.write() as conn:
        changed = conn.execute(update(api_keys).where(live).values(revoked_at=now_ms))
        if changed.rowcount == 0:
            raise AccountError(f"name: there is no key {name} in force")
        sessions.end_screens_of(conn, name)


def _key(row: Row[Any]) -> Key:
    return Key(row.name, KeyKind(row.kind), row.source, row.created_at, row.revoked_at)
