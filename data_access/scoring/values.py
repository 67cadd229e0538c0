"""Units scored by weighted indicators that somebody has counted: `domain.scoring.by_weights`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from data_access.scoring.hours import Scored, score_unit
from data_access.scoring.measure import Standings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.scoring.by_weights import Weighted, receipt
from domain.scoring.ranking import rank_scores
from domain.scoring.receipt import Receipt, Recipe
from domain.sign import Sign
from domain.span import Span

Values = Mapping[str, Sequence[Weighted]]
"""By unit, every indicator that applies to it."""


@dataclass(frozen=True, slots=True)
class ByWeights:
    """Scoring by values: one of each indicator for the whole of a span, so there are no blocks and
    nothing is said of chance."""

    values: Callable[[Database, Catalogue, tuple[str, ...], Span], Values]
    recipe: Recipe = Recipe.WEIGHTS
    higher_is_better: bool = True
    sign: Sign | None = None

    def standings(
        self, db: Database, catalogue: Catalogue, units: tuple[str, ...], span: Span, before: Span
    ) -> Standings:
        """These units by their scores, the highest first."""
        now, then = (self._scored(db, catalogue, units, s) for s in (span, before))
        ranking = rank_scores([score_unit(unit, now, then) for unit in units])
        return Standings(ranking, span, before, span.from_ms)

    def receipt(self, db: Database, catalogue: Catalogue, unit: str, span: Span) -> Receipt:
        """The receipt of one unit."""
        return self._scored(db, catalogue, (unit,), span).receipts[unit]

    def _scored(
        self, db: Database, catalogue: Catalogue, units: tuple[str, ...], span: Span
    ) -> Scored:
        found = self.values(db, catalogue, units, span)
        return Scored({unit: receipt(unit, found[unit]) for unit in units}, (), {})
