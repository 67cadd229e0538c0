"""A real system takes its source over from the demonstration: nothing invented stays with it.

From then on the source is live and the demonstration leaves it alone, also after a restart. What
the demonstration had said in its name goes, and with it what was made of that: the newest values,
states and roll-ups of its signs at its places and in the district. The engine is told to forget.
"""

from sqlalchemy import (
    Connection,
    TableClause,
    column,
    delete,
    exists,
    select,
    table,
    tuple_,
    update,
)

from data_access.caching.cache import uncached
from data_access.demo.demo_removal import MARKED, SAID, take_back_states
from data_access.intake import readings
from data_access.intake.door import locked
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.store.tables import (
    api_keys,
    latest,
    point_latest,
    sources,
    state_history,
)
from domain.catalogue import Catalogue

DEMO_KEYS = "demo-"  # how the names of the demonstration's keys begin; no other may
SETTLE_S = 3.0  # a request that was let in before its key ended is over by then
_PIECE = 200

Pair = tuple[str, str]  # place, sign


@uncached("a write")
def silence_demo(db: Database, source: str, now_ms: int) -> str | None:
    """End the demonstration's keys of a source that it holds; the kind of the source, if known.

    The first of two steps: what is under way arrives before `take_over` removes it.
    """
    with db.write() as conn:
        kind = conn.scalar(select(sources.c.kind).where(sources.c.code == source))
        if kind == "demo":
            ours = api_keys.c.name.startswith(DEMO_KEYS, autoescape=True)
            mine = (api_keys.c.source == source) & api_keys.c.revoked_at.is_(None)
            conn.execute(update(api_keys).where(ours & mine).values(revoked_at=now_ms))
    return kind


@uncached("a write")
def take_over(db: Database, catalogue: Catalogue, source: str) -> None:
    """Make a demonstration source a live one that has never reported. Busy as intake is."""
    with locked(db) as conn:
        engine_state.new_generation(db, conn)
        pairs = _told(conn, source)
        _forget_said(conn, source)
        pairs |= {(catalogue.code, sign) for _, sign in pairs}
        pairs |= {
            (place, sign.code)
            for sign in catalogue.signs
            for _, ingredient in sign.derived_from
            for place, code in pairs
            if code == ingredient
        }
        _forget_made(conn, sorted(pairs))
        nothing = {"accepted": 0, "duplicates": 0, "quarantined": 0}
        live = {"kind": "live", "last_received": None, "last_observed": None, **nothing}
        conn.execute(update(sources).where(sources.c.code == source).values(live))


def _told(conn: Connection, source: str) -> set[Pair]:
    """The places and signs that a source has spoken of, as far back as anybody remembers."""
    spoken = select(point_latest.c.street_code, point_latest.c.sign)
    found = set(conn.execute(spoken.where(point_latest.c.source == source).distinct()))
    for day in readings.day_tables(conn):
        raw = _raw(day)
        told = select(raw.c.street_code, raw.c.sign).where(raw.c.source == source)
        found |= set(conn.execute(told.distinct()))
    return {(place, sign) for place, sign in found}


def _forget_said(conn: Connection, source: str) -> None:
    for day in readings.day_tables(conn):
        raw = _raw(day)
        conn.execute(delete(raw).where(raw.c.source == source))
    for said in SAID:
        conn.execute(delete(said).where(said.c.source == source))


def _forget_made(conn: Connection, pairs: list[Pair]) -> None:
    for start in range(0, len(pairs), _PIECE):
        some = pairs[start : start + _PIECE]
        for made in MARKED:
            here = tuple_(made.c.unit, made.c.indicator).in_(some)
            conn.execute(delete(made).where(here, made.c.demo))
        here = tuple_(state_history.c.unit, state_history.c.indicator).in_(some)
        stands = exists().where(
            latest.c.unit == state_history.c.unit,
            latest.c.indicator == state_history.c.indicator,
        )
        conn.execute(delete(state_history).where(here, ~stands))
        take_back_states(conn, here)


def _raw(day: str) -> TableClause:
    return table(readings.day_table(day), column("street_code"), column("sign"), column("source"))
