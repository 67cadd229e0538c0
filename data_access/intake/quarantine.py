"""Quarantine: what could not be accepted, with its reason and what was sent, for people to see."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from data_access.caching.cache import uncached
from data_access.store.db import Database, placeholder
from data_access.store.tables import quarantine, sources
from domain.actor import Actor, Forbidden, Role, require_person
from domain.facts.fact import DETAIL_CHARS, Reason

PAYLOAD_CHARS = 64 * 1024  # of one reading, or of a body that could not be read at all
PAGE = 100
_WRITTEN = ("received_at", "source", "via", "reason", "detail", "payload")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One thing in quarantine."""

    id: int
    received_at: int  # epoch ms
    source: str
    via: str  # api | file | replay | engine
    reason: str  # a domain.facts.fact.Reason
    detail: str
    payload: str


def storable(text: str, limit: int) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair, at most `limit` long."""
    if text.isascii() and "\0" not in text:
        return text[:limit]
    clean = text[:limit].encode("utf-8", "backslashreplace").decode().replace("\x00", "\\u0000")
    return clean[:limit]


def evidence(text: str) -> str:
    """What was sent, whole; where it is too long for that, its beginning, and it says so."""
    kept = storable(text, PAYLOAD_CHARS + 1)
    if len(kept) <= PAYLOAD_CHARS:
        return kept
    note = f"… (cut: the beginning of {len(text):,} characters)"
    return kept[: PAYLOAD_CHARS - len(note)] + note


def keep(
    conn: Connection,
    source: str,
    via: str,
    received_ms: int,
    things: Iterable[tuple[Reason, str, str]],
) -> int:
    """Put (reason, detail, payload) into quarantine; how many there were."""
    rows = [
        (
            received_ms,
            source,
            via,
            str(reason),
            storable(detail, DETAIL_CHARS),
            evidence(payload),
        )
        for reason, detail, payload in things
    ]
    if rows:  # through the driver: thousands may be refused while others wait to be stored
        marks = ", ".join([placeholder(conn.dialect.name)] * len(_WRITTEN))
        conn.exec_driver_sql(
            f"INSERT INTO quarantine ({', '.join(_WRITTEN)}) VALUES ({marks})",  # noqa: S608
            rows,
        )
    return len(rows)


@uncached("evidence is shown as it is now")
def quarantined(
    db: Database, actor: Actor, source: str, before_id: int | None = None
) -> tuple[Quarantined, ...]:
    """The newest PAGE things of a source (older than `before_id`), newest first.

    Operators and admins see every source's, a department its own sources'; Forbidden otherwise.
    """
    query = select(quarantine).where(quarantine.c.source == source)
    if before_id is not None:
        query = query.where(quarantine.c.id < before_id)
    with db.read() as conn:
        _authorise(conn, actor, source)
        rows = conn.execute(query.order_by(quarantine.c.id.desc()).limit(PAGE))
        return tuple(Quarantined(*row) for row in rows)


@uncached("evidence is shown as it is now")
def quarantine_reasons(db: Database, actor: Actor, source: str) -> dict[str, int]:
    """How many things of a source are kept, by reason; for every person with an account."""
    require_person(actor, f"quarantine of {source}")
    query = (
        select(quarantine.c.reason, func.count())
        .where(quarantine.c.source == source)
        .group_by(quarantine.c.reason)
        .order_by(quarantine.c.reason)
    )
    with db.read() as conn:
        return {reason: count for reason, count in conn.execute(query)}


def _authorise(conn: Connection, actor: Actor, source: str) -> None:
    if actor.role in (Role.OPERATOR, Role.ADMIN):
        return
    if actor.role is Role.DEPARTMENT:
        owner = conn.scalar(select(sources.c.department).where(sources.c.code == source))
        if actor.owns(owner):
            return
    raise Forbidden(f"quarantine of {source}")


def forget(conn: Connection, before_ms: int) -> None:
    """Drop what was told before an instant."""
    conn.execute(delete(quarantine).where(quarantine.c.received_at < before_ms))
