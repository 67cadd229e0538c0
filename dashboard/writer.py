"""Writes that must not hold up a web process's event loop.

Under gevent, a commit that waits for the disk or for the store's lock, or a password hash, would
stop every stream of the process. So they go to one native thread with a connection of its own.
Without gevent the caller's own thread does the work.
"""

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from data_access.db import Database, open_database
from data_access.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_WAITING = 64


class Overloaded(Exception):
    """Too much is waiting to be written: try again later."""


class Writer:
    """One process's thread for writing; each kind of work has one of its own.

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
        self._pool: Any = None

    def run(self, work: Callable[[Database], T]) -> T:
        """`work(db)` and its answer; Overloaded when the queue is full or has taken too long."""
        if not _on_gevent():
            return work(self._db)
        if self._waiting >= self._max_waiting:
            raise Overloaded("too much is waiting to be written")
        pool, db = self._open()
        asked = monotonic()

        def job() -> tuple[T, None] | tuple[None, BaseException]:
            if self._patience_s is not None and monotonic() - asked > self._patience_s:
                return None, Overloaded("waited too long for its turn")
            try:
                return work(db), None
            except BaseException as fault:  # the pool would print it as if nobody expected it
                return None, fault

        self._waiting += 1
        try:
            done, fault = pool.apply(job)
        finally:
            self._waiting -= 1
        if fault is not None:
            raise fault
        answer: T = done
        return answer

    def later(self, work: Callable[[Database], object]) -> None:
        """`work(db)` some time soon; a failure is logged and concerns nobody else."""
        if not _on_gevent():
            _quietly(work, self._db)
            return
        if self._waiting >= self._max_waiting:
            log.warning("not written: too much is waiting")
            return
        pool, db = self._open()
        self._waiting += 1
        result = pool.spawn(_quietly, work, db)
        result.rawlink(self._done)

    def _done(self, _result: object) -> None:
        self._waiting -= 1

    def _open(self) -> tuple[Any, Database]:
        """The thread and its connection, made at the first use: after the process has forked."""
        from gevent.threadpool import ThreadPool

        with self._lock:
            if self._pool is None:
                self._db = open_database(self._settings)
                self._pool = ThreadPool(1)
        return self._pool, self._db


def _quietly(work: Callable[[Database], object], db: Database) -> None:
    try:
        work(db)
    except Exception:
        log.exception("a write that nobody waits for has failed")


def _on_gevent() -> bool:
    from gevent import monkey

    return bool(monkey.is_module_patched("socket"))
