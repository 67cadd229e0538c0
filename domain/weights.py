"""What a state costs: dated versions of the weights, and which of them holds when.

A version holds from its local midnight until the next one begins, the first one for all the time
before it too. What is told of an instant is told by the weights of that instant; a stretch of time
over which they change is added up piece by piece.
"""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.sign import State
from domain.zone import Zone


@dataclass(frozen=True, slots=True)
class Weights:
    """One version: points that a sign in a state takes away, as one of `scale` signs."""

    version: int
    valid_from: str  # ISO date of the local day from which it holds
    attention: float
    warning: float
    alarm: float
    scale: int

    def of(self, state: State) -> float:
        """The points of a state; nothing for a normal or an unknown one."""
        if state is State.ALARM:
            return self.alarm
        if state is State.WARNING:
            return self.warning
        return self.attention if state is State.ATTENTION else 0.0


class Stretch(NamedTuple):
    """A stretch of time, [from_ms, to_ms) in epoch ms, over which one version holds."""

    from_ms: int
    to_ms: int
    weights: Weights


def starts(versions: Sequence[Weights], zone: Zone) -> tuple[int, ...]:
    """The instants (epoch ms) at which the versions after the first come into force."""
    return tuple(zone.date_start(version.valid_from) for version in versions[1:])


def in_force(versions: Sequence[Weights], begin: Sequence[int], at_ms: int) -> Weights:
    """The version at an instant; `begin` are the `starts` of the versions."""
    return versions[bisect_right(begin, at_ms)]


def stretches(
    versions: Sequence[Weights], begin: Sequence[int], from_ms: int, to_ms: int
) -> tuple[Stretch, ...]:
    """The versions in force within [from_ms, to_ms), oldest first, without a gap."""
    turns = [from_ms, *(at for at in begin if from_ms < at < to_ms), to_ms]
    return tuple(
        Stretch(first, last, in_force(versions, begin, first))
        for first, last in itertools.pairwise(turns)
    )
