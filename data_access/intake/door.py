"""The one door for readings: validate, store, quarantine what fails, commit; only then answer.

HTTP, files and replays all come through `accept`. One call is one transaction and, when anything
is new, one row of `batches`: what the engine takes in next. Writers queue up at the store's lock;
who cannot have it within two seconds is told to come back, so nothing piles up in memory.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import DBAPIError, TimeoutError

from data_access.caching.cache import uncached
from data_access.intake import provisional, quarantine, remembered, revisions
from data_access.intake.reading_writes import Stored, insert_rows
from data_access.intake.readings import BATCH_ROWS, day_name
from data_access.intake.sources import count_batch
from data_access.series import archives
from data_access.store import engine_state
from data_access.store.condition import condition_of
from data_access.store.db import BUSY_S, Database
from data_access.store.tables import batches
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, to_rfc3339
from domain.declared import NONE, Sentinels
from domain.reading import Checked, Parcel, Reading, Reason, Rejection, Validator, window
from domain.zone import Zone

log = logging.getLogger("yiping.intake")

WAIT_S = 2
_LOCK = 0x59697069_6E67  # PostgreSQL's advisory lock of intake: batch ids appear in order
_VALIDATORS: dict[int, tuple[Catalogue, Validator]] = {}  # by identity; a process has one or two


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

    source: str
    zone: Zone  # of the city that it tells of
    parcel: Parcel
    checked: Checked
    refused: Sequence[tuple[Rejection, str]]  # with what was sent
    payload: Callable[[int], str]


@uncached("a write")
def accept(
    db: Database,
    catalogue: Catalogue,
    source: str,
    rows: Sequence[Reading] | Parcel,
    received_ms: int,
    via: str,
    *,
    retain_days: int | None = None,
) -> Outcome:
    """Take in what `source` sent; committed when this returns.

    `via` is api, file or replay. `retain_days` refuses readings older than that (None: they may be
    as old as 2000).
    Busy when the store cannot be had in time; UnknownSource when nobody registered the source.
    """
    parcel = rows if isinstance(rows, Parcel) else Parcel(rows, range(len(rows)))
    parcels = {source: parcel}
    return accept_all(db, catalogue, parcels, received_ms, via, retain_days=retain_days)[0]


@uncached("a write")
def accept_all(
    db: Database,
    catalogue: Catalogue,
    parcels: Mapping[str, Parcel],
    received_ms: int,
    via: str,
    *,
    retain_days: int | None = None,
) -> list[Outcome]:
    """Take in what several sources sent, as one commit with a batch each; outcomes in order."""
    judged = [
        judge(catalogue, source, parcel, received_ms, retain_days)
        for source, parcel in parcels.items()
    ]
    return store(db, judged, received_ms, via)


def judge(
    catalogue: Catalogue,
    source: str,
    parcel: Parcel,
    received_ms: int,
    retain_days: int | None,
    sentinels: Sentinels = NONE,
) -> Judged:
    """Check what a source sent, all that can be said of it without the store."""
    if len(parcel.readings) > BATCH_ROWS:
        raise ValueError(f"a batch holds at most {BATCH_ROWS} readings")
    limits = window(received_ms, retain_days)
    checked = validator_of(catalogue).check(parcel, source, limits, sentinels)
    payload = parcel.payload or _own_payload(parcel)
    refused = [(fault, payload(fault.index)) for fault in checked.rejected]
    return Judged(source, catalogue.zone, parcel, checked, refused, payload)


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


def validator_of(catalogue: Catalogue) -> Validator:
    """The process's validator for a catalogue; it remembers what it has understood."""
    found = _VALIDATORS.get(id(catalogue))
    if found is None or found[0] is not catalogue:
        found = _VALIDATORS[id(catalogue)] = (catalogue, Validator(catalogue))
    return found[1]


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
    source, parcel, checked = judged.source, judged.parcel, judged.checked
    refused = list(judged.refused)
    newest = checked.newest
    known = remembered.sift(conn, source, checked)
    stored = Stored()
    if checked.rows:
        batch = {"source": source, "received_at": received_ms, "accepted": 0, "days": ""}
        made = conn.execute(insert(batches).values(batch).returning(batches.c.id))
        batch_id = int(made.scalar_one())
        stored = insert_rows(conn, batch_id, source, checked)
        revisions.settle(conn, source, checked, batch_id, stored, received_ms)
        _close_batch(conn, batch_id, stored.accepted, ",".join(map(day_name, stored.days)))
        provisional.note(conn, source, checked, batch_id, stored)
    faults = [
        _conflict(parcel.positions[n], parcel.readings[n], stays)
        for n, stays in (*known.conflicts, *stored.conflicts)
    ]
    limit = engine_state.get(conn, "raw_from") if known.refused else 0
    faults += [_forgotten(parcel.positions[n], parcel.readings[n], limit) for n in known.refused]
    refused += [(fault, judged.payload(fault.index)) for fault in faults]
    refused.sort(key=lambda each: each[0].index)
    things = [
        (fault.reason, fault.detail, sent)
        for fault, sent in refused
        if fault.reason is not Reason.NO_VALUE  # nothing is wrong with it
    ]
    accepted, duplicates = stored.accepted, stored.duplicates + known.duplicates
    quarantined = quarantine.keep(conn, source, via, received_ms, things)
    kind = count_batch(
        conn,
        source,
        received_ms,
        newest,
        accepted=accepted,
        duplicates=duplicates,
        quarantined=quarantined,
    )
    if kind == "live":  # the others repeat themselves as they are made to
        remembered.note_days(conn, source, stored.days, by_file=via != "api")
        if via != "api":
            past = [day for day in stored.days if (day + 2) * DAY_MS < received_ms]
            brought = {(row[2], day) for day in past for row in checked.rows[day]}
            archives.note_blocks(conn, brought, judged.zone, received_ms)
    return Outcome(accepted, duplicates, tuple(fault for fault, _ in refused))


def _close_batch(conn: Connection, batch_id: int, accepted: int, days: str) -> None:
    """Write down what a batch brought; one that brought nothing new is none."""
    if accepted:
        done = update(batches).where(batches.c.id == batch_id)
        conn.execute(done.values(accepted=accepted, days=days))
    else:
        conn.execute(delete(batches).where(batches.c.id == batch_id))


def _conflict(index: int, reading: Reading, stays: float) -> Rejection:
    return Rejection(
        index,
        Reason.CONFLICT,
        f"value: {reading.value!r} for {reading.sign} at {reading.observed_at}, but {stays!r} "
        "(or another weight or denominator) is stored; the first stays",
    )


def _forgotten(index: int, reading: Reading, limit_ms: int) -> Rejection:
    told = f"observed_at: {reading.observed_at} is before {to_rfc3339(limit_ms)}"
    return Rejection(index, Reason.TOO_FAR_BEHIND, told)


def _own_payload(parcel: Parcel) -> Callable[[int], str]:
    """Payloads of a parcel that was made here: the readings themselves."""
    by_index = dict(zip(parcel.positions, parcel.readings, strict=True))

    def payload(index: int) -> str:
        return json.dumps(msgspec.to_builtins(by_index[index]), ensure_ascii=False)

    return payload
