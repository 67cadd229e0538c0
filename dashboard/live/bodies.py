"""Request bodies with a deadline: nobody holds a connection by sending drop by drop."""

from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

import gevent
from gevent.pywsgi import Input

BODY_S = 20.0  # for a body of any size, and …
BODY_RATE = 8_192  # … bytes a second for what is larger
LINGER_S = 2.0  # for what nobody wanted to read of a body, so that the answer is not lost


class Answering(Protocol):
    """What a body needs of its connection."""

    close_connection: bool

    def linger(self) -> None:
        """The answer is given, the body not yet read."""


class Body(Input):  # type: ignore[misc]  # gevent has no types
    """The body of one request; who sends it too slowly loses the connection."""

    def __init__(self, handler: Answering, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._handler = handler
        self._deadline = monotonic() + BODY_S + (self.content_length or 0) / BODY_RATE
        self._taken = 0

    def read(self, length: int | None = None) -> bytes:
        """As a file's; OSError when the sender is too slow."""
        return self._in_time(super().read, length)

    def readline(self, size: int | None = None) -> bytes:
        """As a file's; OSError when the sender is too slow."""
        return self._in_time(super().readline, size)

    def _in_time(self, read: Callable[[int | None], bytes], length: int | None) -> bytes:
        if self.content_length is None and not self.chunked_input:
            return b""
        allowed = self._deadline + (self._taken / BODY_RATE if self.chunked_input else 0)
        with gevent.Timeout(max(0.0, allowed - monotonic()), False):
            found = read(length)
            self._taken += len(found)
            return found
        self._handler.close_connection = True  # where the next request begins nobody knows
        raise OSError("the body came too slowly")

    def _discard(self) -> None:
        if self.position < (self.content_length or 0) or self.chunked_input:
            self._handler.linger()
            self._deadline = min(self._deadline, monotonic() + LINGER_S)
        super()._discard()
