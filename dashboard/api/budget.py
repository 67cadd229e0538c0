"""How much of the processor one body may cost before it is sent back.

Every way of reading a body is bounded by its bytes and its elements; this is the bound behind
those, for whatever nobody has thought of.
"""

from collections.abc import Callable
from time import thread_time

CPU_S = 1.0  # of one body; an honest one of the greatest size takes a tenth
STRETCH_S = 0.003  # of it in one go


class TooSlow(ValueError):
    """The body costs more than one body may."""


class Budget:
    """The processor time of the present thread, counted from here.

    `give_way` is called every few milliseconds of it: somebody may be waiting.
    """

    def __init__(self, seconds: float = CPU_S, give_way: Callable[[], None] = lambda: None) -> None:
        self._begin = self._paused = thread_time()
        self._seconds = seconds
        self._give_way = give_way

    @property
    def spent(self) -> float:
        """Seconds used up so far."""
        return thread_time() - self._begin

    def check(self) -> None:
        """TooSlow when it is used up."""
        now = thread_time()
        if now - self._begin > self._seconds:
            raise TooSlow("the body takes too long to read; send smaller batches")
        if now - self._paused > STRETCH_S:
            self._paused = now
            self._give_way()
