"""The index of places as it was: one row a place and minute, written by the engine."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, select, union_all

from data_access.caching.cache import cached_query
from data_access.store.db import Database
from data_access.store.tables import index_history
from domain.actor import Actor, require_person
from domain.clock import MINUTE_MS

QUARTER_MS = 15 * MINUTE_MS
WITHIN_MS = QUARTER_MS  # an older one says nothing about the instant that was asked for


class Past(NamedTuple):
    """The index of a place at a past minute."""

    at: int  # epoch ms, start of the minute
    value: float | None  # None when no sign was known then
    low: float | None


@cached_query(ttl=60, stale_ttl=60)
def indexes_at(
    db: Database,
    actor: Actor,
    places: tuple[str, ...],
    instants: tuple[int, ...],
    within_ms: int = WITHIN_MS,
) -> dict[str, tuple[Past | None, ...]]:
    """The index of every place at each instant (epoch ms): the last in (instant − within, instant].

    None where nothing was written in that time. One read along the primary key, whose cost does
    not grow with the history. Round instants to the minute, or nothing is found in the cache.
    """
    require_person(actor, "the history of the index")
    found: dict[str, list[Past | None]] = {place: [None] * len(instants) for place in places}
    if not places or not instants:
        return {place: tuple(row) for place, row in found.items()}
    t = index_history.c
    asked = [
        select(t.unit, t.bucket, t.value, t.low).where(
            t.unit.in_(places), t.bucket > at - within_ms, t.bucket <= at
        )
        for at in instants
    ]
    with db.read() as conn:
        rows = conn.execute(union_all(*asked) if len(asked) > 1 else asked[0]).all()
    for place, bucket, value, low in rows:
        for n, at in enumerate(instants):
            kept = found[place][n]
            if at - within_ms < bucket <= at and (kept is None or kept.at < bucket):
                found[place][n] = Past(bucket, value, low)
    return {place: tuple(row) for place, row in found.items()}


def thin(conn: Connection, place: str, before_ms: int, from_ms: int, to_ms: int) -> None:
    """Drop what a place has before an instant, and all but every quarter within [from, to)."""
    t = index_history.c
    mine = delete(index_history).where(t.unit == place)
    conn.execute(mine.where(t.bucket < before_ms))
    between = (t.bucket >= from_ms) & (t.bucket < to_ms)
    conn.execute(mine.where(between, t.bucket % QUARTER_MS != 0))
