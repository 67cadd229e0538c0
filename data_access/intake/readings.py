"""Raw readings: one table per local day, made when its first reading arrives.

The unique key begins with (sign, observed_at): readings of one source land close together, which
keeps an insert to few pages, and a slot of one sign is read back in one stretch. With the street
in front, batches of a thousand wrote half as fast; with the instant in front, reading one sign's
slot means reading everybody's (figures in docs/intake.md).
"""

import heapq
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, text

from data_access.store.db import Database, driver_cursor, placeholder
from data_access.store.tables import batches, undigested
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS

READING_KIND = "reading"  # what batches of readings are called
BATCH_BITS = 20  # a reading's id is its batch's id << 20 | its number in the batch
BATCH_ROWS = 1 << BATCH_BITS
KEY = "sign, observed_at, street_code, source, point"  # what identifies a reading
Mark = tuple[str, int, str, str, str]
"""A reading by its KEY."""
COLUMNS = "id, street_code, sign, source, point, observed_at, value, weight, denominator"
RawRow = tuple[int, str, str, str, str, int, float, float | None, float | None]
"""A raw reading as it is kept, in the order of COLUMNS; plain, because millions pass by."""

_UNIX_DAY = date(1970, 1, 1).toordinal()
_QUARTER_MS = 15 * MINUTE_MS  # every offset from UTC in use is a multiple of it
_NAME = re.compile(r"readings_([0-9]{8})")
_FOR_EVER = 1 << 62
_UNION = 100  # tables in one statement
PAGE = 5_000  # rows that are read in one go
_STREETS = 200  # bound street codes in one statement
_LIST = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'readings%'",
    "postgresql": (
        "SELECT tablename FROM pg_tables"
        " WHERE schemaname = current_schema() AND tablename LIKE 'readings%'"
    ),
}
_DDL = """
CREATE TABLE IF NOT EXISTS {name} (
  id {id} NOT NULL, street_code {text} NOT NULL, sign {text} NOT NULL, source {text} NOT NULL,
  point {text} NOT NULL, observed_at BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL,
  weight DOUBLE PRECISION, denominator DOUBLE PRECISION,
  PRIMARY KEY ({key}), UNIQUE (sign, observed_at, street_code, source, point))
"""
_TYPES = {
    # an INTEGER key is SQLite's own row number: no second tree
    "sqlite": {"id": "INTEGER", "text": "TEXT", "key": "id"},
    # a distributed table's keys must carry street_code; plain byte order compares fastest
    "postgresql": {"id": "BIGINT", "text": 'TEXT COLLATE "C"', "key": "id, street_code"},
}


class Batch(NamedTuple):
    """One committed piece of intake."""

    id: int
    source: str
    received_at: int  # epoch ms
    accepted: int
    days: str  # local days YYYYMMDD that got rows, comma-separated


def day_name(day: int) -> str:
    """YYYYMMDD of a local day counted from 1970-01-01."""
    return date.fromordinal(_UNIX_DAY + day).strftime("%Y%m%d")


def day_table(day: str) -> str:
    """Name of the table of a local day YYYYMMDD; ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{8}", day):
        raise ValueError(f"day {day!r}: not YYYYMMDD")
    return f"readings_{day}"


def day_tables(conn: Connection) -> list[str]:
    """The local days (YYYYMMDD, ascending) that have a table."""
    found = conn.execute(text(_LIST[conn.dialect.name])).scalars()
    return sorted(match[1] for name in found if (match := _NAME.fullmatch(name)))


def ensure_day(conn: Connection, day: str) -> None:
    """Make the table of a local day unless it is there. Call it under intake's lock."""
    conn.exec_driver_sql(_DDL.format(name=day_table(day), **_TYPES[conn.dialect.name]))


def next_batches(conn: Connection, after_id: int, max_rows: int) -> list[Batch]:
    """Batches of readings after `after_id`, by id: at least one, with at most `max_rows` rows."""
    found: list[Batch] = []
    total = 0
    columns = [batches.c[name] for name in Batch._fields]
    waiting = (batches.c.id > after_id) & (batches.c.kind == READING_KIND)
    query = select(*columns).where(waiting).order_by(batches.c.id)
    for row in conn.execute(query.limit(10_000)):
        total += row.accepted
        if found and total > max_rows:
            break
        found.append(Batch(*row))
    return found


def batches_behind(conn: Connection, cursor: int) -> int:
    """How far the last acknowledged batch of readings lies behind the engine's cursor."""
    query = select(func.max(batches.c.id)).where(batches.c.kind == READING_KIND)
    return max(0, int(conn.execute(query).scalar() or 0) - cursor)


def rows_of_batches(
    conn: Connection, after_id: int, until_id: int, days: Collection[str]
) -> Iterator[RawRow]:
    """Rows of the batches after `after_id` up to `until_id`, by id; of `days` that still exist."""
    bounds = ((after_id + 1) << BATCH_BITS, (until_id + 1) << BATCH_BITS)
    return _rows(conn, _existing(conn, days), "id >= {0} AND id < {0}", bounds, by_id=True)


