"""What a ranking is of: who is ranked with whom, how a unit is scored, who may open its receipt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from data_access.store.db import Database
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.scoring.ranking import Ranking
from domain.scoring.receipt import Receipt, Recipe
from domain.sign import Sign
from domain.span import Span
from domain.text import Text

PERIODS = ("today", "7d", "28d", "month", "custom")


@dataclass(frozen=True, slots=True)
class Standings:
    """A ranking with the span it is of, the one it is compared with, and since when data exist."""

    ranking: Ranking
    span: Span
    before: Span
    data_from: int  # epoch ms; what lies before it was not expected


class Scoring(Protocol):
    """How the units of a measure are scored."""

    @property
    def recipe(self) -> Recipe:
        """What the points of a unit are made of."""

    @property
    def higher_is_better(self) -> bool:
        """Which end of the ranking is the first place."""

    @property
    def sign(self) -> Sign | None:
        """The sign that ranks; None where more than one thing is scored."""

    def standings(
        self, db: Database, catalogue: Catalogue, units: tuple[str, ...], span: Span, before: Span
    ) -> Standings:
        """These units ranked with one another, against the span before."""

    def receipt(self, db: Database, catalogue: Catalogue, unit: str, span: Span) -> Receipt:
        """The lines behind a unit's score; LookupError where there are none."""


@dataclass(frozen=True, slots=True)
class Peers:
    """A group of units that are ranked with one another."""

    code: str  # what they have in common: street, town, district
    group: str  # the word that addresses have for it: streets, departments
    group_name: Text | str  # a text of the catalogue, or the key of a label
    units: tuple[str, ...]
    kind: str | None = None  # where a group is divided: which part of it
    kind_name: Text | str = ""
    overlie: bool = False  # they lie over units of another group and are ranked with none of it
    left_out: tuple[str, ...] = ()  # of the same kind, with nothing that could be scored

    @property
    def name(self) -> Text | str:
        """What they are called together."""
        return self.kind_name or self.group_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing that units are ranked by."""

    code: str  # in addresses and in keys of the cache
    kind: str  # of its units: one of `domain.unit`
    name: Text | str  # a text of the catalogue, or the key of a label
    order: int  # among all measures; the first of a group is the one that it shows unasked
    peers: Callable[[Catalogue], tuple[Peers, ...]]
    row_name: Callable[[Catalogue, str], Text]  # what a unit is called in the rows of a ranking
    scoring: Scoring
    opens: Callable[[Actor, str], bool]  # whether an actor may open the receipt of a unit
    periods: tuple[str, ...] = field(default=PERIODS)

    def group(self, catalogue: Catalogue, code: str) -> Peers:
        """The group of that code; KeyError where there is none."""
        return {peers.code: peers for peers in self.peers(catalogue)}[code]
