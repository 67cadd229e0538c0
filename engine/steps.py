"""Work that comes in steps, so that whoever must speak on time gets a word in between.

A step is bounded by what it looks at, never by the clock: the same readings make the same steps
on a slow machine. The clock says only after how many of them the others have their turn.
"""

from collections.abc import Iterator
from time import monotonic

Steps = Iterator[None]
STEP = 10_000  # what a step may look at, in contributions


def advance(steps: Steps, budget_s: float | None) -> bool:
    """Go on until the time is up (None: to the end), at least one step; whether it is done."""
    began = monotonic()
    for _ in steps:
        if budget_s is not None and monotonic() - began >= budget_s:
            return False
    return True


class Pace:
    """Says when a step has become long enough."""

    def __init__(self, step: int | None = None) -> None:
        self._step = STEP if step is None else step
        self._done = 0

    def full(self, work: int) -> bool:
        """Whether so much more work ends the step."""
        self._done += work
        if self._done < self._step:
            return False
        self._done = 0
        return True
