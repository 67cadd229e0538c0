"""The judged picture: the newest value of every sign at every place, and how states changed."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from data_access.db import Database
from data_access.tables import latest, point_latest, state_history

LatestRow = tuple[
    str, str, float, int, float, float, int, str, int | None, int | None, bool
]  # in the order of tables.latest
PointRow = tuple[str, str, str, str, int, float, float | None, float | None]
HistoryRow = tuple[str, str, int, str, float | None, int]


def write_latest(db: Database, conn: Connection, rows: Sequence[LatestRow]) -> None:
    """Replace the newest judged values."""
    db.upsert(conn, latest, rows)


def write_points(db: Database, conn: Connection, rows: Sequence[PointRow]) -> None:
    """Replace the last observation of points."""
    db.upsert(conn, point_latest, rows)


def all_latest(conn: Connection) -> list[Any]:
    """Every row of `latest`."""
    return list(conn.execute(select(latest)))


def latest_by_street(db: Database) -> list[Any]:
    """Every sign at every place in one read, ordered by place and sign."""
    with db.read() as conn:
        return list(conn.execute(select(latest).order_by(latest.c.street_code, latest.c.sign)))


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
    for place, sign, since in gone:
        conn.execute(
            delete(state_history).where(
                state_history.c.street_code == place,
                state_history.c.sign == sign,
                state_history.c.since == since,
            )
        )
    db.upsert(conn, state_history, new)


def history_of(conn: Connection, place: str, sign: str, from_ms: int) -> list[Any]:
    """Transitions since `from_ms`, oldest first, led by the one in force at that instant."""
    mine = (state_history.c.street_code == place) & (state_history.c.sign == sign)
    before = conn.execute(
        select(state_history)
        .where(mine, state_history.c.since < from_ms)
        .order_by(state_history.c.since.desc())
        .limit(1)
    ).all()
    after = conn.execute(
        select(state_history)
        .where(mine, state_history.c.since >= from_ms)
        .order_by(state_history.c.since)
    ).all()
    return [*before, *after]
