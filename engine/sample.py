"""What a window says: the value of a place in a slot, and a change of its state."""

from functools import partial
from typing import NamedTuple

from domain.aggregation import Badness, Child, aggregate
from domain.indicator import Rule
from domain.sign import State
from domain.state import Judged

PER_SAMPLE = 20  # what making and judging a sample costs, in contributions


class Sample(NamedTuple):
    """The value of a place in one slot."""

    value: float
    numerator: float
    denominator: float
    children: int
    at: int  # newest contributing observation
    demo: bool

    def child(self, adds_up: bool) -> Child:
        """Its part in the whole; of amounts not as shown, so that nothing is rounded away."""
        if adds_up:
            return _child((self.numerator, 1.0, self.at))
        return _child((self.value, self.denominator, self.at))


_child = partial(tuple.__new__, Child)  # a Child without the cost of its constructor
_sample = partial(tuple.__new__, Sample)  # a Sample without the cost of its constructor


def _unasked(_: float) -> float:
    """Stands for the badness of values where the rule does not ask for it."""
    return 0.0


def total(
    rule: Rule, children: list[Child], decimals: int, demo: bool, badness: Badness | None
) -> Sample | None:
    """What children add up to; None when there are none or the rule is `na`. Sorts them."""
    if len(children) > 1:
        children.sort()  # floating-point sums must not depend on the order of a set
    added = aggregate(rule, children, badness or _unasked)
    if added is None:
        return None
    value, numerator, denominator, count, at = added
    # judged as it is shown: a rounded 25 must not stand beside "below 25"
    return _sample((round(value, decimals), numerator, denominator, count, at, demo))


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

    @classmethod
    def none(cls) -> "Changes":
        """No change yet."""
        return cls({}, [], [], set(), set())

    def work(self) -> int:
        """What it has cost, in contributions, apart from looking at them."""
        return len(self.samples) * PER_SAMPLE

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


class Told:
    """The changes of state that come to stand when several `Changes` follow each other."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], Transition] = {}

    def hear(self, changes: Changes) -> None:
        """What comes next."""
        for key in changes.gone:
            self._found.pop(key, None)
        self._found.update(((place, t.since), t) for place, t in changes.new)

    def changes(self) -> list[tuple[str, Transition]]:
        """(place, change of state) of all that stand."""
        return [(place, t) for (place, _), t in self._found.items()]
