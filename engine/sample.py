"""What a window says: the value of a place in a slot, and a change of its state."""

from typing import NamedTuple

from domain.sign import State
from domain.state import Judged


class Sample(NamedTuple):
    """The value of a place in one slot."""

    value: float
    numerator: float
    denominator: float
    children: int
    at: int  # newest contributing observation
    demo: bool


class Transition(NamedTuple):
    """A change of state at `since` (ms)."""

    since: int
    state: State
    value: float | None
    version: int
    cutoff: float | None = None  # the edge of a graded state
    cause: str | None = None  # None: a value
    demo: bool = False


class Seed(NamedTuple):
    """What holds before the first slot in memory, and the instant (ms) at which it goes stale."""

    judged: Judged | None
    until: int


class Changes(NamedTuple):
    """What `settle` changed, and the district's slots that lie before its window."""

    samples: dict[tuple[str, int], Sample]  # by (place, slot)
    gone: list[tuple[str, int]]  # transitions that no longer hold: (place, since)
    new: list[tuple[str, Transition]]
    late: set[int]
    judged: set[tuple[str, int]]  # (place, slot) judged otherwise now though the sample stands

    def record(
        self,
        place: str,
        slot: int,
        recorded: dict[int, tuple[Transition, ...]],
        found: tuple[Transition, ...],
    ) -> None:
        """Note that the transitions from a slot's sample up to the next one are `found`."""
        known = recorded.get(slot, ())
        if known == found:
            return
        self.gone.extend((place, t.since) for t in known if t not in found)
        self.new.extend((place, t) for t in found if t not in known)
        if found:
            recorded[slot] = found
        else:
            del recorded[slot]
