"""Denied accesses go to the audit log, but nobody can flood it.

The same caller is written down once a minute for the same object, and at most thirty times a
minute in all; those without a session share one such allowance. What is left out is counted.
"""

import logging
from collections.abc import Callable
from time import monotonic

from dashboard.threads.writer import Writer
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.store.db import Database

log = logging.getLogger(__name__)

WINDOW_S = 60.0
PER_CALLER = 30
SIZE = 2048


class Denials:
    """One process's writer of denials."""

    def __init__(self, writer: Writer, now: Callable[[], float] = monotonic) -> None:
        self._writer = writer
        self._now = now
        self._seen: set[tuple[str, str, str]] = set()
        self._written: dict[str, int] = {}
        self._left_out = 0
        self._window_ends = 0.0

    def note(self, at_ms: int, who: str, action: str, what: str, address: str) -> bool:
        """Write a denial down, unless the window has enough of them; whether it was."""
        if self._now() >= self._window_ends:
            self._next_window()
        same = (who, action, what)
        if same in self._seen:
            return False
        if self._written.get(who, 0) >= PER_CALLER or len(self._seen) >= SIZE:
            self._left_out += 1
            return False
        self._seen.add(same)
        self._written[who] = self._written.get(who, 0) + 1
        entry = Entry(at_ms, who, action, what, Result.DENIED, address)
        self._writer.later(lambda db: _write(db, entry))
        return True

    def _next_window(self) -> None:
        if self._left_out:
            log.warning("%d denied accesses were not written down one by one", self._left_out)
        self._seen.clear()
        self._written.clear()
        self._left_out = 0
        self._window_ends = self._now() + WINDOW_S


def _write(db: Database, entry: Entry) -> None:
    with db.write() as conn:
        write_audit(conn, entry)
