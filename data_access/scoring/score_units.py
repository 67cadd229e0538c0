"""From sums of hours to receipts, and from what blocks did to what a ranking resamples."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data_access.caching.cache import cached_query, uncached
from data_access.scoring.score_rows import Share, shares, weighed_sums
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.ranking import ScoreUnit, known_enough
from domain.receipt import Hours, Receipt, line_of, receipt
from domain.sign import Sign
from domain.span import STEP_MS, Span
from domain.weights import Stretch

_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Scored:
    """Receipts and blocks by unit, all over the same blocks."""

    receipts: Mapping[str, Receipt]
    starts: tuple[int, ...]  # epoch ms of each block
    blocks: Mapping[str, tuple[float, ...]]  # of the units that have a score


@dataclass(frozen=True, slots=True)
class Summed:
    """Hours of a span by place and sign, under each version of the weights that holds in it."""

    span: Span
    since: int  # epoch ms; when data begin
    over: tuple[Stretch, ...]
    sums: Mapping[tuple[str, str], tuple[Hours, ...]]

    def receipt(self, unit: str, signs: Sequence[Sign], place: str) -> Receipt:
        """The receipt of a unit over its signs at a place, also those that nothing is known of."""
        weights = [stretch.weights for stretch in self.over]
        nothing = (Hours(0.0),) * len(weights)
        lines = (
            line_of(
                *(s.code, s.goal, s.department),
                parts=self.sums.get((place, s.code), nothing),
                expected=self.span.expected_hours(s.cadence_s, self.since),
                weights=weights,
                signs=len(signs),
            )
            for s in signs
        )
        return receipt(unit, lines, weights)


@uncached("its callers keep what they make of it")
def summed(
    db: Database,
    catalogue: Catalogue,
    places: Sequence[str],
    signs: Sequence[Sign],
    span: Span,
    since: int,
) -> Summed:
    """What the receipts of these places over some of these signs are made of."""
    over = weighed_over(catalogue, span)
    sums = weighed_sums(db, places, [s.code for s in signs], span, over)
    return Summed(span, since, over, sums)


def weighed_over(catalogue: Catalogue, span: Span) -> tuple[Stretch, ...]:
    """The weights that hold in what has passed of a span; its last hours may just have begun."""
    reached = min(span.to_ms, span.until + STEP_MS)
    return catalogue.weights_over(span.from_ms, max(reached, span.from_ms + 1))


@cached_query(ttl=60, stale_ttl=600)  # the period before stands for hours while today moves on
def places_scored(
    db: Database, catalogue: Catalogue, places: tuple[str, ...], span: Span, since: int
) -> Scored:
    """Receipts and blocks of places; `since` (epoch ms) is when their data begin."""
    made = summed(db, catalogue, places, catalogue.signs, span, since)
    receipts = {place: made.receipt(place, signs_of(catalogue, place), place) for place in places}
    codes = [s.code for s in catalogue.signs]
    return _scored(receipts, [(s.place, s) for s in shares(db, places, codes, span, made.over)])


@uncached("its callers keep what they make of it")
def departments_scored(
    db: Database, catalogue: Catalogue, owned: Mapping[str, Sequence[Sign]], span: Span, since: int
) -> Scored:
    """Receipts and blocks of departments over the signs that each owns, at the district."""
    place = catalogue.code
    owner = {s.code: department for department, signs in owned.items() for s in signs}
    theirs = [s for signs in owned.values() for s in signs]
    made = summed(db, catalogue, (place,), theirs, span, since)
    receipts = {code: made.receipt(code, signs, place) for code, signs in owned.items()}
    found = shares(db, (place,), list(owner), span, made.over, by_sign=True)
    return _scored(receipts, [(owner[s.sign], s) for s in found if s.sign is not None])


def _scored(receipts: Mapping[str, Receipt], found: Iterable[tuple[str, Share]]) -> Scored:
    """Blocks of every unit: its score less what each block did beyond its share, times as many."""
    excess: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for unit, share in found:
        excess[unit][share.start] += share.excess
    starts = tuple(sorted({start for mine in excess.values() for start in mine}))
    blocks = {}
    for unit, known in receipts.items():
        if known.score is not None:
            factor = len(starts) / known.signs
            mine, score = excess[unit], known.score / _HUNDREDTHS
            blocks[unit] = tuple(score - factor * mine.get(start, 0.0) for start in starts)
    return Scored(receipts, starts, blocks)


def score_unit(code: str, now: Scored, then: Scored) -> ScoreUnit:
    """What a ranking needs of a unit, now and in the period before.

    A period before of which too little is known to be ranked is not compared with either: a score
    of the few signs that spoke would turn silence into a fall or a rise.
    """
    found, past = now.receipts[code], then.receipts[code]
    before = past.score if known_enough(past.coverage, past.usable or 0.0) else None
    missing = sum(max(0.0, line.expected - line.hours.known) for line in found.lines)
    return ScoreUnit(
        code,
        None if found.score is None else found.score / _HUNDREDTHS,
        now.blocks.get(code, ()),
        found.coverage,
        found.usable or 0.0,
        missing,
        None if before is None else before / _HUNDREDTHS,
        then.blocks.get(code, ()),
    )


def signs_of(catalogue: Catalogue, place: str) -> tuple[Sign, ...]:
    """The signs that apply to a place; KeyError for no such place."""
    if place == catalogue.code:
        return catalogue.signs
    _ = catalogue.street[place]
    return tuple(s for s in catalogue.signs if s.at_street)


def owned(catalogue: Catalogue) -> dict[str, tuple[Sign, ...]]:
    """The signs that each department owns, in the catalogue's order."""
    return {
        d.code: tuple(s for s in catalogue.signs if s.department == d.code)
        for d in catalogue.departments
    }
