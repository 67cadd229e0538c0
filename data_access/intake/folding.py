"""A day's raw readings on their way out: folded up (see `remembered`), then dropped, in steps."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from data_access.intake.door import locked
from data_access.intake.readings import BATCH_BITS, PAGE, day_table
from data_access.intake.remembered import pack
from data_access.store.db import Database, driver_cursor, placeholder
from data_access.store.tables import remembered, source_days


def fold(db: Database, day: str, mark: int) -> Iterator[int]:
    """Fold up what came by file on a day, in the batches up to `mark`; rows of each step.

    Until `close` says so, nobody relies on it. Busy when the store cannot be had.
    """
    with locked(db) as conn:
        reopen(conn, day)
        t = source_days.c
        sources = set(conn.scalars(select(t.source).where(t.day == day, t.by_file)))
    if not sources:
        return
    for sign in _signs(db, day):
        for number, page in enumerate(_pages(db, day, sign, mark)):
            by_source: dict[str, list[Any]] = {}
            for source, *row in page:
                if source in sources:
                    by_source.setdefault(source, []).append(row)
            rows = [
                (source, day, sign, mark, number, len(own), pack(own))
                for source, own in by_source.items()
            ]
            with locked(db) as conn:
                db.upsert(conn, remembered, rows)
            yield len(page)


def reopen(conn: Connection, day: str) -> None:
    """Forget what was folded up of a day since it was last closed: it was broken off."""
    last = select(func.coalesce(func.max(source_days.c.folded_to), 0)).where(
        source_days.c.day == day
    )
    r = remembered.c
    conn.execute(delete(remembered).where(r.day == day, r.mark > last.scalar_subquery()))


def close(conn: Connection, day: str, mark: int) -> None:
    """From now on a day is what is remembered of it: its raw readings may go."""
    conn.execute(update(source_days).where(source_days.c.day == day).values(folded_to=mark))


def _signs(db: Database, day: str) -> list[str]:
    """The signs of a day, one step along the index each."""
    found: list[str] = []
    table = day_table(day)
    with db.read() as conn:
        cursor = driver_cursor(conn)
        mark = placeholder(conn.dialect.name)
        while True:
            after = found[-1] if found else ""
            cursor.execute(f"SELECT MIN(sign) FROM {table} WHERE sign > {mark}", (after,))  # noqa: S608
            (sign,) = cursor.fetchone()
            if sign is None:
                return found
            found.append(sign)


def _pages(db: Database, day: str, sign: str, mark: int) -> Iterator[list[tuple[Any, ...]]]:
    key = "observed_at, street_code, source, point"
    at: tuple[Any, ...] = (-1, "", "", "")
    while True:
        with db.read() as conn:
            one = placeholder(conn.dialect.name)
            cursor = driver_cursor(conn)
            cursor.execute(
                "SELECT source, street_code, point, observed_at, value, weight, denominator"  # noqa: S608
                f" FROM {day_table(day)} WHERE sign = {one} AND ({key}) > ({one}, {one}, {one},"
                f" {one}) AND id < {one} ORDER BY {key} LIMIT {PAGE}",
                (sign, *at, (mark + 1) << BATCH_BITS),
            )
            page = list(cursor)
        if page:
            yield page
        if len(page) < PAGE:
            return
        source, place, point, instant, *_ = page[-1]
        at = (instant, place, source, point)


def empty(db: Database, day: str, mark: int, rows: int) -> Iterator[int]:
    """Take the rows of the batches up to `mark` out of a day's table, so many at a time.

    On SQLite alone: dropping a large table there takes long, and nobody can write meanwhile.
    """
    if db.dialect != "sqlite":
        return
    statement = (
        f"DELETE FROM {day_table(day)} WHERE id IN"  # noqa: S608
        f" (SELECT id FROM {day_table(day)} WHERE id < ? ORDER BY id LIMIT ?)"
    )
    gone = rows
    while gone == rows:
        with locked(db) as conn:
            cursor = driver_cursor(conn)
            cursor.execute(statement, ((mark + 1) << BATCH_BITS, rows))
            gone = cursor.rowcount
        if gone == rows:
            yield gone


def drop(conn: Connection, day: str, mark: int) -> bool:
    """Drop a day's table unless something younger than `mark` lies in it; whether it went."""
    one = placeholder(conn.dialect.name)
    cursor = driver_cursor(conn)
    cursor.execute(
        f"SELECT 1 FROM {day_table(day)} WHERE id >= {one} LIMIT 1",  # noqa: S608
        ((mark + 1) << BATCH_BITS,),
    )
    if cursor.fetchone() is not None:
        return False
    conn.exec_driver_sql(f"DROP TABLE {day_table(day)}")
    return True
