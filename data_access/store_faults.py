"""Faults of the store: those that pass, and how they are said."""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError


def passing(error: BaseException) -> str | None:
    """Why the store cannot serve at the moment, in one plain line without any SQL.

    None where the fault lies with what was asked of it.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        known = "no such" not in str(cause) and "syntax" not in str(cause)
    else:
        kinds = psycopg.OperationalError | psycopg.InterfaceError | TimeoutError
        known = isinstance(cause, kinds)
    return (str(cause).strip() or type(cause).__name__).splitlines()[0] if known else None
