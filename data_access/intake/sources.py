"""The register of sources: who reports, when it was last heard, and what became of what it sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Case, Column, Connection, case, insert, or_, select, update

from data_access.caching.cache import cached_query, uncached
from data_access.store.db import Database
from data_access.store.tables import sources
from domain.actor import Actor, require_person
from domain.catalogue import Catalogue
from domain.declared import SEPARATOR
from domain.text import Text

Kind = Literal["live", "demo", "replay"]

CODE_RULE = "lower-case letters, digits and . _ -, at most 64"
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_CADENCE_S = 3600  # what we expect of a source that nobody has described


class UnknownSource(ValueError):
    """The source is not in the register."""


class RetiredSource(ValueError):
    """The source has been retired: nothing is taken from it."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One line of the register."""

    code: str
    name: Text
    department: str | None
    cadence_s: int
    kind: str  # live | demo | replay
    in_catalogue: bool
    created_at: int  # epoch ms
    last_received: int | None  # epoch ms of the newest batch with anything usable in it, new or not
    last_observed: int | None  # epoch ms of the newest instant it told of
    accepted: int
    duplicates: int
    quarantined: int
    retired_at: int | None = None  # epoch ms since when nothing is taken from it
    expected: bool = True  # False for archives: files and replays that nobody waits for


def is_code(code: str) -> bool:
    """Whether a text may be the code of a source."""
    return _CODE.fullmatch(code) is not None


@uncached("a write")
def ensure_sources(db: Database, catalogue: Catalogue, now_ms: int) -> None:
    """Enter the catalogue's sources, and bring names and owners of known ones up to date."""
    with db.write() as conn:
        known = set(conn.scalars(select(sources.c.code)))
        for source in catalogue.sources:
            about = {
                "name_zh": source.name.zh,
                "name_en": source.name.en,
                "department": source.department or None,
                "cadence_s": source.cadence_s,
                "in_catalogue": True,
            }
            if source.code in known:
                conn.execute(update(sources).where(sources.c.code == source.code).values(**about))
            else:
                conn.execute(
                    insert(sources).values(
                        code=source.code, kind="live", created_at=now_ms, **about
                    )
                )


@uncached("a write")
def ensure_source(
    db: Database, catalogue: Catalogue, code: str, now_ms: int, kind: Kind = "live"
) -> bool:
    """Enter a source unless it is there, described by the catalogue if it can; True when new.

    ValueError for a code that is not lower-case letters, digits and . _ -, at most 64.
    """
    known = catalogue.source.get(code)
    if known is None:
        return create_source(db, code, kind, now_ms)
    return create_source(
        db,
        code,
        kind,
        now_ms,
        name=known.name,
        department=known.department or None,
        cadence_s=known.cadence_s,
        in_catalogue=True,
    )


@uncached("a write")
def create_source(
    db: Database,
    code: str,
    kind: Kind,
    now_ms: int,
    *,
    name: Text | None = None,
    department: str | None = None,
    cadence_s: int = _CADENCE_S,
    in_catalogue: bool = False,
    expected: bool = True,
) -> bool:
    """Enter a source unless it is there; True when new. ValueError for a wrong code."""
    if not is_code(code):
        raise ValueError(f"source: {code!r} is not {CODE_RULE}")
    name = name or Text.same(code)
    with db.write() as conn:
        if conn.execute(select(sources.c.code).where(sources.c.code == code)).first():
            return False
        conn.execute(
            insert(sources).values(
                code=code,
                name_zh=name.zh,
                name_en=name.en,
                department=department,
                cadence_s=cadence_s,
                kind=kind,
                in_catalogue=in_catalogue,
                expected=expected,
                created_at=now_ms,
            )
        )
    return True


@uncached("a write")
def declare_missing(db: Database, code: str, values: Sequence[str]) -> None:
    """Note what a source sends when it has no value. ValueError for what cannot be listed."""
    found = list(dict.fromkeys(value.strip() for value in values))
    for value in found:
        if not value or SEPARATOR in value or len(value) > 40 or not value.isprintable():
            raise ValueError(f"missing: {value!r} is not 1 to 40 characters without {SEPARATOR}")
    with db.write() as conn:
        mine = update(sources).where(sources.c.code == code)
        conn.execute(mine.values(missing=SEPARATOR.join(found)))


