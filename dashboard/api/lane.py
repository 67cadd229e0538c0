"""Where intake does its work: beside the web process's event loop, not in it.

Under gevent, a commit that waits for the disk or for the store's lock would stop every stream of
the process. So each process has one native thread for intake with a connection of its own; work
queues up for it, and what has queued too long is refused.
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from data_access.db import Database, open_database
from data_access.intake import WAIT_S, Busy
from data_access.settings import Settings

T = TypeVar("T")

MAX_WAITING = 16


class Lane:
    """One process's writer of readings; without gevent, the caller's own thread does the work."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings = settings
        self._db = db
        self._waiting = 0
        self._lock = threading.Lock()
        self._pool: Any = None

    def run(self, work: Callable[[Database], T]) -> T:
        """`work(db)`; Busy when too much waits, or when it has waited too long."""
        if not _greened():
            return work(self._db)
        if self._pool is None:
            self._open()
        if self._waiting >= MAX_WAITING:
            raise Busy("too many requests are waiting")
        asked = monotonic()
        db = self._db

        def job() -> T:
            if monotonic() - asked > WAIT_S:
                raise Busy("waited too long for its turn")
            return work(db)

        self._waiting += 1
        try:
            done: T = self._pool.apply(job)
            return done
        finally:
            self._waiting -= 1

    def _open(self) -> None:
        from gevent.threadpool import ThreadPool

        with self._lock:
            if self._pool is None:
                self._db = open_database(self._settings)
                self._pool = ThreadPool(1)


def _greened() -> bool:
    """Whether this process runs on gevent's event loop."""
    from gevent import monkey

    return bool(monkey.is_module_patched("socket"))
