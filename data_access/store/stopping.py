"""SIGTERM and SIGINT as an event that loops look at between two commits."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stop:
    """Set by SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.signal = 0

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self.signal = number
        self.event.set()


@contextmanager
def stopping() -> Iterator[Stop]:
    """While inside, SIGTERM and SIGINT only set the event: work ends between two commits."""
    stop = Stop()
    old: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        old = {n: signal.signal(n, stop) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
