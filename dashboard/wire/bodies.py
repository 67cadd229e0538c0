"""Request bodies with a deadline: nobody holds a connection by sending drop by drop."""

from time import monotonic
from typing import Protocol

import gevent

BODY_S = 20.0  # for a body of any size, and …
BODY_RATE = 8_192  # … bytes a second for what is larger
LINGER_S = 2.0  # for what nobody wanted to read of a body, so that the answer is not lost


class Answering(Protocol):
    """What a body needs of its connection."""

    close_connection: bool

    def linger(self) -> None:
        """The answer is given, the body not yet read."""


class Reading(Protocol):
    """A body as the wire has it (see chunks)."""

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end."""

    def _discard(self) -> None:
        """Throw the rest away, within bounds."""


class Body:
    """The body of one request; who sends it too slowly loses the connection."""

    def __init__(self, handler: Answering, reading: Reading, length: int | None) -> None:
        """`length` is what the head says of it; None: it comes in chunks, or there is none."""
        self._handler = handler
        self._reading = reading
        self._length = length
        self._deadline = monotonic() + BODY_S + (length or 0) / BODY_RATE
        self._taken = 0

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return self._reading.ended

    def read(self, size: int = -1) -> bytes:
        """As a file's; OSError when the sender is too slow."""
        allowed = self._deadline + (self._taken / BODY_RATE if self._length is None else 0)
        with gevent.Timeout(max(0.0, allowed - monotonic()), False):
            found = self._reading.read(size)
            self._taken += len(found)
            return found
        self._handler.close_connection = True  # where the next request begins nobody knows
        raise OSError("the body came too slowly")

    def _discard(self) -> None:
        """Called by gevent's handler once the answer is out."""
        if not self.ended:
            self._handler.linger()
            with gevent.Timeout(LINGER_S, False):
                self._reading._discard()
