"""The judged picture: the newest value of every sign at every place, and how states changed."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from data_access.db import Database, driver_cursor, placeholder
from data_access.tables import latest, point_latest, state_history


class Transition(NamedTuple):
    """A recorded change of state."""

    since: int  # epoch ms
    state: str
    value: float | None
    threshold_version: int


LatestRow = tuple[
    str, str, float, int, float, float, int, str, int | None, int | None, bool
]  # in the order of tables.latest
PointRow = tuple[str, str, str, str, int, float, float | None, float | None]
HistoryRow = tuple[str, str, int, str, float | None, int]


def write_latest(db: Database, conn: Connection, rows: Sequence[LatestRow]) -> None:
    """Replace the newest judged values."""
    db.upsert(conn, latest, rows)


def write_points(db: Database, conn: Connection, rows: Sequence[PointRow]) -> None:
    """Replace the last observation of points, where these are newer."""
    db.upsert(conn, point_latest, rows, newer="observed_at")


def all_latest(conn: Connection) -> list[Any]:
    """Every row of `latest`."""
    return list(conn.execute(select(latest)))


def all_points(conn: Connection) -> list[Any]:
    """Every row of `point_latest`."""
    return list(conn.execute(select(point_latest)))


def change_history(
    db: Database,
    conn: Connection,
    gone: Iterable[tuple[str, str, int]],
    new: Sequence[HistoryRow],
) -> None:
    """Take back transitions (place, sign, since) that no longer hold and record the new ones."""
    cursor = driver_cursor(conn)
    mark = placeholder(db.dialect)
    cursor.executemany(
        f"DELETE FROM state_history WHERE street_code={mark} AND sign={mark} AND since={mark}",  # noqa: S608
        list(gone),
    )
    cursor.close()
    db.upsert(conn, state_history, new)


def history_of(conn: Connection, place: str, sign: str, from_ms: int) -> list[Transition]:
    """Transitions since `from_ms`, oldest first, led by the one in force at that instant."""
    mark = placeholder(conn.dialect.name)
    mine = f"FROM state_history WHERE street_code={mark} AND sign={mark}"
    cursor = driver_cursor(conn)
    cursor.execute(
        f"SELECT since, state, value, threshold_version {mine} AND since >="
        f" COALESCE((SELECT MAX(since) {mine} AND since < {mark}), 0) ORDER BY since",
        (place, sign, place, sign, from_ms),
    )
    found = [Transition(*row) for row in cursor.fetchall()]
    cursor.close()
    return found
