"""What scores and rates are made of, read from the roll-ups: sums of hours and of cases.

Plain SQL for both databases, straight through the driver. Hours are rounded to 0.0001 so that
both databases, which add in orders of their own, give the same number.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from data_access.caching.cache import cached_query, uncached
from data_access.store.db import Database, fetch_all, placeholder
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from domain.span import Span
from domain.stays import Hours
from domain.weights import Stretch

_DIGITS = 4  # of hours
_STATES = "known, attention, warning, alarm"


class Share(NamedTuple):
    """What a block did to a sign's part of a score.

    `excess` is (weighted and scaled hours of the block − its share at the sign's mean) / known
    hours of the span: over all blocks it adds up to 0.
    """

    place: str
    sign: str | None  # None: all signs together
    start: int  # epoch ms
    excess: float


class HourCost(NamedTuple):
    """An hour of a place: how many signs were known, and Σ weighted and scaled shares of it."""

    start: int  # epoch ms
    known: int
    cost: float


class RateSum(NamedTuple):
    """Cases of a rate at a place, the numerator in the sign's unit."""

    place: str
    numerator: float
    denominator: float
    known: float
    squares: float  # Σ numerator² / denominator over the blocks
    blocks: int


@uncached("its callers keep what they make of it")
def state_sums(
    db: Database, places: Sequence[str], signs: Sequence[str], span: Span
) -> dict[tuple[str, str], Hours]:
    """Hours in each state by (place, sign), of those with any row."""
    found = _sums(db, places, signs, span, "0")
    return {(place, sign): hours for place, sign, _, hours in found}


@uncached("its callers keep what they make of it")
def weighed_sums(
    db: Database,
    places: Sequence[str],
    signs: Sequence[str],
    span: Span,
    stretches: Sequence[Stretch],
) -> dict[tuple[str, str], tuple[Hours, ...]]:
    """The same, apart for each stretch of the weights: a row counts where it begins."""
    number = _by_stretch(stretches, [str(n) for n in range(len(stretches))])
    nothing = Hours(0.0)
    found: dict[tuple[str, str], list[Hours]] = {}
    for place, sign, n, hours in _sums(db, places, signs, span, number):
        found.setdefault((place, sign), [nothing] * len(stretches))[n] = hours
    return {key: tuple(parts) for key, parts in found.items()}


def _sums(
    db: Database, places: Sequence[str], signs: Sequence[str], span: Span, number: str
) -> list[tuple[str, str, int, Hours]]:
    """(place, sign, number of the stretch, hours); `number` is its SQL."""
    rows, values = _rows(db, f"{_STATES}, {number} AS stretch", places, signs, span)
    sums = ", ".join(f"SUM({name})" for name in _STATES.split(", "))
    select = f"SELECT unit, indicator, stretch, {sums} FROM {rows} GROUP BY 1, 2, 3"  # noqa: S608
    found = fetch_all(db, select, values)
    return [(p, s, n, Hours(*(round(h, _DIGITS) for h in hours))) for p, s, n, *hours in found]


def _by_stretch(stretches: Sequence[Stretch], told: Sequence[str]) -> str:
    """SQL: one of `told` for each stretch, by the beginning of a row."""
    chosen = told[0]
    for stretch, text in zip(stretches[1:], told[1:], strict=True):
        chosen = f"CASE WHEN bucket >= {stretch.from_ms} THEN {text} ELSE {chosen} END"
    return chosen


def _weighted(stretches: Sequence[Stretch]) -> str:
    """SQL: weighted and scaled hours of a row, by the weights that held when it began."""
    costs = [
        f"{w.scale} * ({w.attention} * attention + {w.warning} * warning + {w.alarm} * alarm)"
        for _, _, w in stretches
    ]
    return f"({_by_stretch(stretches, costs)})"


@uncached("its callers keep what they make of it")
def shares(
    db: Database,
    places: Sequence[str],
    signs: Sequence[str],
    span: Span,
    stretches: Sequence[Stretch],
    *,
    by_sign: bool = False,
) -> list[Share]:
    """What each block did to the score of each place, ordered by place (sign) and block."""
    rows, values = _rows(db, f"known, {_weighted(stretches)} AS weighted", places, signs, span)
    block = _block(span)
    sign = "r.indicator" if by_sign else "NULL"
    found = fetch_all(
        db,
        f"WITH mean AS MATERIALIZED (SELECT unit, indicator, SUM(known) AS hours,"  # noqa: S608
        f" SUM(weighted) / SUM(known) AS rate FROM {rows} GROUP BY 1, 2 HAVING SUM(known) > 0)"
        f" SELECT r.unit, {sign}, {block} AS block,"
        f" SUM((r.weighted - m.rate * r.known) / m.hours)"
        f" FROM mean m CROSS JOIN {rows} WHERE r.unit = m.unit AND r.indicator = m.indicator"
        f" GROUP BY r.unit, 2, 3 ORDER BY 1, 2, 3",
        values * 2,
    )
    return [Share(place, sign, _start_of(span, int(n)), excess) for place, sign, n, excess in found]


@uncached("its caller keeps what it makes of it")
def hour_costs(
    db: Database,
    place: str,
    signs: Sequence[str],
    from_ms: int,
    to_ms: int,
    stretches: Sequence[Stretch],
) -> list[HourCost]:
    """What each hour of [from_ms, to_ms) cost a place, oldest first, of those with any row.

    A sign counts as known where it was for half of the hour.
    """
    mark = placeholder(db.dialect)
    where, inside = _within(db, "t", [place], signs)
    found = fetch_all(
        db,
        f"SELECT bucket, COUNT(*), SUM({_weighted(stretches)} / known) FROM rollup_hour t"  # noqa: S608
        f" WHERE {where} AND bucket >= {mark} AND bucket < {mark} AND known >= 0.5"
        " GROUP BY 1 ORDER BY 1",
        [*inside, from_ms, to_ms],
    )
    return [HourCost(*row) for row in found]


@uncached("its callers keep what they make of it")
def bucket_sums(
    db: Database, places: Sequence[str], signs: Sequence[str], span: Span
) -> list[tuple[Any, ...]]:
    """Each series as one bucket (see `domain.aggregation.bucket_value`) with its known hours."""
    columns = "numerator, denominator, count, sum, known"
    # a row without a sample has no extremes
    ends = ", ".join(f"CASE WHEN count > 0 THEN {end} END AS {end}" for end in ("min", "max"))
    rows, values = _rows(db, f"{columns}, {ends}", places, signs, span)
    return fetch_all(
        db,
        f"SELECT unit, indicator, {span.from_ms:d}, SUM(numerator), SUM(denominator),"  # noqa: S608
        f" SUM(count), SUM(sum), MIN(min), MAX(max), SUM(known) FROM {rows} GROUP BY 1, 2"
        " HAVING SUM(count) > 0",
        values,
    )


@uncached("its callers keep what they make of it")
def rate_sums(db: Database, places: Sequence[str], sign: str, span: Span) -> list[RateSum]:
    """Cases of a sign by place, of those with any row, ordered by place."""
    rows, values = _rows(db, "known, numerator, denominator", places, [sign], span)
    block = _block(span)
    found = fetch_all(
        db,
        "SELECT unit, SUM(k), SUM(n), SUM(known),"  # noqa: S608
        " SUM(CASE WHEN n > 0 THEN k * k / n ELSE 0 END), SUM(CASE WHEN n > 0 THEN 1 ELSE 0 END)"
        " FROM ("
        f" SELECT unit, {block} AS block, SUM(numerator) AS k, SUM(denominator) AS n,"
        f" SUM(known) AS known FROM {rows} GROUP BY 1, 2) AS b"
        " GROUP BY 1 HAVING SUM(n) > 0 ORDER BY 1",
        values,
    )
    return [RateSum(*row) for row in found]


@uncached("asks for what is kept")
def known_since(db: Database, catalogue: Catalogue, span: Span) -> int:
    """Since when the store has known the city, within the span (epoch ms)."""
    places = (catalogue.code, *(s.code for s in catalogue.streets))
    return first_data(db, places, tuple(s.code for s in catalogue.signs), span)


@cached_query(ttl=300, stale_ttl=3600)
def first_data(db: Database, places: tuple[str, ...], signs: tuple[str, ...], span: Span) -> int:
    """Since when the store has known these places, within the span (epoch ms).

    The start of the span where half of the series are older than it, else the hour by which half
    of those in the span had begun: one long history among many new series makes no old store.
    """
    mark = placeholder(db.dialect)
    where, values = _within(db, "l", places, signs)
    older = (
        f"SELECT COUNT(*), SUM(CASE WHEN EXISTS (SELECT 1 FROM rollup_day d WHERE"  # noqa: S608
        f" d.unit = l.unit AND d.indicator = l.indicator AND d.bucket < {mark})"
        f" THEN 1 ELSE 0 END) FROM latest l WHERE {where}"
    )
    day = span.zone.day_start(span.from_ms)
    ((series, old),) = fetch_all(db, older, [day, *values])
    if not series or 2 * old >= series:
        return span.from_ms
    begun = (
        f"SELECT (SELECT MIN(h.bucket) FROM rollup_hour h WHERE h.unit = l.unit"  # noqa: S608
        f" AND h.indicator = l.indicator AND h.bucket >= {mark} AND h.bucket < {mark}) AS begun"
        f" FROM latest l WHERE {where} ORDER BY 1"
    )
    starts = [row[0] for row in fetch_all(db, begun, [span.from_ms, span.to_ms, *values])]
    known = sorted(start for start in starts if start is not None)
    return known[(len(known) - 1) // 2] if known else span.from_ms


def _block(span: Span) -> str:
    """SQL: the number of the block that holds a row, of the local day or the hour."""
    zone = span.zone
    if span.block_ms == HOUR_MS:
        return f"(bucket + {zone.grid_ms}) / {HOUR_MS}"
    (_, offset), *later = zone.changes(span.from_ms, span.to_ms)
    ahead = str(offset)
    for since, offset in later:
        ahead = f"CASE WHEN bucket >= {since} THEN {offset} ELSE {ahead} END"
    return f"(bucket + {ahead}) / {DAY_MS}"


def _start_of(span: Span, block: int) -> int:
    if span.block_ms == HOUR_MS:
        return block * HOUR_MS - span.zone.grid_ms
    return span.zone.day_at(block)


def _rows(
    db: Database, columns: str, places: Sequence[str], signs: Sequence[str], span: Span
) -> tuple[str, list[Any]]:
    """A FROM item `r` of the rows that add up to a span, and its values."""
    mark = placeholder(db.dialect)
    parts: list[str] = []
    values: list[Any] = []
    for tier, first, last in span.pieces():
        where, inside = _within(db, "t", places, signs)
        parts.append(
            f"SELECT unit, indicator, bucket, {columns} FROM rollup_{tier} t"  # noqa: S608
            f" WHERE {where} AND bucket >= {mark} AND bucket < {mark}"
        )
        values += [*inside, first, last]
    return f"({' UNION ALL '.join(parts)}) AS r", values


def _within(
    db: Database, table: str, places: Sequence[str], signs: Sequence[str]
) -> tuple[str, list[Any]]:
    """A condition on place and sign, both by their keys; empty lists match nothing."""
    parts: list[str] = []
    values: list[Any] = []
    for column, codes in (("unit", places), ("indicator", signs)):
        if db.dialect == "sqlite":
            parts.append(f"{table}.{column} IN ({','.join('?' * len(codes))})")
            values += list(codes)
        else:
            parts.append(f"{table}.{column} = ANY(%s::text[])")
            values.append(list(codes))
    return " AND ".join(parts), values
