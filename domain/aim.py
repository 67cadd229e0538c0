"""A target against the value that it is about: met, missed, or not known."""

from enum import StrEnum
from typing import NamedTuple

from domain.freshness import Freshness
from domain.indicator import Indicator
from domain.picture import Cell
from domain.sign import State
from domain.target import Over, Target, meets

LEAST_KNOWN = 0.5  # of a period's hours so far; with less, nobody can say


class Reached(StrEnum):
    """Whether a target is met. What is missing or stale is neither met nor missed."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"


class Spell(NamedTuple):
    """The value of a sign at a place over a period so far."""

    value: float
    known: float  # share of its hours in which the sign was judged, 0 … 1


class Aim(NamedTuple):
    """A target with what stands against it."""

    target: Target
    wanted: float
    value: float | None  # rounded as it is shown; None: not known
    reached: Reached

    @property
    def gap(self) -> float | None:
        """Value less target, in the sign's unit."""
        return None if self.value is None else self.value - self.wanted


def aim_of(
    indicator: Indicator, target: Target, wanted: float, cell: Cell | None, spell: Spell | None
) -> Aim:
    """A target against the present value, or against that of its period (`spell`).

    What is silent now has met nothing, whatever it said earlier in the period.
    """
    speaks = (
        cell is not None
        and cell.value is not None
        and cell.state is not State.UNKNOWN
        and cell.freshness not in (Freshness.STALE, Freshness.NEVER)
    )
    value: float | None = None
    if speaks and target.over is Over.NOW:
        value = cell.value if cell is not None else None
    elif speaks and spell is not None and spell.known >= LEAST_KNOWN:
        value = spell.value
    if value is None:
        return Aim(target, wanted, None, Reached.UNKNOWN)
    value = round(value, indicator.decimals)
    met = meets(indicator, value, wanted)
    return Aim(target, wanted, value, Reached.MET if met else Reached.MISSED)
