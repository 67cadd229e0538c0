"""Writes that must not hold up a web process's event loop: on a native thread, one at a time."""

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from dashboard.threads.native import NativeThreads, on_gevent
from data_access.settings import Settings
from data_access.store.db import Database, open_database

log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_WAITING = 64


class Overloaded(Exception):
    """Too much is waiting: try again later."""


class Writer:
    """One process's thread for writing, with a connection of its own; one for each kind of work.

    `patience_s` is how long a piece of work may queue before it is refused (None: as it takes).
    """

    def __init__(
        self,
        settings: Settings,
        db: Database,
        max_waiting: int = MAX_WAITING,
        patience_s: float | None = None,
    ) -> None:
        self._settings = settings
        self._db = db
        self._max_waiting = max_waiting
        self._patience_s = patience_s
        self._waiting = 0
        self._lock = threading.Lock()
        self._own: Database | None = None
        self._threads = NativeThreads(1)

    def run(self, work: Callable[[Database], T]) -> T:
        """`work(db)` and its answer; Overloaded when the queue is full or has taken too long."""
        if not on_gevent():
            return work(self._db)
        if self._waiting >= self._max_waiting:
            raise Overloaded("too much is waiting to be written")
        db, asked = self._open(), monotonic()

        def job() -> T:
            if self._patience_s is not None and monotonic() - asked > self._patience_s:
                raise Overloaded("waited too long for its turn")
            return work(db)

        self._waiting += 1
        try:
            return self._threads.run(job)
        finally:
            self._waiting -= 1

    def later(self, work: Callable[[Database], object]) -> None:
        """`work(db)` some time soon; a failure is logged and concerns nobody else."""
        if not on_gevent():
            _quietly(work, self._db)
            return
        if self._waiting >= self._max_waiting:
            log.warning("not written: too much is waiting")
            return
        self._waiting += 1
        result = self._threads.pool().spawn(_quietly, work, self._open())
        result.rawlink(self._done)

    def _done(self, _result: object) -> None:
        self._waiting -= 1

    def _open(self) -> Database:
        """The thread's connection, made at the first use: after the process has forked."""
        with self._lock:
            if self._own is None:
                self._own = open_database(self._settings)
            return self._own


def _quietly(work: Callable[[Database], object], db: Database) -> None:
    try:
        work(db)
    except Exception:
        log.exception("a write that nobody waits for has failed")