@uncached("who may speak is decided on what is registered now")
def source_codes(db: Database) -> frozenset[str]:
    """Codes of every source that may speak."""
    with db.read() as conn:
        return frozenset(conn.scalars(select(sources.c.code).where(sources.c.retired_at.is_(None))))


@uncached("a write")
def set_retired(db: Database, code: str, retired_at: int | None) -> bool:
    """Retire a source (epoch ms) or take it back (None); False when it stands so already.

    UnknownSource when there is no such source.
    """
    with db.write() as conn:
        here = sources.c.code == code
        row = conn.execute(select(sources.c.retired_at).where(here)).first()
        if row is None:
            raise UnknownSource(f"source: {code!r} is not registered")
        if (row.retired_at is None) is (retired_at is None):
            return False
        conn.execute(update(sources).where(here).values(retired_at=retired_at))
    return True


@uncached("a write")
def expect(db: Database, code: str) -> None:
    """Somebody has a key to speak for a source: from here on it is waited for.

    RetiredSource when it has been retired.
    """
    with db.write() as conn:
        here = sources.c.code == code
        if conn.scalar(select(sources.c.retired_at).where(here)) is not None:
            raise RetiredSource(f"source: {code} is retired; `source restore {code}` takes it back")
        conn.execute(update(sources).where(here).values(expected=True))


@uncached("who may speak is decided on what is registered now")
def is_retired(db: Database, code: str) -> bool:
    """Whether nothing is taken from a source any more."""
    with db.read() as conn:
        found = conn.scalar(select(sources.c.retired_at).where(sources.c.code == code))
    return found is not None


@cached_query(ttl=2)  # never past its time: beside it stands how long a source has been silent
def source_list(db: Database, actor: Actor) -> tuple[SourceRow, ...]:
    """The register by code; Forbidden for a screen."""
    require_person(actor, "sources: for people with an account")
    return registered(db)


@uncached("for commands; pages ask source_list")
def registered(db: Database) -> tuple[SourceRow, ...]:
    """The register by code."""
    told = [sources.c[name] for name in SourceRow.__slots__ if name != "name"]
    with db.read() as conn:
        rows = conn.execute(
            select(sources.c.name_zh, sources.c.name_en, *told).order_by(sources.c.code)
        )
        return tuple(SourceRow(code, Text(zh=zh, en=en), *rest) for zh, en, code, *rest in rows)


def count_batch(
    conn: Connection,
    code: str,
    received_ms: int,
    newest_ms: int | None,
    *,
    accepted: int,
    duplicates: int,
    quarantined: int,
) -> str:
    """Add a batch to its source's account, in the batch's own transaction; the source's kind.

    `newest_ms` is the newest instant that it told of; None when nothing of it could be accepted,
    and then the source has not been heard: who sends nothing usable must not look alive.
    UnknownSource when there is no such source, RetiredSource when it no longer speaks.
    """
    values: dict[str, object] = {
        "accepted": sources.c.accepted + accepted,
        "duplicates": sources.c.duplicates + duplicates,
        "quarantined": sources.c.quarantined + quarantined,
    }
    if newest_ms is not None:
        values["last_received"] = _later(sources.c.last_received, received_ms)
        values["last_observed"] = _later(sources.c.last_observed, newest_ms)
    speaks = (sources.c.code == code) & sources.c.retired_at.is_(None)
    kind = conn.execute(
        update(sources).where(speaks).values(values).returning(sources.c.kind)
    ).scalar()
    if kind is None:
        known = conn.execute(select(sources.c.code).where(sources.c.code == code)).first()
        if known:
            raise RetiredSource(f"source: {code} is retired; `source restore {code}` takes it back")
        raise UnknownSource(f"source: {code!r} is not registered")
    return str(kind)


def _later(column: Column[int], ms: int) -> Case[int]:
    return case((or_(column.is_(None), column < ms), ms), else_=column)


def not_live(db: Database) -> set[str]:
    """Codes of the sources whose values are demonstration or replay."""
    with db.read() as conn:
        return set(conn.scalars(select(sources.c.code).where(sources.c.kind != "live")))
