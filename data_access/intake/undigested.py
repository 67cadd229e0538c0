"""Batches on which the engine always fails: set aside, told in quarantine, passed over for good.

Their raw rows stay in the day tables as evidence, but nobody computes with them again: what failed
once would fail again after every restart.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

import psycopg
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from data_access.accounts.audit import Entry, Result, write_audit
from data_access.caching.cache import uncached
from data_access.intake import quarantine, readings
from data_access.intake.readings import Batch, RawRow
from data_access.intake.sources import count_batch
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.store.tables import undigested
from domain.clock import DAY_MS, to_rfc3339
from domain.facts.fact import Reason

VIA = "engine"
TOLD_MS = DAY_MS  # for so long /readyz and the wall speak of it; quarantine keeps it longer
_PIECE = 5_000
_DATA_FAULTS = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    psycopg.DataError,
    psycopg.IntegrityError,
)


def may_lie_in_the_data(fault: Exception) -> bool:
    """Whether a fault can come from what was read; False for the condition of store or machine.

    A locked, absent, full or broken database, a lost connection, a full disk or memory pass: they
    are waited for.
    """
    cause: object = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(cause, _DATA_FAULTS):
        return True
    return not isinstance(
        cause, sqlite3.Error | psycopg.Error | SQLAlchemyError | OSError | MemoryError
    )


@uncached("a write")
def set_aside(db: Database, batch: Batch, why: str, now_ms: int, district: str) -> int:
    """Quarantine a batch's readings and put the engine's cursor behind it; how many there were.

    One commit: either everything has happened or nothing. `district` is the code under which rows
    of the district itself are kept.
    """
    received = to_rfc3339(batch.received_at)
    detail = f"batch {batch.id}, received {received}: the engine fails on it: {why}"
    count = 0
    with db.write() as conn:
        days = [day for day in batch.days.split(",") if day]
        rows = list(readings.rows_of_batches(conn, batch.id - 1, batch.id, days))
        for piece in _pieces(rows):
            things = [(Reason.UNDIGESTED, detail, _payload(row, district)) for row in piece]
            count += quarantine.keep(conn, batch.source, VIA, now_ms, things)
        count_batch(
            conn, batch.source, now_ms, None, accepted=-count, duplicates=0, quarantined=count
        )
        conn.execute(
            insert(undigested).values(
                batch_id=batch.id, source=batch.source, readings=count, set_aside_at=now_ms
            )
        )
        engine_state.put(db, conn, cursor=batch.id)
        what = f"{batch.source}: batch {batch.id}, {count} readings"
        write_audit(conn, Entry(now_ms, VIA, "batch.undigested", what, Result.FAILED, "local"))
    return count


@uncached("health is about this very moment")
def batches_lately(db: Database, now_ms: int) -> int:
    """How many batches were set aside within the last day."""
    lately = undigested.c.set_aside_at > now_ms - TOLD_MS
    with db.read() as conn:
        return int(conn.scalar(select(func.count()).where(lately)) or 0)


def sources_lately(conn: Connection, now_ms: int) -> int:
    """How many sources had a batch set aside within the last day."""
    lately = undigested.c.set_aside_at > now_ms - TOLD_MS
    query = select(func.count(undigested.c.source.distinct())).where(lately)
    return int(conn.scalar(query) or 0)


def _pieces(rows: Iterable[RawRow]) -> Iterator[list[RawRow]]:
    rest = iter(rows)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def _payload(row: RawRow, district: str) -> str:
    """A stored reading as it may be sent again."""
    _, street, sign, source, point, at, value, weight, denominator = row
    told = {
        "source": source,
        "sign": sign,
        "street": None if street == district else street,
        "observed_at": to_rfc3339(at),
        "value": value,
        "weight": weight,
        "denominator": denominator,
        "point": point or None,
    }
    return json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False)
