"""One engine at a time: a lock that dies with its holder."""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from data_access.settings import Settings
from data_access.store.db import Database

log = logging.getLogger("yiping.engine")

_PG_KEY = 0x59495049  # "YIPI"
_RETRY_S = 0.5


@contextmanager
def engine_lock(
    db: Database, settings: Settings, stop: threading.Event
) -> Iterator[Callable[[], bool]]:
    """Wait for the engine's place; yields a question: is it (still) ours?

    The answer is no when told to stop first, and on PostgreSQL once the session that holds the
    lock is gone, for then another engine may have it.
    """
    if db.dialect == "sqlite":
        with open(settings.data_dir / "engine.lock", "w") as handle:
            mine = _wait(lambda: _try_file(handle.fileno()), stop)
            yield lambda: mine
    else:
        # a connection of its own: the lock lives as long as the session
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.detach()  # closed, not pooled: the lock must go with it
            query = text("SELECT pg_try_advisory_lock(:key)")
            mine = _wait(lambda: bool(conn.execute(query, {"key": _PG_KEY}).scalar()), stop)
            yield lambda: mine and _alive(conn)


def _alive(conn: Connection) -> bool:
    """Whether the session still stands; a connection that was invalidated is never made again."""
    if conn.invalidated:
        return False
    try:
        conn.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True


def _try_file(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(attempt: Callable[[], bool], stop: threading.Event) -> bool:
    told = False
    while not attempt():
        if not told:
            log.warning("another engine is at work on this store; waiting")
            told = True
        if stop.wait(_RETRY_S):
            return False
    return True
