"""The course of the district's index: the minutes that were kept, before them hours by the log.

A minute is what stood on the wall. Where a period reaches back to before the first minute that was
kept (a new store, an archive), hours are reckoned from the hours in each state, by the weights of
then; they are means and say so.
"""

from typing import NamedTuple

from sqlalchemy import select

from data_access.caching.cache import cached_query
from data_access.scoring.score_rows import hour_costs
from data_access.store.db import Database
from data_access.store.tables import index_history
from domain.actor import Actor, require_viewer
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.index import blind


class Point(NamedTuple):
    """The district's index at a minute, or over an hour."""

    at: int  # epoch ms, start of it
    width_ms: int  # 0: at the minute, as the wall showed it; else an hour: its mean, by the log
    value: float | None  # None when no sign was known
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
_LONGEST_MS = 32 * DAY_MS


def grain(span_ms: int) -> Grain:
    """The grain of a period of that length."""
    return next((found for longest, found in _GRAINS if span_ms <= longest), _COARSE)


@cached_query(ttl=60, stale_ttl=60)
def index_course(
    db: Database, actor: Actor, catalogue: Catalogue, from_ms: int, to_ms: int
) -> tuple[Point, ...]:
    """The district's index over [from_ms, to_ms], oldest first: of each step its last row.

    A step in which nothing was written has no point. Whoever may see the wall may see this;
    ValueError for more than a month. At most some 3,000 minutes and 768 hours of every sign are
    read, along their keys. Round the ends to the minute.
    """
    require_viewer(actor, "the history of the index")
    if to_ms - from_ms > _LONGEST_MS:
        raise ValueError("a course of more than a month")
    step, row = grain(to_ms - from_ms)
    t = index_history.c
    asked = (
        select(t.bucket, t.value, t.low, t.blind)
        .where(t.unit == catalogue.code, t.bucket > from_ms - step, t.bucket <= to_ms)
        .where(t.bucket % row == 0)
        .order_by(t.bucket)
    )
    with db.read() as conn:
        rows = conn.execute(asked).all()
    found = {-(-bucket // step): (bucket, *rest) for bucket, *rest in rows}
    minutes = [_minute(*row) for row in found.values()]
    first = minutes[0].at if minutes else to_ms
    return (*_hours(db, catalogue, from_ms, first), *minutes)


def _minute(at: int, value: float | None, low: float | None, dark: bool | None) -> Point:
    if dark is None:  # of the version before: at the lowest bound nobody can say any more
        dark = low == 0
    return Point(at, 0, value, low, dark)


def _hours(db: Database, catalogue: Catalogue, from_ms: int, to_ms: int) -> list[Point]:
    """The hours of [from_ms, to_ms), of which no minute was kept; the last one up to `to_ms`."""
    if from_ms >= to_ms:
        return []
    first = catalogue.zone.slot_start(from_ms, HOUR_MS)
    signs = [sign.code for sign in catalogue.signs]
    over = catalogue.weights_over(first, to_ms)
    points = []
    for hour in hour_costs(db, catalogue.code, signs, first, to_ms, over):
        dark = blind(len(signs) - hour.known, len(signs))
        value = round(max(0.0, 100 - hour.cost / len(signs)), 2)
        width = min(HOUR_MS, to_ms - hour.start)
        points.append(Point(hour.start, width, value, None, dark))
    return points
