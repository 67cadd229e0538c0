"""Which batch is to blame when the engine fails at the same place again and again.

After AFTER failures at one cursor the helping is halved until a single batch is left that fails by
itself. That one is set aside (`data_access.intake.undigested`); what stands before and behind it
passes.
"""

from data_access.intake.readings import Batch

AFTER = 3  # failures at one cursor before the batches themselves are suspected


class Doubt:
    """What the engine remembers of its failures; the store knows nothing of it."""

    def __init__(self) -> None:
        self._first = -1  # the first batch of the helping that failed
        self._failures = 0
        self._most: int | None = None  # batches in a helping while the culprit is looked for
        self._until = 0  # the last batch under suspicion

    def helping(self, found: list[Batch]) -> list[Batch]:
        """As many of the batches that wait as may be taken in at once."""
        return found if self._most is None else found[: self._most]

    def passed(self, taken: list[Batch]) -> None:
        """A helping went through."""
        if taken[-1].id >= self._until:
            self.forget()

    def failed(self, taken: list[Batch]) -> Batch | None:
        """A helping did not go through; the batch to blame, as soon as there is but one."""
        if self._most is None:
            self._failures = self._failures + 1 if taken[0].id == self._first else 1
            self._first = taken[0].id
            if self._failures < AFTER:
                return None
            self._until = taken[-1].id
        if len(taken) == 1:
            return taken[0]
        self._most = len(taken) // 2
        return None

    @property
    def is_there(self) -> bool:
        """Whether the last helping did not go through."""
        return self._failures > 0 or self._most is not None

    def forget(self) -> None:
        """Begin anew."""
        self.__init__()  # type: ignore[misc]
