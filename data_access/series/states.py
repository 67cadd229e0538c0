"""The judged picture: the newest value of every sign at every place, and how states changed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_

from data_access.store.db import Database, driver_cursor, placeholder
from data_access.store.tables import latest, point_latest, state_history
from domain.sign import GRADED, State


class Transition(NamedTuple):
    """A recorded change of state."""

    since: int  # epoch ms
    state: str
    value: float | None
    threshold_version: int
    cutoff: float | None = None  # the edge of a graded state at that place and time
    cause: str | None = None  # a domain.state.Cause; None: a value
    demo: bool = False


class Standing(NamedTuple):
    """What `latest` and the record of changes say of a place and sign, each by itself."""

    place: str
    sign: str
    latest: str
    since: int | None
    recorded: str | None
    begun: int | None


LatestRow = tuple[
    str, str, float, int, float, float, int, str, int | None, int | None, bool
]  # in the order of tables.latest
PointRow = tuple[str, str, str, str, int, float, float | None, float | None]
HistoryRow = (
    tuple[str, str, int, str, float | None, int, float | None, str | None, bool]
    | tuple[str, str, int, str, float | None, int]
)
"""In the order of tables.state_history: place, sign, since, state, value, version of the cut-offs,
and, where it is known, the cut-off, the cause, whether it is of the demonstration."""
_COLUMNS = "since, state, value, threshold_version, cutoff, cause, demo"


def write_latest(db: Database, conn: Connection, rows: Sequence[LatestRow]) -> None:
    """Replace the newest judged values."""
    db.upsert(conn, latest, rows)


def write_points(db: Database, conn: Connection, rows: Sequence[PointRow]) -> None:
    """Replace the last observation of points, where these are newer."""
    db.upsert(conn, point_latest, rows, newer="observed_at")


def all_latest(conn: Connection) -> list[Any]:
    """Every row of `latest`."""
    return list(conn.execute(select(latest)))


def pages_of_points(db: Database, size: int = 5_000) -> Iterator[list[Any]]:
    """Every row of `point_latest`, some at a time; nothing is held open in between."""
    key = tuple_(*point_latest.primary_key.columns)
    query = select(point_latest).order_by(*point_latest.primary_key.columns).limit(size)
    page: list[Any] = []
    while True:
        after = query.where(key > tuple(page[-1][:4])) if page else query
        with db.read() as conn:
            page = list(conn.execute(after))
        if page:
            yield page
        if len(page) < size:
            return


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
        f"DELETE FROM state_history WHERE unit={mark} AND indicator={mark} AND since={mark}",  # noqa: S608
        list(gone),
    )
    cursor.close()
    db.upsert(conn, state_history, new)


def history_of(conn: Connection, place: str, sign: str, from_ms: int) -> list[Transition]:
    """Transitions since `from_ms`, oldest first, led by the one in force at that instant."""
    mark = placeholder(conn.dialect.name)
    mine = f"FROM state_history WHERE unit={mark} AND indicator={mark}"
    cursor = driver_cursor(conn)
    cursor.execute(
        f"SELECT {_COLUMNS} {mine} AND since >="
        f" COALESCE((SELECT MAX(since) {mine} AND since < {mark}), 0) ORDER BY since",
        (place, sign, place, sign, from_ms),
    )
    found = [Transition._make((*row[:-1], bool(row[-1]))) for row in cursor.fetchall()]
    cursor.close()
    return found


def changed_since(conn: Connection, from_ms: int) -> list[tuple[str, str, int, int]]:
    """(place, sign, instant, that of the change before, else the same) of every change of state
    since an instant (epoch ms)."""
    found: list[tuple[str, str, int, int]] = []
    t, b = state_history.c, state_history.alias("b").c
    same = (b.unit == t.unit) & (b.indicator == t.indicator) & (b.since < t.since)
    before = select(func.max(b.since)).where(same).correlate(state_history).scalar_subquery()
    for state in State:  # each along its index
        query = select(t.unit, t.indicator, t.since, func.coalesce(before, t.since))
        query = query.where(t.state == str(state))
        found += [tuple(row) for row in conn.execute(query.where(t.since >= from_ms))]
    return found


def standing(conn: Connection) -> list[Standing]:
    """Every row of `latest` beside the change of state in force: two looks along a key each."""
    h = state_history.alias("h")
    mine = (h.c.unit == latest.c.unit) & (h.c.indicator == latest.c.indicator)

    def newest(column: Any) -> Any:
        return select(column).where(mine).order_by(h.c.since.desc()).limit(1).scalar_subquery()

    t = latest.c
    query = select(t.unit, t.indicator, t.state, t.since, newest(h.c.state), newest(h.c.since))
    return [Standing(*row) for row in conn.execute(query)]


def open_without_latest(conn: Connection) -> list[tuple[str, str]]:
    """(place, sign) of graded states in force of which `latest` knows nothing. Walks the record."""
    h, later = state_history, state_history.alias("later")
    followed = select(later.c.since).where(
        later.c.unit == h.c.unit,
        later.c.indicator == h.c.indicator,
        later.c.since > h.c.since,
    )
    known = select(latest.c.indicator).where(
        latest.c.unit == h.c.unit, latest.c.indicator == h.c.indicator
    )
    query = select(h.c.unit, h.c.indicator).where(
        h.c.state.in_([str(state) for state in GRADED]), ~followed.exists(), ~known.exists()
    )
    return [(place, sign) for place, sign in conn.execute(query)]


def forget_points(conn: Connection, before_ms: int) -> None:
    """Drop the newest values of points that have not spoken since an instant."""
    conn.execute(delete(point_latest).where(point_latest.c.observed_at < before_ms))
