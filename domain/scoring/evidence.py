"""What the points of a receipt's line rest on: hours in states, or a value between two ends.

Tagged structs, so that an answer that was kept in a cache comes back as what it was.
"""

import msgspec

from domain.stays import Hours


class Spent(msgspec.Struct, frozen=True, tag="hours"):
    """Hours of a period in each state."""

    hours: Hours
    parts: tuple[Hours, ...]  # the same by version of the weights, as `Receipt.weights` has them
    expected: float  # hours that the subject should have been known by now

    @property
    def coverage(self) -> float | None:
        """Share of the expected hours that are known, at most 1; None where none was due."""
        if self.expected <= 0:
            return None
        return min(1.0, self.hours.known / self.expected)

    @property
    def missing(self) -> float:
        """Hours that should have been known and are not."""
        return max(0.0, self.expected - self.hours.known)


class Placed(msgspec.Struct, frozen=True, tag="value"):
    """A value between the one that earns nothing and the one that earns all."""

    value: float | None  # None: not available
    floor: float  # earns nothing, as does whatever is worse
    goal: float  # earns all, as does whatever is better
    weight: int  # only proportions count
    share: int  # hundredths that the goal earns; 0 where there is no value

    @property
    def coverage(self) -> float | None:
        """A value is there or not; hours do not count."""
        return None

    @property
    def missing(self) -> float:
        """No hours are expected."""
        return 0.0


Evidence = Spent | Placed
