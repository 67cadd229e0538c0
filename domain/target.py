"""Targets beside actual values: what a city wants of a sign, since when, and whether it is so.

A target is not a cut-off: cut-offs colour a sign, a target says what is worked towards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.indicator import Direction, Indicator
from domain.text import Text

_EQUAL = 1e-9


class Over(StrEnum):
    """What of a sign a target is about."""

    NOW = "now"  # its present value
    DAY = "day"  # its value of the local day so far, as its hours add up
    MONTH = "month"  # of the local month so far


@dataclass(frozen=True, slots=True)
class Target:
    """One dated target of a sign, in its unit; the sign's direction says which side is meant."""

    sign: str
    over: Over
    valid_from: str  # ISO date, inclusive
    valid_to: str | None  # ISO date, exclusive; None = still in force
    district: float | None
    street: float | None  # of each street alike
    basis_type: str
    basis: Text

    def at(self, whole: bool) -> float | None:
        """The wanted value of the district or of a street; None where none is set."""
        return self.district if whole else self.street


def in_force(targets: Sequence[Target], local_date: str) -> Target | None:
    """The target that holds on an ISO local date; targets of a sign do not overlap."""
    for target in targets:
        open_end = target.valid_to is None or local_date < target.valid_to
        if target.valid_from <= local_date and open_end:
            return target
    return None


def meets(indicator: Indicator, value: float, wanted: float) -> bool:
    """Whether a value is at the wanted one or on its better side."""
    if indicator.direction is Direction.HIGHER_WORSE:
        return value <= wanted + _EQUAL
    return value >= wanted - _EQUAL
