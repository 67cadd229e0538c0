"""The one door for facts: check, store, quarantine what fails, commit; only then answer.

HTTP, files and replays all come through `accept`, whatever kind of fact they bring. One call is one
transaction and, when anything is new, one row of `batches`: what an engine takes in next. Writers
queue up at the store's lock; who cannot have it within two seconds is told to come back, so nothing
piles up in memory.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import DBAPIError, TimeoutError

from data_access.caching.cache import uncached
from data_access.intake import quarantine
from data_access.intake.kind import Batch, Checked, Kept, Kind
from data_access.intake.readings import BATCH_ROWS, day_name
from data_access.intake.sources import count_batch
from data_access.store.condition import condition_of
from data_access.store.db import BUSY_S, Database
from data_access.store.tables import batches
from domain.catalogue import Catalogue
from domain.declared import NONE, Sentinels
from domain.facts.fact import F, Fact, Parcel, Reason, Rejection, window
from domain.zone import Zone

log = logging.getLogger("yiping.intake")

WAIT_S = 2
_LOCK = 0x59697069_6E67  # PostgreSQL's advisory lock of intake: batch ids appear in order


class Busy(RuntimeError):
    """The store cannot take anything now; nothing was stored, send it again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of what was sent; the three counts add up to it."""

    accepted: int
    duplicates: int
    rejected: tuple[Rejection, ...]  # by index


@dataclass(frozen=True, slots=True)
class Judged:
    """What a source sent, checked and ready for the store."""

    kind: Kind[Any]
    source: str
    zone: Zone  # of the city that it tells of
    parcel: Parcel[Any]
    checked: Checked
    refused: Sequence[tuple[Rejection, str]]  # with what was sent
    payload: Callable[[int], str]


@uncached("a write")
def accept(
    kind: Kind[F],
    db: Database,
    catalogue: Catalogue,
    source: str,
    rows: Sequence[F] | Parcel[F],
    received_ms: int,
    via: str,
    *,
    retain_days: int | None = None,
) -> Outcome:
    """Take in what `source` sent; committed when this returns.

    `via` is api, file or replay. `retain_days` refuses facts older than that (None: they may be
    as old as 2000).
    Busy when the store cannot be had in time; UnknownSource when nobody registered the source.
    """
    parcel = rows if isinstance(rows, Parcel) else Parcel(rows, range(len(rows)))
    parcels = {source: parcel}
    return accept_all(kind, db, catalogue, parcels, received_ms, via, retain_days=retain_days)[0]


@uncached("a write")
def accept_all(
    kind: Kind[F],
    db: Database,
    catalogue: Catalogue,
    parcels: Mapping[str, Parcel[F]],
    received_ms: int,
    via: str,
    *,
    retain_days: int | None = None,
) -> list[Outcome]:
    """Take in what several sources sent, as one commit with a batch each; outcomes in order."""
    judged = [
        judge(kind, catalogue, source, parcel, received_ms, retain_days)
        for source, parcel in parcels.items()
    ]
    return store(db, judged, received_ms, via)


def judge(
    kind: Kind[F],
    catalogue: Catalogue,
    source: str,
    parcel: Parcel[F],
    received_ms: int,
    retain_days: int | None,
    sentinels: Sentinels = NONE,
) -> Judged:
    """Check what a source sent, all that can be said of it without the store."""
    if len(parcel.facts) > BATCH_ROWS:
        raise ValueError(f"a batch holds at most {BATCH_ROWS} {kind.plural}")
    limits = window(received_ms, retain_days)
    checked = kind.check(catalogue, parcel, source, limits, sentinels)
    payload = parcel.payload or _own_payload(parcel)
    refused = [(fault, payload(fault.index)) for fault in checked.rejected]
    return Judged(kind, source, catalogue.zone, parcel, checked, refused, payload)


@uncached("a write")
def store(db: Database, judged: Sequence[Judged], received_ms: int, via: str) -> list[Outcome]:
    """Take in what was judged, as one commit with a batch for each source; outcomes in order."""
    with locked(db) as conn:
        return [_store(conn, each, received_ms, via) for each in judged]


@uncached("a write")
def refuse_body(
    db: Database, source: str, body: bytes, detail: str, received_ms: int, via: str
) -> None:
    """Keep a body of which nothing could be read as one thing in quarantine."""
    thing = (Reason.MALFORMED, detail, body.decode(errors="backslashreplace"))
    with locked(db) as conn:
        quarantine.keep(conn, source, via, received_ms, [thing])
        count_batch(conn, source, received_ms, None, accepted=0, duplicates=0, quarantined=1)


@uncached("a write")
@contextmanager
def locked(db: Database) -> Iterator[Connection]:
    """A write transaction under intake's lock; Busy when it cannot be had or the store is away."""
    try:
        with db.engine.connect().execution_options(yiping_write=True) as conn:
            with _patience(conn, db.dialect), conn.begin():
                if db.dialect == "postgresql":
                    conn.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
                    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield conn
        db.confirm()  # what is acknowledged must not lie in a file that was deleted
    except (DBAPIError, TimeoutError, sqlite3.Error, psycopg.Error) as error:
        why = condition_of(error)
        if why is None:
            raise
        log.warning("intake takes nothing: %s %s", db.name, why)
        raise Busy(f"the store cannot take readings now: {db.name} {why}") from error


