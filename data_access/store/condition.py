"""What an error of a store means: its present condition, which passes, or a fault of ours."""

import sqlite3
from logging import Logger

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data_access.store.store_file import StoreMoved

_SQLITE = {
    sqlite3.SQLITE_NOTADB: "is not a database",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_FULL: "has no room left on its disk",
    sqlite3.SQLITE_IOERR: "cannot be read or written",
    sqlite3.SQLITE_READONLY: "may not be written",
    sqlite3.SQLITE_PERM: "may not be opened",
    sqlite3.SQLITE_AUTH: "may not be opened",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_BUSY: "is busy",
    sqlite3.SQLITE_LOCKED: "is busy",
    sqlite3.SQLITE_PROTOCOL: "is busy",
    sqlite3.SQLITE_NOMEM: "is out of memory",
    sqlite3.SQLITE_INTERRUPT: "was interrupted",
}
AWAY = "does not answer"


def store_said(name: str, error: BaseException) -> str:
    """What an answer tells of the store `name` when a question to it has failed."""
    return f"the database ({name}) {condition_of(error) or AWAY}"


def log_failure(log: Logger, what: str, store: str, error: BaseException) -> bool:
    """One line for a condition of the store, everything for a fault of ours; which one it was."""
    why = condition_of(error)
    if why is None:
        log.error(what, exc_info=error)
    else:
        log.error("%s: %s %s", what, store, why)
    return why is not None


def condition_of(error: BaseException) -> str | None:
    """What is the matter with the store, to stand after its name; None for a fault of ours."""
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, StoreMoved):
        return str(cause).partition(" ")[2]
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return None if code is None else _SQLITE.get(code & 0xFF)
    if isinstance(cause, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled):
        return "is busy"
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | PoolTimeout):
        return AWAY
    return None