def pages_of_batches(
    db: Database, after_id: int, until_id: int, days: Collection[str]
) -> Iterator[list[RawRow]]:
    """As `rows_of_batches`, some rows at a time; nothing is held open in between."""
    last, until = ((after_id + 1) << BATCH_BITS) - 1, (until_id + 1) << BATCH_BITS
    where = "id > {0} AND id < {0}"
    while True:
        with db.read() as conn:
            tables = _existing(conn, days)
            page = list(_rows(conn, tables, where, (last, until), by_id=True, limit=PAGE))
        if page:
            yield page
        if len(page) < PAGE:
            return
        last = page[-1][0]


def keys_of_batches(conn: Connection, after_id: int, until_id: int) -> set[tuple[str, str, int]]:
    """(street_code, sign, start of a quarter of an hour) of every row of those batches."""
    query = select(batches.c.days).where(batches.c.id > after_id, batches.c.id <= until_id)
    days = {day for listed in conn.scalars(query.distinct()) for day in listed.split(",") if day}
    mark = placeholder(conn.dialect.name)
    bounds = ((after_id + 1) << BATCH_BITS, (until_id + 1) << BATCH_BITS)
    keys: set[tuple[str, str, int]] = set()
    for table in _existing(conn, days):
        cursor = driver_cursor(conn)
        cursor.execute(
            f"SELECT DISTINCT street_code, sign, observed_at / {_QUARTER_MS} * {_QUARTER_MS}"  # noqa: S608
            f" FROM {table} WHERE id >= {mark} AND id < {mark}",
            bounds,
        )
        keys.update(cursor)
    return keys


def pages_between(
    db: Database, sign: str, from_ms: int, to_ms: int | None
) -> Iterator[list[RawRow]]:
    """Rows of a sign with from_ms <= observed_at < to_ms (None = no end), by instant and id.

    Some rows at a time; nothing is held open in between. Batches set aside are left out.
    """
    at, number = from_ms, -1
    where = "sign = {0} AND (observed_at, id) > ({0}, {0}) AND observed_at < {0}"
    while True:
        with db.read() as conn:
            aside = set(conn.scalars(select(undigested.c.batch_id)))
            tables = _tables_between(conn, at, to_ms)
            bound = (sign, at, number, _FOR_EVER if to_ms is None else to_ms)
            page = list(_rows(conn, tables, where, bound, by_id=False, limit=PAGE))
        if page:
            yield [row for row in page if row[0] >> BATCH_BITS not in aside] if aside else page
        if len(page) < PAGE:
            return
        number, at = page[-1][0], page[-1][5]


def busy_days(conn: Connection, edge_ms: int, cursor: int) -> set[str]:
    """Days that a batch wrote to since an instant, or one that is not taken in yet."""
    recent = select(batches.c.days).where(
        batches.c.kind == READING_KIND, (batches.c.received_at >= edge_ms) | (batches.c.id > cursor)
    )
    return {day for days in conn.scalars(recent.distinct()) for day in days.split(",")}


def forget_batches(conn: Connection, edge_ms: int, cursor: int) -> None:
    """Drop batches of readings that are taken in and were received before an instant."""
    old = (batches.c.received_at < edge_ms) & (batches.c.id <= cursor)
    conn.execute(delete(batches).where(batches.c.kind == READING_KIND, old))


def _tables_between(conn: Connection, from_ms: int, to_ms: int | None) -> list[str]:
    # a local day begins and ends at most 14 hours from the same day in UTC
    first = day_name((from_ms - 14 * HOUR_MS) // DAY_MS)
    last = "99999999" if to_ms is None else day_name((to_ms + 14 * HOUR_MS) // DAY_MS)
    return [day_table(day) for day in day_tables(conn) if first <= day <= last]


def _existing(conn: Connection, days: Collection[str]) -> list[str]:
    there = set(day_tables(conn))
    return [day_table(day) for day in sorted(set(days)) if day in there]


def _rows(
    conn: Connection,
    tables: Sequence[str],
    where: str,
    bound: tuple[Any, ...],
    *,
    by_id: bool,
    limit: int | None = None,
) -> Iterator[RawRow]:
    """Rows of several tables as one ordered stream, the first `limit` of them."""
    condition = where.format(placeholder(conn.dialect.name))
    parts = []
    for start in range(0, len(tables), _UNION):
        some = tables[start : start + _UNION]
        each = (f"SELECT {COLUMNS} FROM {table} WHERE {condition}" for table in some)  # noqa: S608
        cursor = driver_cursor(conn)
        order = " ORDER BY id" if by_id else " ORDER BY observed_at, id"
        order += f" LIMIT {limit}" if limit else ""
        cursor.execute(" UNION ALL ".join(each) + order, bound * len(some))
        parts.append(cursor)
    if len(parts) == 1:
        return iter(parts[0])
    return islice(heapq.merge(*parts, key=_number if by_id else _instant), limit)


def _number(row: RawRow) -> int:
    return row[0]


def _instant(row: RawRow) -> tuple[int, int]:
    return row[5], row[0]
