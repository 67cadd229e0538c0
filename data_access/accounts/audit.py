"""The audit log: who did what to which object from where, and how it ended. Append-only."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, insert, select, tuple_

from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import audit
from domain.actor import Actor, Forbidden, Role

PAGE = 100
CHUNK = 5_000


class Result(StrEnum):
    """How a guarded action ended."""

    OK = "ok"
    DENIED = "denied"  # not allowed
    FAILED = "failed"  # tried and did not succeed, as a wrong password


@dataclass(frozen=True, slots=True)
class Entry:
    """One row."""

    at: int  # epoch ms
    who: str
    action: str
    object: str
    result: Result
    address: str


Key = tuple[int, int]  # (at, id): what pages are cut by


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the log; None = whatever it is."""

    from_ms: int
    to_ms: int
    action: str | None = None
    who: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows, newest first, and the key of the last where older ones follow."""

    rows: tuple[Entry, ...]
    older: Key | None


def write_audit(conn: Connection, entry: Entry) -> None:
    """Add a row inside the caller's transaction; texts are cut to their columns."""
    conn.execute(
        insert(audit).values(
            at=entry.at,
            who=_plain(entry.who, 80),
            action=_plain(entry.action, 40),
            object=_plain(entry.object, 200),
            result=str(entry.result),
            address=_plain(entry.address, 64),
        )
    )


@uncached("the log is read as it stands")
def newest(db: Database, limit: int = 100) -> list[Entry]:
    """The newest rows, newest first."""
    with db.read() as conn:
        rows = conn.execute(select(audit).order_by(audit.c.id.desc()).limit(limit)).all()
    return list(map(_entry, rows))


@uncached("the log is read as it stands")
def audit_page(db: Database, actor: Actor, wanted: Wanted, before: Key | None = None) -> AuditPage:
    """The newest rows that fit, at most PAGE, behind `before`. Forbidden but for an admin.

    Its cost follows what is shown: there is an index for each thing it can be filtered by.
    """
    found = _read(db, actor, wanted, before, PAGE + 1)
    shown = found[:PAGE]
    older = (shown[-1].at, shown[-1].id) if len(found) > PAGE else None
    return AuditPage(tuple(map(_entry, shown)), older)


@uncached("an export is read once")
def every_entry(db: Database, actor: Actor, wanted: Wanted, most: int) -> Iterator[list[Entry]]:
    """All rows that fit, newest first, in chunks, at most `most`. Forbidden but for an admin."""
    before: Key | None = None
    left = most
    while left > 0:
        found = _read(db, actor, wanted, before, min(CHUNK, left))
        if not found:
            return
        yield list(map(_entry, found))
        left -= len(found)
        before = (found[-1].at, found[-1].id)


@uncached("the log is read as it stands")
def count_entries(db: Database, actor: Actor, wanted: Wanted, most: int) -> int:
    """How many rows fit, counted to `most` + 1. Forbidden but for an admin."""
    _admin_only(actor)
    some = _fitting(wanted, select(audit.c.id)).limit(most + 1)
    with db.read() as conn:
        return len(conn.execute(some).all())


def _read(db: Database, actor: Actor, wanted: Wanted, before: Key | None, limit: int) -> list[Any]:
    _admin_only(actor)
    query = _fitting(wanted, select(audit))
    if before is not None:
        query = query.where(tuple_(audit.c.at, audit.c.id) < tuple_(*before))
    query = query.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
    with db.read() as conn:
        return list(conn.execute(query))


def _fitting(wanted: Wanted, query: Select[Any]) -> Select[Any]:
    query = query.where(audit.c.at >= wanted.from_ms, audit.c.at < wanted.to_ms)
    for name in ("action", "who", "result"):
        asked = getattr(wanted, name)
        if asked is not None:
            query = query.where(audit.c[name] == asked)
    return query


def _admin_only(actor: Actor) -> None:
    if actor.role is not Role.ADMIN:
        raise Forbidden("the audit log")


def _entry(row: Any) -> Entry:
    return Entry(row.at, row.who, row.action, row.object, Result(row.result), row.address)


def _plain(text: str, length: int) -> str:
    """One printable line: whoever reads the log must not be steered by what is in it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:length])
