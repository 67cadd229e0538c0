"""What a window says: the value of a place in a slot, and a change of its state."""

from typing import NamedTuple

from domain.sign import State


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


class Changes(NamedTuple):
    """What `settle` changed, and the district's slots that lie before its window."""

    samples: dict[tuple[str, int], Sample]  # by (place, slot)
    gone: list[tuple[str, int]]  # transitions that no longer hold: (place, since)
    new: list[tuple[str, Transition]]
    late: set[int]
    judged: set[tuple[str, int]]  # (place, slot) judged otherwise now though the sample stands

    def record(
        self, place: str, slot: int, recorded: dict[int, Transition], found: Transition | None
    ) -> None:
        """Note that the transition in a slot, if any, is `found` and no other."""
        known = recorded.get(slot)
        if known == found:
            return
        if known is not None:
            self.gone.append((place, known.since))
            del recorded[slot]
        if found is not None:
            recorded[slot] = found
            self.new.append((place, found))
