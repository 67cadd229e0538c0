"""Writing a checked parcel into the day tables: as tuples through the driver, nothing twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from data_access.db import driver_cursor
from data_access.readings import BATCH_BITS, BATCH_ROWS, COLUMNS, day_name, day_table, ensure_day
from domain.reading import Checked, PlainRow, Row

Rows = Sequence[PlainRow] | Sequence[Row]

_COPY_ROWS = 2_000  # rows in one piece of text on its way to PostgreSQL
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS intake_stage (
  day integer, n integer, street_code text COLLATE "C", sign text COLLATE "C",
  point text COLLATE "C", observed_at bigint, value double precision, weight double precision,
  denominator double precision) ON COMMIT DELETE ROWS
"""


@dataclass(slots=True)
class Stored:
    """What became of a batch's rows."""

    accepted: int = 0
    days: list[int] = field(default_factory=list)  # local days that got rows
    duplicates: int = 0
    conflicts: list[tuple[int, float]] = field(default_factory=list)  # row's n, value that stays

    def count(self, day: int, inserted: int) -> None:
        """Note how many rows a day's table took."""
        self.accepted += inserted
        if inserted:
            self.days.append(day)


def insert_rows(conn: Connection, batch_id: int, source: str, checked: Checked) -> Stored:
    """Insert a checked parcel as one batch. Of rows with the same key the first one stays."""
    out = Stored()
    days = {day: _rows_of(checked, day) for day in checked.days}
    for day in days:
        ensure_day(conn, day_name(day))
    cursor = driver_cursor(conn)
    try:
        if conn.dialect.name == "sqlite":
            for day, (rows, wide) in days.items():
                _insert_sqlite(cursor, day, rows, wide, batch_id, source, out)
        else:
            _insert_postgresql(cursor, days, batch_id, source, out)
    finally:
        cursor.close()
    return out


def _rows_of(checked: Checked, day: int) -> tuple[Rows, bool]:
    """A day's rows, all of one width, by number; and whether they carry weights."""
    plain, full = checked.plain.get(day, []), checked.full.get(day, [])
    if not full:
        return plain, False
    return sorted([*(Row(*row, None, None) for row in plain), *full]), True


def _insert_sqlite(
    cursor: Any, day: int, rows: Rows, wide: bool, batch_id: int, source: str, out: Stored
) -> None:
    table, base = day_table(day_name(day)), batch_id << BATCH_BITS
    quoted = source.replace("'", "''")
    # what is the same in every row stands in the statement: a third fewer values to bind
    cursor.executemany(
        f"INSERT INTO {table} VALUES (?+{base},?,?,'{quoted}',?,?,?,"  # noqa: S608
        f"{'?,?' if wide else 'NULL,NULL'})"
        " ON CONFLICT (sign, observed_at, street_code, source, point) DO NOTHING",
        rows,
    )
    inserted = cursor.rowcount
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


def _insert_postgresql(
    cursor: Any, days: dict[int, tuple[Rows, bool]], batch_id: int, source: str, out: Stored
) -> None:
    cursor.execute("SET LOCAL client_min_messages = warning")
    cursor.execute(_STAGE)
    with cursor.copy("COPY intake_stage FROM STDIN") as copy:
        for day, (rows, wide) in days.items():
            for piece in _copy_text(day, rows, wide):
                copy.write(piece)
    base = batch_id << BATCH_BITS
    for day, (rows, _wide) in days.items():
        table = day_table(day_name(day))
        cursor.execute(
            f"INSERT INTO {table} ({COLUMNS}) SELECT %s + n, street_code, sign, %s, point,"  # noqa: S608
            " observed_at, value, weight, denominator FROM intake_stage WHERE day = %s ORDER BY n"
            " ON CONFLICT DO NOTHING",
            (base, source, day),
        )
        out.count(day, cursor.rowcount)
        if cursor.rowcount == len(rows):
            continue
        cursor.execute(
            "SELECT s.n, d.value, (d.value, d.weight, d.denominator) IS DISTINCT FROM"  # noqa: S608
            f" (s.value, s.weight, s.denominator) FROM intake_stage s JOIN {table} d"
            " USING (sign, observed_at, street_code, point)"
            " WHERE s.day = %s AND d.source = %s AND d.id <> %s + s.n ORDER BY s.n",
            (day, source, base),
        )
        for n, stays, differs in cursor:
            if differs:
                out.conflicts.append((n, stays))
            else:
                out.duplicates += 1


def _copy_text(day: int, rows: Rows, wide: bool) -> Iterator[str]:
    """COPY's text form. Points hold no control characters; a backslash is doubled."""
    for start in range(0, len(rows), _COPY_ROWS):
        lines = []
        for row in rows[start : start + _COPY_ROWS]:
            n, street, sign, point, at, value = row[:6]
            if "\\" in point:
                point = point.replace("\\", "\\\\")
            tail = "\\N\t\\N"
            if wide:
                tail = "\t".join("\\N" if x is None else repr(x) for x in row[6:])
            lines.append(f"{day}\t{n}\t{street}\t{sign}\t{point}\t{at}\t{value!r}\t{tail}\n")
        yield "".join(lines)
