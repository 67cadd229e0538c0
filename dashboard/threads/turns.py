"""Fair turns: several senders share something scarce, and one sender's worst costs only itself.

A plain queue serves whoever sends most. Here each sender has a line of its own, the lines are
served in rotation, and nobody has more than one turn at a time.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from dashboard.threads.writer import Overloaded


class TooManyAtOnce(Exception):
    """A sender has as many requests under way as it may have."""


class Turns:
    """At most `slots` turns at once, of different senders."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._lock = threading.Lock()  # under gevent this and the events are cooperative
        self._lines: dict[str, deque[threading.Event]] = {}  # in the order of service
        self._having: set[str] = set()

    @contextmanager
    def turn(self, sender: str, patience_s: float) -> Iterator[None]:
        """Wait for a turn of `sender` and have it; Overloaded when none comes in time."""
        called = threading.Event()
        with self._lock:
            self._lines.setdefault(sender, deque()).append(called)
            self._serve()
        if not called.wait(patience_s):
            self._leave(sender, called)
        try:
            yield
        finally:
            with self._lock:
                self._having.discard(sender)
                self._free += 1
                self._serve()

    def _leave(self, sender: str, called: threading.Event) -> None:
        """Give up waiting, unless the turn has come at this very moment."""
        with self._lock:
            if called.is_set():
                return
            self._lines[sender].remove(called)
            if not self._lines[sender]:
                del self._lines[sender]
        raise Overloaded("waited too long for its turn")

    def _serve(self) -> None:
        """Call the next of those who may come; under the lock."""
        while self._free:
            sender = next((each for each in self._lines if each not in self._having), None)
            if sender is None:
                return
            line = self._lines.pop(sender)
            called = line.popleft()
            if line:
                self._lines[sender] = line  # at the end: the others come first
            self._having.add(sender)
            self._free -= 1
            called.set()


class Shares:
    """How many requests of a sender a process holds at once, from the first byte to the answer."""

    def __init__(self, each: int, together: int) -> None:
        self._each = each
        self._together = together
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}

    @contextmanager
    def share(self, sender: str) -> Iterator[None]:
        """Hold one request; TooManyAtOnce of this sender, or Overloaded by all senders together.

        Whoever has none yet is always let in: the others cannot keep it out.
        """
        with self._lock:
            self._take(sender)
        try:
            yield
        finally:
            with self._lock:
                self._held[sender] -= 1
                if not self._held[sender]:
                    del self._held[sender]

    def _take(self, sender: str) -> None:
        held = self._held.get(sender, 0)
        if held >= self._each:
            raise TooManyAtOnce(f"more than {self._each} requests at once")
        if held and sum(self._held.values()) >= self._together:
            raise Overloaded("too many requests at once")
        self._held[sender] = held + 1
