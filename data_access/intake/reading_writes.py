"""Writing a checked parcel into the day tables: as tuples through the driver, nothing twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import psycopg
from sqlalchemy import Connection

from data_access.intake.readings import (
    BATCH_BITS,
    BATCH_ROWS,
    COLUMNS,
    KEY,
    day_name,
    day_table,
    ensure_day,
)
from data_access.store.db import driver_cursor
from domain.facts.reading import Checked, FullRow, PlainRow

Rows = Sequence[PlainRow] | Sequence[FullRow]

_TOGETHER = 16  # rows of one statement on SQLite
_COPY_ROWS = 2_000  # rows in one piece of text on its way to PostgreSQL


@dataclass(slots=True)
class Stored:
    """What became of a batch's rows."""

    accepted: int = 0
    days: list[int] = field(default_factory=list)  # local days that got rows
    duplicates: int = 0
    conflicts: list[tuple[int, float]] = field(default_factory=list)  # row's n, value that stays
    superseding: set[int] = field(default_factory=set)  # numbers of rows that correct others
    outdated: set[int] = field(default_factory=set)  # of rows that changed nothing: see revisions

    def count(self, day: int, inserted: int) -> None:
        """Note how many rows a day's table took."""
        self.accepted += inserted
        if inserted:
            self.days.append(day)


def insert_rows(conn: Connection, batch_id: int, source: str, checked: Checked) -> Stored:
    """Insert a checked parcel as one batch. Of rows with the same key the first one stays."""
    out = Stored()
    for day in checked.days:
        ensure_day(conn, day_name(day))
    cursor = driver_cursor(conn)
    try:
        insert = _insert_sqlite if conn.dialect.name == "sqlite" else _insert_postgresql
        for day in checked.days:
            insert(cursor, day, checked.rows[day], checked.wide, batch_id, source, out)
    finally:
        cursor.close()
    return out


def _insert_sqlite(
    cursor: Any, day: int, rows: Rows, wide: bool, batch_id: int, source: str, out: Stored
) -> None:
    table, base = day_table(day_name(day)), batch_id << BATCH_BITS
    quoted = source.replace("'", "''")
    # what is the same in every row stands in the statement: a third fewer values to bind
    one = f"(?+{base},?,?,'{quoted}',?,?,?,{'?,?' if wide else 'NULL,NULL'})"
    inserted = 0
    for some, values in _together(rows):
        cursor.executemany(
            f"INSERT INTO {table} VALUES {','.join([one] * some)}"  # noqa: S608
            f" ON CONFLICT ({KEY}) DO NOTHING",
            values,
        )
        inserted += cursor.rowcount
    out.count(day, inserted)
    if inserted == len(rows):
        return
    new = f"SELECT id - {base} FROM {table} WHERE id BETWEEN ? AND ?"  # noqa: S608
    taken = {n for (n,) in cursor.execute(new, (base, base + BATCH_ROWS - 1))}
    held = (
        f"SELECT value, weight, denominator FROM {table} WHERE sign = ?"  # noqa: S608
        " AND observed_at = ? AND street_code = ? AND source = ? AND point = ?"
    )
    for row in rows:
        if row[0] not in taken:
            key = (row[2], row[4], row[1], source, row[3])
            stays = cursor.execute(held, key).fetchone()
            if stays == (*row[5:], None, None)[:3]:
                out.duplicates += 1
            else:
                out.conflicts.append((row[0], stays[0]))


def _together(rows: Rows) -> Iterator[tuple[int, list[Any]]]:
    """Rows so many to a statement, which costs a fifth less than one; the rest one by one."""
    whole = len(rows) // _TOGETHER * _TOGETHER
    if whole:
        flat = list(chain.from_iterable(rows[:whole]))
        width = len(flat) // whole * _TOGETHER
        yield _TOGETHER, [flat[n : n + width] for n in range(0, len(flat), width)]
    if whole < len(rows):
        yield 1, list(rows[whole:])


def _insert_postgresql(
    cursor: Any, day: int, rows: Rows, wide: bool, batch_id: int, source: str, out: Stored
) -> None:
    """Straight into the table as long as nothing is there already, which is nearly always."""
    table, base = day_table(day_name(day)), batch_id << BATCH_BITS
    cursor.execute("SAVEPOINT straight")
    try:
        with cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy:
            for piece in _copy_text(rows, wide, base, _escaped(source)):
                copy.write(piece)
    except psycopg.errors.UniqueViolation:
        cursor.execute("ROLLBACK TO SAVEPOINT straight")
    else:
        cursor.execute("RELEASE SAVEPOINT straight")
        out.count(day, len(rows))
        return
    cursor.execute("SET LOCAL client_min_messages = warning")
    cursor.execute("DROP TABLE IF EXISTS intake_stage")
    cursor.execute(f"CREATE TEMPORARY TABLE intake_stage (LIKE {table}) ON COMMIT DROP")
    with cursor.copy(f"COPY intake_stage ({COLUMNS}) FROM STDIN") as copy:
        for piece in _copy_text(rows, wide, base, _escaped(source)):
            copy.write(piece)
    cursor.execute(
        f"INSERT INTO {table} ({COLUMNS}) SELECT {COLUMNS} FROM intake_stage ORDER BY id"  # noqa: S608
        f" ON CONFLICT ({KEY}) DO NOTHING"
    )
    out.count(day, cursor.rowcount)
    cursor.execute(
        f"SELECT s.id - {base}, d.value, (d.value, d.weight, d.denominator) IS DISTINCT FROM"  # noqa: S608
        f" (s.value, s.weight, s.denominator) FROM intake_stage s JOIN {table} d USING ({KEY})"
        " WHERE d.id <> s.id ORDER BY s.id"
    )
    for n, stays, differs in cursor:
        if differs:
            out.conflicts.append((n, stays))
        else:
            out.duplicates += 1


def _copy_text(rows: Rows, wide: bool, base: int, source: str) -> Iterator[str]:
    """COPY's text form, in the order of COLUMNS."""
    for start in range(0, len(rows), _COPY_ROWS):
        lines = []
        for row in rows[start : start + _COPY_ROWS]:
            n, street, sign, point, at, value = row[:6]
            if "\\" in point:
                point = _escaped(point)
            tail = "\\N\t\\N"
            if wide:
                tail = "\t".join("\\N" if x is None else repr(x) for x in row[6:])
            lines.append(
                f"{base + n}\t{street}\t{sign}\t{source}\t{point}\t{at}\t{value!r}\t{tail}\n"
            )
        yield "".join(lines)


def _escaped(text: str) -> str:
    """Text for COPY; control characters cannot be in it."""
    return text.replace("\\", "\\\\")
