"""What is worse than what: the one order in which signs and places in trouble are named.

The graver state first, then the value that lies deeper past the cut-offs that judged it, then what
has stood longer; equals stay in the order in which they are given, which is the catalogue's. The
engine measures, everybody else sorts by what it measured.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from domain.sign import GRADED, SEVERITY, State

T = TypeVar("T")


class Measured(Protocol):
    """A cell, as far as it says how bad it is."""

    @property
    def state(self) -> State:
        """The judged state."""

    @property
    def badness(self) -> float | None:
        """How far past its cut-offs the value lies; None where nothing is judged."""

    @property
    def since(self) -> int | None:
        """Epoch ms from which the state holds."""


def how_bad(cell: Measured) -> tuple[float, float, int]:
    """The key to sort by, the worst first: state, badness, beginning.

    A state whose beginning is not known has stood at least as long as any other.
    """
    return (-SEVERITY[cell.state], -(cell.badness or 0.0), cell.since or 0)


def worst_first(items: Iterable[T], cell: Callable[[T], Measured]) -> list[T]:
    """The items, given in the catalogue's order, from the worst to the best."""
    return sorted(items, key=lambda item: how_bad(cell(item)))


def troubles(cells: Iterable[tuple[T, Measured]]) -> list[T]:
    """What is in attention, warning or alarm, the worst first; given in the catalogue's order."""
    graded = [pair for pair in cells if pair[1].state in GRADED]
    return [item for item, _ in worst_first(graded, lambda pair: pair[1])]


def reached(badness: float) -> State:
    """The state whose cut-off a value has reached, whatever holds before its waiting time is up."""
    return (State.NORMAL, *GRADED)[min(int(badness), len(GRADED))]