@contextmanager
def _patience(conn: Connection, dialect: str) -> Iterator[None]:
    """SQLite waits for its lock as long as the connection says; ours is shared with others."""
    if dialect != "sqlite":
        yield
        return
    driver: Any = conn.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout = {WAIT_S * 1000}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")


def _store(conn: Connection, judged: Judged, received_ms: int, via: str) -> Outcome:
    source, parcel, checked, kind = judged.source, judged.parcel, judged.checked, judged.kind
    refused = list(judged.refused)
    newest = checked.newest
    batch = Batch(0, source, received_ms, via, judged.zone)
    kept = Kept()
    if checked.rows:
        batch = replace(batch, id=_open_batch(conn, kind, batch))
        kept = kind.keep(conn, batch, parcel, checked)
        _close_batch(conn, batch.id, kept)
    for n, fault in kept.faults:
        index = parcel.positions[n]
        refused.append((Rejection(index, *fault), judged.payload(index)))
    refused.sort(key=lambda each: each[0].index)
    things = [
        (fault.reason, fault.detail, sent)
        for fault, sent in refused
        if fault.reason is not Reason.NO_VALUE  # nothing is wrong with it
    ]
    quarantined = quarantine.keep(conn, source, via, received_ms, things)
    spoken = count_batch(
        conn,
        source,
        received_ms,
        newest,
        accepted=kept.accepted,
        duplicates=kept.duplicates,
        quarantined=quarantined,
    )
    if spoken == "live":
        kind.remember(conn, batch, checked, kept)
    return Outcome(kept.accepted, kept.duplicates, tuple(fault for fault, _ in refused))


def _open_batch(conn: Connection, kind: Kind[Any], batch: Batch) -> int:
    begun = {"kind": kind.name, "accepted": 0, "days": ""}
    told = insert(batches).values(source=batch.source, received_at=batch.received_ms, **begun)
    return int(conn.execute(told.returning(batches.c.id)).scalar_one())


def _close_batch(conn: Connection, batch_id: int, kept: Kept) -> None:
    """Write down what a batch brought; one that brought nothing new is none."""
    mine = batches.c.id == batch_id
    if kept.accepted:
        days = ",".join(map(day_name, kept.days))
        conn.execute(update(batches).where(mine).values(accepted=kept.accepted, days=days))
    else:
        conn.execute(delete(batches).where(mine))


def _own_payload(parcel: Parcel[Any]) -> Callable[[int], str]:
    """Payloads of a parcel that was made here: the facts themselves."""
    by_index: dict[int, Fact] = dict(zip(parcel.positions, parcel.facts, strict=True))

    def payload(index: int) -> str:
        return json.dumps(msgspec.to_builtins(by_index[index]), ensure_ascii=False)

    return payload
