"""The course of a sign at a place over a span: one tier of roll-ups, so many points, no more.

The tier follows the span, so the cost follows what is shown and not how much history there is:
samples for a day, hours for a month, days for a year. A comparison is the same span shifted back.
Roll-ups hold a row only where something was observed; whoever draws says how far a value reaches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from data_access.caching.cache import cached_query
from data_access.series.archives import is_kept
from data_access.series.rollups import TIERS, BucketRow, series
from data_access.series.states import Transition, history_of
from data_access.store.db import Database, driver_cursor, placeholder
from domain.actor import Actor, require_person
from domain.aggregation import bucket_value
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from domain.indicator import Rule
from domain.sign import Sign
from domain.stays import Hours, hours_in, stays
from domain.zone import Zone

MAX_POINTS = 1_500
SPARK_HOURS = 24
_WHOLE = 0.5  # a tier with less than this share of its slots gives way to the next one
_SUMS = (
    "SUM(numerator), SUM(denominator), SUM(count), SUM(sum), MIN(min), MAX(max),"
    " SUM(known), SUM(attention), SUM(warning), SUM(alarm)"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for; instants in epoch ms. Whole minutes make answers that can be kept."""

    place: str
    sign: str
    from_ms: int
    to_ms: int
    before_ms: int  # how far back the comparison lies that is drawn
    year_ms: int  # how far back the same span of last year lies
    minute_from: int  # the samples before this are gone
    hour_from: int  # and the hours before this


class Buckets(NamedTuple):
    """Values of the buckets start + n·step_ms, in the sign's unit; None where there is none."""

    tier: str
    step_ms: int
    start: int
    values: tuple[float | None, ...]


class Sum(NamedTuple):
    """A whole span in one figure: what amounts add up to, Σ/Σ, the extreme or else the mean."""

    value: float | None  # None: nothing was observed
    low: float | None
    high: float | None
    known: float  # hours in which a state was known
    attention: float  # hours in the state
    warning: float
    alarm: float

    def with_hours(self, spent: Hours) -> "Sum":
        """The same figure with other hours."""
        known, attention, warning, alarm = (
            spent.known, spent.attention, spent.warning, spent.alarm,
        )  # fmt: skip
        return self._replace(known=known, attention=attention, warning=warning, alarm=alarm)


class Course(NamedTuple):
    """Everything that the page of a sign draws and says of a span."""

    line: Buckets
    before: Buckets  # the comparison, its instants shifted into the span
    now: Sum
    previous: Sum  # 环比: the comparison's span
    year_ago: Sum  # 同比
    transitions: tuple[Transition, ...]  # the first may lie before the span: the state it began in


class Spark(NamedTuple):
    """A sign's hours at a place, the newest last."""

    sign: str
    values: tuple[float | None, ...]


@cached_query(ttl=20, stale_ttl=60)
def course(db: Database, actor: Actor, catalogue: Catalogue, ask: Ask) -> Course:
    """The course of a sign; Forbidden for a wall, KeyError for an unknown sign."""
    _staff(actor)
    sign = catalogue.sign[ask.sign]
    rule = rule_at(sign, ask.place, catalogue)
    zone = catalogue.zone
    line = _line(db, ask, sign, rule, zone, 0)
    before = _line(db, ask, sign, rule, zone, ask.before_ms)
    now, previous, year_ago = (
        _sum(db, ask, sign, rule, back, zone) for back in (0, ask.before_ms, ask.year_ms)
    )
    with db.read() as conn:
        found = history_of(conn, ask.place, ask.sign, ask.from_ms)
    transitions = tuple(t for t in found if t.since < ask.to_ms)
    if transitions and ask.from_ms >= ask.hour_from:  # else they have gone; the days still know
        spent = hours_in(stays(transitions, ask.from_ms, ask.to_ms), ask.from_ms, ask.to_ms)
        now = now.with_hours(spent)
    return Course(line, before, now, previous, year_ago, transitions)


