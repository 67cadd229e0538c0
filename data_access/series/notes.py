"""Notes (批注): what people pin to a sign, a place and a span of time.

Operators and administrators write, all staff read. A note is never deleted: it can be withdrawn,
and then stands struck through with the name of who did it. Both are in the audit log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import insert, select, update

from data_access.accounts.audit import Entry, Result, write_audit
from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import notes
from domain.actor import Actor, Forbidden, Role, require_person
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.text import one_line

LONGEST_TEXT = 500
LONGEST_SPAN_MS = 366 * DAY_MS
LONGEST_LIST = 200
WRITERS = frozenset({Role.OPERATOR, Role.ADMIN})


class Note(NamedTuple):
    """A note; instants in epoch ms, [from_ms, to_ms)."""

    id: int
    place: str
    sign: str
    from_ms: int
    to_ms: int
    text: str
    author: str
    created_at: int
    withdrawn_at: int | None
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A note that somebody wants to pin."""

    place: str
    sign: str
    from_ms: int
    to_ms: int
    text: str


class BadNote(ValueError):
    """Not taken; `.fault` says why: text, span, place or sign."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"a note with a bad {fault}")
        self.fault = fault


@uncached("whoever has written a note must see it at once; a few rows along an index")
def notes_on(
    db: Database, actor: Actor, place: str, sign: str, from_ms: int, to_ms: int
) -> tuple[Note, ...]:
    """Notes on a sign at a place that touch [from_ms, to_ms), newest first, the withdrawn too."""
    require_person(actor, "notes")
    query = (
        select(notes)
        .where(notes.c.indicator == sign, notes.c.unit == place)
        .where(notes.c.from_at < to_ms, notes.c.from_at >= from_ms - LONGEST_SPAN_MS)
        .where(notes.c.to_at > from_ms)
        .order_by(notes.c.from_at.desc(), notes.c.id.desc())
        .limit(LONGEST_LIST)
    )
    with db.read() as conn:
        return tuple(Note(*row) for row in conn.execute(query))


@uncached("it writes")
def add_note(
    db: Database, actor: Actor, catalogue: Catalogue, draft: Draft, now_ms: int, address: str
) -> int:
    """Pin a note and return its id; Forbidden or BadNote when it is not to be."""
    _may_write(actor)
    text = check(catalogue, draft, now_ms)
    with db.write() as conn:
        made = conn.execute(
            insert(notes)
            .values(
                unit=draft.place,
                indicator=draft.sign,
                from_at=draft.from_ms,
                to_at=draft.to_ms,
                text=text,
                author=actor.name[:80],
                created_at=now_ms,
            )
            .returning(notes.c.id)
        ).scalar_one()
        what = f"{made} {draft.sign} {draft.place}"
        write_audit(conn, Entry(now_ms, actor.label, "note.add", what, Result.OK, address))
    return int(made)


@uncached("it writes")
def withdraw_note(db: Database, actor: Actor, note: int, now_ms: int, address: str) -> bool:
    """Strike a note through; False when there is none or it has been withdrawn already.

    An operator may withdraw what they wrote themselves, an administrator any. Forbidden else.
    """
    _may_write(actor)
    with db.write() as conn:
        found = conn.execute(select(notes.c.author).where(notes.c.id == note)).scalar()
        if found is None:
            return False
        if actor.role is not Role.ADMIN and found != actor.name:
            raise Forbidden("a note of somebody else")
        changed = conn.execute(
            update(notes)
            .where(notes.c.id == note, notes.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now_ms, withdrawn_by=actor.name[:80])
        ).rowcount
        if changed:
            entry = Entry(now_ms, actor.label, "note.withdraw", str(note), Result.OK, address)
            write_audit(conn, entry)
    return bool(changed)


def check(catalogue: Catalogue, draft: Draft, now_ms: int) -> str:
    """The text as it will be kept; BadNote when anything in the draft is not sane."""
    text = one_line(draft.text)
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise BadNote("text")
    sign = catalogue.sign.get(draft.sign)
    if sign is None:
        raise BadNote("sign")
    if draft.place != catalogue.code and (
        draft.place not in catalogue.street or not sign.at_street
    ):
        raise BadNote("place")
    long = draft.to_ms - draft.from_ms
    if not (0 < draft.from_ms and 0 < long <= LONGEST_SPAN_MS and draft.from_ms <= now_ms + DAY_MS):
        raise BadNote("span")
    return text


def may_withdraw(actor: Actor, note: Note) -> bool:
    """Whether `withdraw_note` would let the actor."""
    mine: Mapping[Role, bool] = {Role.OPERATOR: note.author == actor.name, Role.ADMIN: True}
    return note.withdrawn_at is None and mine.get(actor.role, False)


def _may_write(actor: Actor) -> None:
    if actor.role not in WRITERS:
        raise Forbidden("writing notes")
