"""The index of places as it was: one row a place and minute, written by the engine."""

from typing import NamedTuple

from sqlalchemy import select, union_all

from data_access.cache import cached_query
from data_access.db import Database
from data_access.tables import index_history
from domain.actor import Actor, require_person, require_viewer
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS

WITHIN_MS = 15 * MINUTE_MS  # an older one says nothing about the instant that was asked for


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
        select(t.street_code, t.bucket, t.value, t.low).where(
            t.street_code.in_(places), t.bucket > at - within_ms, t.bucket <= at
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


class Minute(NamedTuple):
    """The district's index at a past minute, as it stood on the wall."""

    at: int  # epoch ms, start of the minute
    value: float | None  # None when no sign was known then
    low: float | None
    blind: bool  # fewer than half of the signs were known: no figure to be trusted


class Grain(NamedTuple):
    """How finely a course is told: a point each `step_ms`, from rows that are `row_ms` apart."""

    step_ms: int
    row_ms: int


_GRAINS = (  # (longest period, grain): never more than some 3,000 rows, whatever is kept
    (2 * DAY_MS, Grain(MINUTE_MS, MINUTE_MS)),
    (8 * DAY_MS, Grain(15 * MINUTE_MS, 5 * MINUTE_MS)),
)
_COARSE = Grain(HOUR_MS, 15 * MINUTE_MS)  # past the minutes' retention quarters are kept


def grain(span_ms: int) -> Grain:
    """The grain of a period of that length."""
    return next((found for longest, found in _GRAINS if span_ms <= longest), _COARSE)


@cached_query(ttl=60, stale_ttl=60)
def index_course(
    db: Database, actor: Actor, catalogue: Catalogue, from_ms: int, to_ms: int
) -> tuple[Minute, ...]:
    """The district's index over [from_ms, to_ms], oldest first: of each step its last row.

    A step in which nothing was written has no entry. Whoever may see the wall may see this. One
    read along the primary key, of at most some 3,000 rows. Round the ends to the minute.
    """
    require_viewer(actor, "the history of the index")
    step, row = grain(to_ms - from_ms)
    t = index_history.c
    asked = (
        select(t.bucket, t.value, t.low, t.blind)
        .where(t.street_code == catalogue.code, t.bucket > from_ms - step, t.bucket <= to_ms)
        .where(t.bucket % row == 0)
        .order_by(t.bucket)
    )
    with db.read() as conn:
        rows = conn.execute(asked).all()
    found = {-(-bucket // step): (bucket, *rest) for bucket, *rest in rows}
    return tuple(_minute(*row) for row in found.values())


def _minute(at: int, value: float | None, low: float | None, dark: bool | None) -> Minute:
    if dark is None:  # of the version before: at the lowest bound nobody can say any more
        dark = low == 0
    return Minute(at, value, low, dark)
