"""SIGTERM and SIGINT as an event that loops look at."""

import signal
import threading
from types import FrameType


class Stop:
    """Set by either signal; its `event` can be waited for."""

    def __init__(self) -> None:
        self.event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()
