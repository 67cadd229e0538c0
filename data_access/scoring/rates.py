"""Units scored by a rate: cases of a sign out of cases (`domain.scoring.ranking.rank_rates`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data_access.caching.cache import uncached
from data_access.scoring.measure import Standings
from data_access.scoring.score_rows import known_since, rate_sums
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.indicator import Direction, Rule
from domain.scoring.ranking import RateUnit, dispersion, rank_rates
from domain.scoring.receipt import Receipt, Recipe
from domain.sign import Sign
from domain.span import Span
from domain.units import rate_base


class RateCount(NamedTuple):
    """A sign's cases at a place over a span: numerator of denominator."""

    place: str
    numerator: float
    denominator: float
    known: float  # hours
    scatter: float  # Σ k²/n − (Σk)²/Σn over its blocks: how far they lie from one rate
    blocks: int


@dataclass(frozen=True, slots=True)
class ByRate:
    """Scoring by a rate sign at places. A rate is no sum: the ranking's own row explains it."""

    sign: Sign
    recipe: Recipe = Recipe.RATE

    @property
    def higher_is_better(self) -> bool:
        """Which end of the ranking is the first place."""
        return self.sign.direction is Direction.LOWER_WORSE

    def standings(
        self, db: Database, catalogue: Catalogue, units: tuple[str, ...], span: Span, before: Span
    ) -> Standings:
        """These places by their rates."""
        since = known_since(db, catalogue, span)
        now = {row.place: row for row in _counts(db, self.sign, units, span)}
        then = {row.place: row for row in _counts(db, self.sign, units, before)}
        expected = span.expected_hours(self.sign.cadence_s, since)
        ranking = rank_rates(
            [_rate_unit(place, now.get(place), then.get(place), expected) for place in units],
            higher_is_better=self.higher_is_better,
            base=base_of(self.sign),
            decimals=self.sign.decimals,
            dispersion=dispersion(
                (row.numerator, row.denominator, row.scatter, row.blocks) for row in now.values()
            ),
        )
        return Standings(ranking, span, before, since)

    def receipt(self, db: Database, catalogue: Catalogue, unit: str, span: Span) -> Receipt:
        """KeyError: a rate has no lines."""
        raise KeyError(f"{self.sign.code}: a rate has no receipt of lines")


def rate_signs(catalogue: Catalogue) -> tuple[Sign, ...]:
    """The signs that rank places by a rate: Σ/Σ, with a side that is better."""
    return tuple(
        s
        for s in catalogue.signs
        if s.at_street and s.street_rule is Rule.RATIO and s.direction is not Direction.BAND
    )


def base_of(sign: Sign) -> float:
    """What a ratio of one reads in the sign's unit: 100 for per cent."""
    return rate_base(sign.measured_in.zh) or 1.0


@uncached("its callers keep what they make of it")
def _counts(db: Database, sign: Sign, places: Sequence[str], span: Span) -> tuple[RateCount, ...]:
    base = base_of(sign)
    found = []
    for row in rate_sums(db, places, sign.code, span):
        k, n = min(max(row.numerator / base, 0.0), row.denominator), row.denominator
        scatter = max(0.0, row.squares / base**2 - k * k / n)
        found.append(RateCount(row.place, k, n, row.known, scatter, row.blocks))
    return tuple(found)


def _rate_unit(
    place: str, now: RateCount | None, then: RateCount | None, expected: int
) -> RateUnit:
    before = (then.numerator, then.denominator) if then else None
    if now is None:
        return RateUnit(place, 0.0, 0.0, expected, before=before)
    return RateUnit(
        place,
        now.numerator,
        now.denominator,
        max(0.0, expected - now.known),
        min(1.0, now.known / expected) if expected else None,
        before,
    )
