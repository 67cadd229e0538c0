"""How often and how long a sign stood in graded states within a period: counts over episodes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple


class Held(NamedTuple):
    """One stay in a graded state, in epoch ms."""

    place: str
    since: int
    until: int | None  # None: not ended


@dataclass(frozen=True, slots=True)
class Tally:
    """What a period held, [from, to); episodes that began before it count in all but `began`,
    `longest_ms` and `median_ms`."""

    began: int = 0
    held: int = 0  # open at some time within it
    still: int = 0  # not ended when it ended
    spent_ms: int = 0  # within it, over all places
    longest_ms: int | None = None  # of those that began in it, their whole length until now
    median_ms: float | None = None  # likewise
    places: int = 0  # where any was open


@dataclass(slots=True)
class Counting:
    """Adds up episodes one by one."""

    from_ms: int
    to_ms: int
    now_ms: int
    held: int = 0
    still: int = 0
    spent_ms: int = 0
    lengths: list[int] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def add(self, found: Iterable[Held]) -> None:
        """Count episodes; those that were not open within the period do not count."""
        for one in found:
            until = self.now_ms if one.until is None else one.until
            begun = self.from_ms <= one.since < self.to_ms
            within = min(until, self.to_ms) - max(one.since, self.from_ms)
            if begun:
                self.lengths.append(max(0, until - one.since))
            elif within <= 0:
                continue
            self.held += 1
            self.still += one.until is None or one.until > self.to_ms
            self.spent_ms += max(0, within)
            self.places.add(one.place)

    def made(self) -> Tally:
        """The counts so far."""
        return Tally(
            began=len(self.lengths),
            held=self.held,
            still=self.still,
            spent_ms=self.spent_ms,
            longest_ms=max(self.lengths, default=None),
            median_ms=median(self.lengths) if self.lengths else None,
            places=len(self.places),
        )
