"""The city index: 100 minus what each sign in trouble takes away.

    index = max(0, 100 − Σ D(state))      over the signs whose state is known

with D and a scale from the version of the city's weights that holds at the moment
(`domain.weights`). Deductions are those of a city of `scale` signs: a group of n signs (a
domain, a goal, a street) counts each one scale/n-fold, so that groups of different size compare
and the district's index is the mean of its groups weighted by their number of signs. Signs without
a fresh value deduct nothing and are counted apart; `low` is what the index would be were they all
in alarm. Where fewer than half of the signs are known (`blind`) a reader is told so wherever the
index stands: a hundred made of silence is no good news, and such a place is not called normal
(`condition`).
Our own construction: the source names no formula.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from domain.sign import GRADED, SEVERITY, State
from domain.weights import Weights


class Detractor(NamedTuple):
    """A sign that takes points away."""

    sign: str
    state: State
    points: float


class Index(NamedTuple):
    """An index with its receipt: value = max(0, 100 − Σ points)."""

    value: float | None  # None when no sign is known
    low: float | None
    excluded: int  # signs without a known state
    detractors: tuple[Detractor, ...]  # worst first
    signs: int  # that apply
    hidden: float  # points that each excluded sign takes from `low`

    @property
    def blind(self) -> bool:
        """Whether fewer than half of the signs are known."""
        return blind(self.excluded, self.signs)


def city_index(states: Sequence[tuple[str, State]], weights: Weights) -> Index:
    """The index of a group of signs given as (code, state), all that apply to the place.

    What takes more stands first in the receipt, equals as they are given.
    """
    if not states:
        return Index(None, None, 0, (), 0, 0.0)
    factor = weights.scale / len(states)
    found = [
        Detractor(code, state, round(weights.of(state) * factor, 2))
        for code, state in states
        if weights.of(state)
    ]
    found.sort(key=lambda d: -d.points)
    excluded = sum(1 for _, state in states if state is State.UNKNOWN)
    lost = sum(d.points for d in found)
    each = round(weights.alarm * factor, 2)
    if excluded == len(states):
        return Index(None, 0.0, excluded, (), len(states), each)
    value = round(max(0.0, 100 - lost), 2)
    low = round(max(0.0, 100 - lost - excluded * each), 2)
    return Index(value, low, excluded, tuple(found), len(states), each)


def blind(unknown: int, signs: int) -> bool:
    """True when fewer than half of `signs` are known: too little to say how a place is."""
    return 2 * unknown > signs


def condition(states: Collection[State]) -> State:
    """The state of a place: that of its worst sign; normal only where half of them are known."""
    bad = [state for state in states if state in GRADED]
    if bad:
        return max(bad, key=lambda state: SEVERITY[state])
    unknown = sum(state is State.UNKNOWN for state in states)
    return State.UNKNOWN if not states or blind(unknown, len(states)) else State.NORMAL
