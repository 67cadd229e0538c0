"""What lies in the tables of raw readings."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, text

from data_access.intake.readings import COLUMNS, RawRow, day_table, day_tables


def stored_rows(
    conn: Connection, sign: str, streets: Collection[str] | None = None
) -> Iterator[RawRow]:
    """Rows of a sign (at some places; None: at all), by instant and id."""
    found: list[RawRow] = []
    for day in day_tables(conn):
        query = text(f"SELECT {COLUMNS} FROM {day_table(day)} WHERE sign = :sign")
        for row in conn.execute(query, {"sign": sign}):
            found.append(tuple(row))
    found.sort(key=lambda row: (row[5], row[0]))
    return (row for row in found if streets is None or row[1] in streets)
