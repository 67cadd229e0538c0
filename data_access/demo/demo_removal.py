"""Taking the demonstration back: what its sources said leaves the store when DEMO=0.

Runs before any other process starts. Where real sources have reported beside the demonstration,
their readings stay; a roll-up that holds both goes, because nobody can take the invented part out.
"""

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    column,
    delete,
    exists,
    select,
    table,
    text,
    update,
)

from data_access.caching.cache import uncached
from data_access.intake import readings
from data_access.intake.registry import KINDS
from data_access.store.db import Database
from data_access.store.tables import (
    archives,
    batches,
    index_history,
    latest,
    point_latest,
    published,
    quarantine,
    remembered,
    rollup_day,
    rollup_hour,
    rollup_minute,
    source_days,
    sources,
    state_history,
    tellings,
    undigested,
)
from domain.sign import State
from domain.state import Cause

MARKED = (latest, rollup_minute, rollup_hour, rollup_day)  # tables with a column `demo`
# tables with a column `source`, whatever kinds of facts there are
SAID = (batches, quarantine, point_latest, undigested, source_days, remembered, tellings)


@uncached("a write")
def remove_demo(db: Database, fed: Collection[str] = ()) -> list[str]:
    """Remove what the demonstration's sources and those in `fed` have said; their codes, sorted.

    `fed` names the sources that the demonstration replayed real data for. Sources of the
    catalogue stay, as live ones that have never reported.
    """
    with db.write() as conn:
        codes = sorted(conn.scalars(_ours(fed)))
        if not codes:
            return []
        heard = sources.c.last_received.is_not(None) | (sources.c.quarantined > 0)
        others = exists().where(sources.c.code.not_in(codes), heard)
        if conn.execute(select(others)).scalar():
            _remove_some(conn, codes)
        else:
            _remove_all(conn)
        _reset_sources(conn, codes)
        return codes


def _ours(fed: Collection[str]) -> Select[str]:
    ours = sources.c.kind == "demo"
    if fed:
        ours |= (sources.c.kind != "live") & sources.c.code.in_(sorted(fed))
    return select(sources.c.code).where(ours)


def _said() -> tuple[Table, ...]:
    """The tables with a column `source`, those of every kind of fact among them."""
    return (*SAID, *(table for kind in KINDS.values() for table in kind.tables))


def _remove_all(conn: Connection) -> None:
    for day in readings.day_tables(conn):
        conn.execute(text(f"DROP TABLE {readings.day_table(day)}"))
    for derived in (*MARKED, *_said(), state_history, index_history, published, archives):
        conn.execute(delete(derived))


def _remove_some(conn: Connection, codes: list[str]) -> None:
    for day in readings.day_tables(conn):
        raw = table(readings.day_table(day), column("source"))
        conn.execute(delete(raw).where(raw.c.source.in_(codes)))
    for said in _said():
        conn.execute(delete(said).where(said.c.source.in_(codes)))
    for marked in MARKED:
        conn.execute(delete(marked).where(marked.c.demo))
    kept = exists().where(
        latest.c.unit == state_history.c.unit, latest.c.indicator == state_history.c.indicator
    )
    conn.execute(delete(state_history).where(~kept))
    take_back_states(conn)
    conn.execute(delete(index_history))
    conn.execute(delete(published))


def take_back_states(conn: Connection, *here: ColumnElement[bool]) -> None:
    """Of what invented values brought nothing stands: from there on nothing was known.

    `here` narrows the rows down.
    """
    told = {"state": State.UNKNOWN.value, "cause": Cause.TAKEN_BACK.value}
    nothing = {"value": None, "cutoff": None, "demo": False}
    invented = (state_history.c.demo, state_history.c.state != State.UNKNOWN.value, *here)
    conn.execute(update(state_history).where(*invented).values(**told, **nothing))


def _reset_sources(conn: Connection, codes: list[str]) -> None:
    conn.execute(delete(sources).where(sources.c.code.in_(codes), ~sources.c.in_catalogue))
    nothing = {"accepted": 0, "duplicates": 0, "quarantined": 0}
    conn.execute(
        update(sources)
        .where(sources.c.code.in_(codes))
        .values(kind="live", last_received=None, last_observed=None, **nothing)
    )
