"""Writing to the publication store: for the engine's publication step and for nobody else."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from data_access.public.tables import (
    public_corrections,
    public_manifests,
    public_reports,
    public_state,
    public_values,
    public_views,
)
from data_access.store.db import Database, driver_cursor, placeholder
from domain.clock import DAY_MS

ValueRow = tuple[str, str, str, int, str, float | None, float | None, float | None, bool, int]
"""In the order of `public_values`: sign, place, period, start, mark, value, low, high, demo, at."""


CorrectionRow = tuple[str, str, str, int, int, float | None, float | None]
"""sign, place, period, start, when it was noticed, the released value, the corrected one."""


def remembered(conn: Connection, name: str) -> int | None:
    """A number the step has remembered."""
    found = conn.execute(select(public_state.c.value).where(public_state.c.name == name)).scalar()
    return None if found is None else int(found)


def all_remembered(conn: Connection) -> dict[str, int]:
    """Every number the step has remembered, by name."""
    return {name: int(value) for name, value in conn.execute(select(public_state))}


def remember(db: Database, conn: Connection, **values: int) -> None:
    """Remember numbers by name, in the same transaction as what they stand for."""
    db.upsert(conn, public_state, list(values.items()))


def put_view(db: Database, conn: Connection, view: str, version: int, at: int, body: bytes) -> None:
    """Replace a view of the present."""
    db.upsert(conn, public_views, [(view, version, at, body)])


def release(db: Database, conn: Connection, rows: Sequence[ValueRow]) -> None:
    """Write closed values down; what has been released already stays as it is."""
    _insert_new(db, conn, public_values.name, rows)


def correct(
    db: Database,
    conn: Connection,
    rows: Sequence[CorrectionRow],
) -> None:
    """Add to the correction log."""
    _insert_new(db, conn, public_corrections.name, [(*row, None, None) for row in rows])


def put_manifest(db: Database, conn: Connection, digest: str, at: int, body: str) -> None:
    """Put a manifest in force; the older ones are kept."""
    _insert_new(db, conn, public_manifests.name, [(at, digest, body)])


def manifest_in_force(conn: Connection) -> str | None:
    """The digest of the newest manifest."""
    query = select(public_manifests.c.digest).order_by(public_manifests.c.at.desc()).limit(1)
    return conn.execute(query).scalar()


def released(
    conn: Connection, period: str, starts: Iterable[int]
) -> dict[tuple[str, str, int], tuple[str, float | None, float | None, float | None, bool]]:
    """Closed values by (sign, place, start): mark, value, low, high, demo."""
    v = public_values.c
    query = select(v.sign, v.place, v.start, v.mark, v.value, v.low, v.high, v.demo).where(
        v.period == period, v.start.in_(list(starts))
    )
    return {
        (r[0], r[1], int(r[2])): (r[3], r[4], r[5], r[6], bool(r[7])) for r in conn.execute(query)
    }


def _insert_new(
    db: Database, conn: Connection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    if not rows:
        return
    mark = placeholder(db.dialect)
    marks = ",".join([mark] * len(rows[0]))
    cursor = driver_cursor(conn)
    cursor.executemany(
        f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
        list(rows),
    )
    cursor.close()


def corrected(
    conn: Connection, period: str, starts: Iterable[int]
) -> dict[tuple[str, str, int], float | None]:
    """The newest corrected value by (sign, place, start)."""
    c = public_corrections.c
    query = (
        select(c.sign, c.place, c.start, c.new)
        .where(c.period == period, c.start.in_(list(starts)), c.text_zh.is_(None))
        .order_by(c.at)
    )
    return {(r[0], r[1], int(r[2])): r[3] for r in conn.execute(query)}


def forget_hours(conn: Connection, before_ms: int) -> None:
    """Delete the oldest day of hours that begin before an instant: a little at a time."""
    v = public_values.c
    oldest = conn.execute(select(func.min(v.start)).where(v.period == "hour")).scalar()
    if oldest is not None and oldest < before_ms:
        edge = min(before_ms, oldest + DAY_MS)
        conn.execute(public_values.delete().where(v.period == "hour", v.start < edge))


def forget_reports(conn: Connection, before_ms: int) -> None:
    """Delete what people wrote before an instant."""
    conn.execute(public_reports.delete().where(public_reports.c.at < before_ms))


def forget_marks(conn: Connection, before_ms: int) -> None:
    """Delete the marks of days that were closed before an instant."""
    s = public_state.c
    conn.execute(public_state.delete().where(s.name.like("day:%"), s.value < before_ms))


def forget_everything(public: Database) -> None:
    """Empty the store but for what people reported: the demonstration's values have gone."""
    with public.write() as conn:
        for table in (public_values, public_views, public_corrections, public_state):
            conn.execute(table.delete())
