"""Units scored by the hours that signs spent in each state: receipts, and what blocks did to them.

What the points of a unit rest on is its basis: some signs at one place.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data_access.caching.cache import cached_query, uncached
from data_access.scoring.measure import Standings
from data_access.scoring.score_rows import known_since, shares, weighed_sums
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.scoring.by_hours import line_of, receipt
from domain.scoring.ranking import ScoreUnit, known_enough, rank_scores
from domain.scoring.receipt import Receipt, Recipe, Subject
from domain.sign import Sign
from domain.span import STEP_MS, Span
from domain.stays import Hours
from domain.weights import Stretch

_HUNDREDTHS = 100


class Basis(NamedTuple):
    """Which signs make the score of a unit, and of which place."""

    unit: str
    place: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Receipts and blocks by unit, all over the same blocks."""

    receipts: Mapping[str, Receipt]
    starts: tuple[int, ...]  # epoch ms of each block
    blocks: Mapping[str, tuple[float, ...]]  # of the units that have a score


@dataclass(frozen=True, slots=True)
class ByHours:
    """Scoring by hours: `domain.scoring.by_hours` over the basis of each unit."""

    basis: Callable[[Catalogue, str], Basis]  # KeyError for no such unit
    recipe: Recipe = Recipe.HOURS
    higher_is_better: bool = True
    sign: Sign | None = None

    def standings(
        self, db: Database, catalogue: Catalogue, units: tuple[str, ...], span: Span, before: Span
    ) -> Standings:
        """These units by their scores, the highest first."""
        bases = tuple(self.basis(catalogue, unit) for unit in units)
        since, since_before = (known_since(db, catalogue, s) for s in (span, before))
        now = scored(db, catalogue, bases, span, since)
        then = scored(db, catalogue, bases, before, since_before)
        ranking = rank_scores([score_unit(unit, now, then) for unit in units])
        return Standings(ranking, span, before, since)

    def receipt(self, db: Database, catalogue: Catalogue, unit: str, span: Span) -> Receipt:
        """The receipt of one unit."""
        bases = (self.basis(catalogue, unit),)
        return receipts(db, catalogue, bases, span, known_since(db, catalogue, span))[unit]


@uncached("its callers keep what they make of it")
def receipts(
    db: Database, catalogue: Catalogue, bases: Sequence[Basis], span: Span, since: int
) -> dict[str, Receipt]:
    """By unit, over all its signs, also those that nothing is known of.

    `since` (epoch ms) is when data begin: nothing is expected from before.
    """
    over = weighed_over(catalogue, span)
    sums = weighed_sums(db, _places(bases), _signs(bases), span, over)
    weights = [stretch.weights for stretch in over]
    nothing = (Hours(0.0),) * len(weights)
    about = {
        s.code: (Subject(s.code, s.goal, s.department), span.expected_hours(s.cadence_s, since))
        for s in (catalogue.sign[code] for code in _signs(bases))
    }
    found = {}
    for unit, place, signs in bases:
        lines = (
            line_of(
                about[sign][0],
                sums.get((place, sign), nothing),
                expected=about[sign][1],
                weights=weights,
                count=len(signs),
            )
            for sign in signs
        )
        found[unit] = receipt(unit, lines, weights)
    return found


@cached_query(ttl=60, stale_ttl=600)  # the period before stands for hours while today moves on
def scored(
    db: Database, catalogue: Catalogue, bases: tuple[Basis, ...], span: Span, since: int
) -> Scored:
    """Receipts and blocks of units; `since` (epoch ms) is when their data begin.

    A block is a unit's score less what the day or hour did beyond its share, times as many. No
    sign stands in the basis of two units at one place.
    """
    made = receipts(db, catalogue, bases, span, since)
    places, over = _places(bases), weighed_over(catalogue, span)
    # a place's own score takes all that is read of it; else signs tell whose a row is
    apart = len({b.signs for b in bases}) > 1 or any(b.unit != b.place for b in bases)
    whose = {(b.place, sign if apart else None): b.unit for b in bases for sign in b.signs}
    excess: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for share in shares(db, places, _signs(bases), span, over, by_sign=apart):
        if (share.place, share.sign) in whose:
            excess[whose[share.place, share.sign]][share.start] += share.excess
    starts = tuple(sorted({start for mine in excess.values() for start in mine}))
    blocks = {}
    for unit, known in made.items():
        if known.score is not None:
            factor = len(starts) / known.count
            mine, score = excess[unit], known.score / _HUNDREDTHS
            blocks[unit] = tuple(score - factor * mine.get(start, 0.0) for start in starts)
    return Scored(made, starts, blocks)


def weighed_over(catalogue: Catalogue, span: Span) -> tuple[Stretch, ...]:
    """The weights that hold in what has passed of a span; its last hours may just have begun."""
    reached = min(span.to_ms, span.until + STEP_MS)
    return catalogue.weights_over(span.from_ms, max(reached, span.from_ms + 1))


def score_unit(code: str, now: Scored, then: Scored) -> ScoreUnit:
    """What a ranking needs of a unit, now and in the period before.

    A period before of which too little is known to be ranked is not compared with either: a score
    of the few signs that spoke would turn silence into a fall or a rise.
    """
    found, past = now.receipts[code], then.receipts[code]
    before = past.score if known_enough(past.coverage, past.usable or 0.0) else None
    return ScoreUnit(
        code,
        None if found.score is None else found.score / _HUNDREDTHS,
        now.blocks.get(code, ()),
        found.coverage,
        found.usable or 0.0,
        found.missing,
        None if before is None else before / _HUNDREDTHS,
        then.blocks.get(code, ()),
    )


def _places(bases: Sequence[Basis]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(basis.place for basis in bases))


def _signs(bases: Sequence[Basis]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sign for basis in bases for sign in basis.signs))
