"""The audit log: who did what to which object from where, and how it ended. Append-only."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from data_access.cache import uncached
from data_access.db import Database
from data_access.tables import audit


class Result(StrEnum):
    """How a guarded action ended."""

    OK = "ok"
    DENIED = "denied"  # not allowed
    FAILED = "failed"  # tried and did not succeed, as a wrong password


@dataclass(frozen=True, slots=True)
class Entry:
    """One row."""

    at: int  # epoch ms
    who: str
    action: str
    object: str
    result: Result
    address: str


def write_audit(conn: Connection, entry: Entry) -> None:
    """Add a row inside the caller's transaction; texts are cut to their columns."""
    conn.execute(
        insert(audit).values(
            at=entry.at,
            who=_plain(entry.who, 80),
            action=_plain(entry.action, 40),
            object=_plain(entry.object, 200),
            result=str(entry.result),
            address=_plain(entry.address, 64),
        )
    )


@uncached("the log is read as it stands")
def newest(db: Database, limit: int = 100) -> list[Entry]:
    """The newest rows, newest first."""
    with db.read() as conn:
        rows = conn.execute(select(audit).order_by(audit.c.id.desc()).limit(limit)).all()
    return [Entry(r.at, r.who, r.action, r.object, Result(r.result), r.address) for r in rows]


def _plain(text: str, length: int) -> str:
    """One printable line: whoever reads the log must not be steered by what is in it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:length])
