"""A receipt of weighted indicators, each between a floor that earns nothing and a goal that earns
all.

    reached = (value − floor) / (goal − floor), within [0, 1]
    earned  = floor(share · reached + 0.5) hundredths, points = share − earned
    share   = 100 · weight / Σ weights of the indicators that have a value

Linear between the two ends; where less is better the goal lies below the floor. Shares are whole
hundredths that add up to 100 exactly: what division leaves over goes to the largest remainders. An
indicator without a value takes no part, and its weight falls to the others in proportion; whoever
has less than `ranking.LEAST_USABLE` of the weight is not ranked.

The formula is min–max normalisation with fixed ends and linear aggregation: OECD and JRC, Handbook
on Constructing Composite Indicators, 2008, steps 5 and 6; fixed ends ("goalposts") as in the human
development index of the UNDP.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite

from domain.scoring.evidence import Placed
from domain.scoring.receipt import FULL, Line, Receipt, Recipe, Subject, Unusable, added_up


@dataclass(frozen=True, slots=True)
class Weighted:
    """An indicator of a unit: its value, and what the value is measured by."""

    subject: Subject
    value: float | None  # None: not available
    floor: float
    goal: float
    weight: int  # only proportions count

    def __post_init__(self) -> None:
        """ValueError for ends that coincide, for a weight that is none, for what is no number."""
        numbers = [self.floor, self.goal] + ([] if self.value is None else [self.value])
        if not all(map(isfinite, numbers)) or not isfinite(self.goal - self.floor):
            raise ValueError(f"{self.subject.code}: not a number")
        if self.floor == self.goal:
            raise ValueError(f"{self.subject.code}: floor and goal are the same")
        if self.weight < 1:
            raise ValueError(f"{self.subject.code}: a weight is a whole number above 0")

    @property
    def reached(self) -> float:
        """How much of the way from floor to goal is made, 0 … 1; 0 without a value."""
        if self.value is None:
            return 0.0
        return min(1.0, max(0.0, (self.value - self.floor) / (self.goal - self.floor)))


def receipt(unit: str, given: Sequence[Weighted]) -> Receipt:
    """The receipt of a unit from all indicators that apply to it."""
    known = [one for one in given if one.value is not None]
    shares = iter(_shares([one.weight for one in known]))
    lines = []
    for one in given:
        share = 0 if one.value is None else next(shares)
        points = share - floor(share * one.reached + 0.5)
        why = Unusable.NO_DATA if one.value is None else None
        evidence = Placed(one.value, one.floor, one.goal, one.weight, share)
        lines.append(Line(one.subject, evidence, points, why))
    weight = sum(one.weight for one in given)
    usable = sum(one.weight for one in known) / weight if weight else None
    return added_up(unit, Recipe.WEIGHTS, lines, usable)


def placed(line: Line) -> Placed:
    """The value behind a line; TypeError for a line of another recipe."""
    if not isinstance(line.evidence, Placed):
        raise TypeError(f"{line.subject.code}: a line without a value")
    return line.evidence


def _shares(weights: Sequence[int]) -> list[int]:
    """Whole hundredths in proportion to the weights, FULL in all; nothing for nobody."""
    total = sum(weights)
    shares = [FULL * weight // total for weight in weights]
    rest = [FULL * weight % total for weight in weights]
    largest = sorted(range(len(weights)), key=lambda n: (-rest[n], n))
    for n in largest[: FULL - sum(shares)] if weights else ():
        shares[n] += 1
    return shares
