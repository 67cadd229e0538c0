"""One engine at a time: a lock that dies with its holder."""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from data_access.db import Database
from data_access.settings import Settings

log = logging.getLogger("yiping.engine")

_PG_KEY = 0x59495049  # "YIPI"
_RETRY_S = 0.5


@contextmanager
def engine_lock(db: Database, settings: Settings, stop: threading.Event) -> Iterator[bool]:
    """Wait for the engine's place; yields True when it is ours, False when told to stop first."""
    if db.dialect == "sqlite":
        with open(settings.data_dir / "engine.lock", "w") as handle:
            yield _wait(lambda: _try_file(handle.fileno()), stop)
    else:
        # a connection of its own: the lock lives as long as the session
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            query = text("SELECT pg_try_advisory_lock(:key)")
            yield _wait(lambda: bool(conn.execute(query, {"key": _PG_KEY}).scalar()), stop)


def _try_file(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(attempt, stop: threading.Event) -> bool:  # type: ignore[no-untyped-def]
    told = False
    while not attempt():
        if not told:
            log.warning("another engine is at work on this store; waiting")
            told = True
        if stop.wait(_RETRY_S):
            return False
    return True