@cached_query(ttl=60, stale_ttl=240)
def sparks(
    db: Database, actor: Actor, catalogue: Catalogue, place: str, end_ms: int
) -> tuple[Spark, ...]:
    """The last hours of every sign at a place in one read, up to the hour that ends at `end_ms`."""
    _staff(actor)
    signs = [s for s in catalogue.signs if place == catalogue.code or s.at_street]
    start = end_ms - SPARK_HOURS * HOUR_MS
    found: dict[str, list[float | None]] = {s.code: [None] * SPARK_HOURS for s in signs}
    for row in _hours(db, place, [s.code for s in signs], start, end_ms):
        sign = catalogue.sign[row[1]]
        value = bucket_value(sign, rule_at(sign, place, catalogue), row)
        found[row[1]][(row[2] - start) // HOUR_MS] = value
    return tuple(Spark(code, tuple(values)) for code, values in found.items())


def rule_at(sign: Sign, place: str, catalogue: Catalogue) -> Rule:
    """How samples of a sign add up at a place."""
    return sign.rule if place == catalogue.code else sign.street_rule


def tiers_for(
    sign: Sign, ask: Ask, back_ms: int = 0, db: Database | None = None
) -> list[tuple[str, int]]:
    """(tier, step in ms) that may answer, the finest first; the last one always can.

    A tier reaches back to its edge, and beyond where `db` says that an archive is kept there.
    """
    start, end = ask.from_ms - back_ms, ask.to_ms - back_ms
    tiers = (("minute", sign.slot_ms, ask.minute_from), ("hour", HOUR_MS, ask.hour_from))
    found = [
        (tier, step)
        for tier, step, edge in tiers
        if (end - start) // step <= MAX_POINTS and _is_there(db, sign, start, end, edge)
    ]
    return found or [("day", DAY_MS)]


def _is_there(db: Database | None, sign: Sign, start: int, end: int, edge: int) -> bool:
    return start >= edge or (db is not None and is_kept(db, sign, start, end, edge))


def _staff(actor: Actor) -> None:
    require_person(actor, "the course of a sign")


def _line(db: Database, ask: Ask, sign: Sign, rule: Rule, zone: Zone, back_ms: int) -> Buckets:
    """The finest tier that is whole enough; else the next one, when that knows more."""
    best: Buckets | None = None
    for tier, step in tiers_for(sign, ask, back_ms, db):
        start = zone.slot_start(ask.from_ms - back_ms, step)
        rows = series(db, ask.place, ask.sign, tier, start, ask.to_ms - back_ms)
        line = _gridded(rows, sign, rule, tier, step, (start, ask.to_ms - back_ms), back_ms, zone)
        if best is None or _filled(line, sign) > 1.5 * _filled(best, sign):
            best = line
        if _filled(best, sign) >= _WHOLE:
            break
    if best is None:
        raise AssertionError("tiers_for gives at least one")
    return best


def _gridded(
    rows: Sequence[BucketRow],
    sign: Sign,
    rule: Rule,
    tier: str,
    step: int,
    ends: tuple[int, int],
    back_ms: int,
    zone: Zone,
) -> Buckets:
    start, end = ends
    place = partial(_steps, step=step, start=start, zone=zone)
    values: list[float | None] = [None] * (place(end - 1) + 1 if end > start else 0)
    for row in rows:
        values[place(row[2])] = round(bucket_value(sign, rule, row), 6)
    return Buckets(tier, step, start + back_ms, tuple(values))


def _steps(at_ms: int, step: int, start: int, zone: Zone) -> int:
    """How many steps of a line lie before the one that holds an instant."""
    return zone.days_between(start, at_ms) if step == DAY_MS else (at_ms - start) // step


def _filled(line: Buckets, sign: Sign) -> float:
    """Share of the values that a source with this cadence would have given."""
    expected = len(line.values) * line.step_ms / max(line.step_ms, sign.cadence_s * 1000)
    return sum(v is not None for v in line.values) / max(expected, 1.0)


def _sum(db: Database, ask: Ask, sign: Sign, rule: Rule, back_ms: int, zone: Zone) -> Sum:
    """From the hours while they are kept, else from the days."""
    start, end = ask.from_ms - back_ms, ask.to_ms - back_ms
    short = end - start <= MAX_POINTS * HOUR_MS and _is_there(db, sign, start, end, ask.hour_from)
    tier, width = ("hour", HOUR_MS) if short else ("day", DAY_MS)
    # a bucket that has begun before the span belongs to the span before
    first = zone.slot_end(start - 1, width)
    mark = placeholder(db.dialect)
    with db.read() as conn:
        cursor = driver_cursor(conn)
        cursor.execute(
            f"SELECT {_SUMS} FROM {TIERS[tier].name} WHERE unit = {mark} AND indicator = {mark}"  # noqa: S608
            f" AND bucket >= {mark} AND bucket < {mark}",
            (ask.place, ask.sign, first, end),
        )
        row: Any = cursor.fetchone()
        cursor.close()
    if row is None or not row[2]:
        return Sum(None, None, None, 0.0, 0.0, 0.0, 0.0)
    value = bucket_value(sign, rule, (ask.place, ask.sign, first, *row[:6]))
    return Sum(round(value, 6), row[4], row[5], *(float(hours or 0.0) for hours in row[6:]))


def _hours(
    db: Database, place: str, signs: Sequence[str], from_ms: int, to_ms: int
) -> list[tuple[Any, ...]]:
    mark = placeholder(db.dialect)
    # one seek along the primary key for each sign: the cost does not grow with the history
    listed = ",".join([mark] * len(signs))
    with db.read() as conn:
        cursor = driver_cursor(conn)
        cursor.execute(
            "SELECT unit, indicator, bucket, numerator, denominator, count, sum, min, max"  # noqa: S608
            f" FROM rollup_hour WHERE unit = {mark} AND indicator IN ({listed})"
            f" AND bucket >= {mark} AND bucket < {mark} AND count > 0",
            (place, *signs, from_ms, to_ms),
        )
        found: list[tuple[Any, ...]] = list(cursor.fetchall())
        cursor.close()
    return found
