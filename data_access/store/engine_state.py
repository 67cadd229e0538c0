"""What the engine remembers about itself, and what it has published."""

from typing import Any

from sqlalchemy import Connection, select, update

from data_access.store.db import Database
from data_access.store.tables import (
    engine_state,
    frames,
    index_history,
    published,
    sources,
)


def get(conn: Connection, name: str, default: int = 0) -> int:
    """A remembered number."""
    found = conn.execute(select(engine_state.c.value).where(engine_state.c.name == name)).scalar()
    return default if found is None else int(found)


def put(db: Database, conn: Connection, **values: int) -> None:
    """Remember numbers by name."""
    db.upsert(conn, engine_state, list(values.items()))


def raise_to(db: Database, conn: Connection, **values: int) -> None:
    """Remember numbers by name unless larger ones are remembered already."""
    put(db, conn, **{name: max(value, get(conn, name)) for name, value in values.items()})


def hold(conn: Connection) -> None:
    """Keep others who ask the same out until this transaction ends."""
    mine = engine_state.c.name == "cursor"
    conn.execute(update(engine_state).where(mine).values(value=engine_state.c.value))


def new_generation(db: Database, conn: Connection) -> None:
    """Make the engine forget what it holds in memory: what it was made of is about to change.

    To be called first in a transaction, so that the engine cannot commit in between.
    """
    hold(conn)
    put(db, conn, generation=get(conn, "generation") + 1)


def write_published(
    db: Database, conn: Connection, view: str, version: int, as_of: int, body: bytes
) -> None:
    """Keep a view's snapshot where the web finds it when Redis is away."""
    db.upsert(conn, published, [(view, version, as_of, body)])


def write_frame(db: Database, conn: Connection, view: str, minute: int, packed: bytes) -> None:
    """Keep what a view showed at a minute: gzip of its snapshot's JSON."""
    db.upsert(conn, frames, [(view, minute, packed)])


def write_indexes(
    db: Database, conn: Connection, rows: list[tuple[str, int, float | None, float | None, bool]]
) -> None:
    """Keep the index of places: (place, minute, value, low, blind)."""
    db.upsert(conn, index_history, rows)


def index_at(conn: Connection, place: str, at_ms: int, within_ms: int) -> float | None:
    """The last index of a place in (at − within, at]; None where there is none."""
    row: Any = conn.execute(
        select(index_history.c.value)
        .where(
            index_history.c.unit == place,
            index_history.c.bucket <= at_ms,
            index_history.c.bucket > at_ms - within_ms,
        )
        .order_by(index_history.c.bucket.desc())
        .limit(1)
    ).first()
    return None if row is None else row[0]


def source_marks(conn: Connection) -> list[tuple[int, int | None, int | None, bool]]:
    """Every source in service: (cadence in s, last received, last observed, expected)."""
    columns = [sources.c[name] for name in ("cadence_s", "last_received", "last_observed")]
    query = select(*columns, sources.c.expected).where(sources.c.retired_at.is_(None))
    return [tuple(row) for row in conn.execute(query)]
