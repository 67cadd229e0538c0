"""What a reader's form on a sign's page asks for: a note pinned to a span, or one withdrawn."""

from collections.abc import Mapping
from typing import Any

from dashboard.components.period import Period
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.spec import Visit
from dashboard.security.sessions import caller_address
from data_access.series.notes import BadNote, Draft, add_note, withdraw_note
from data_access.store.db import Database
from domain.actor import Forbidden
from domain.clock import DAY_MS


def write_note(visit: Visit[SignQuestion], given: Mapping[Any, Any]) -> str:
    """Do what the form asks for; the word that says what became of it."""
    try:
        if "withdraw" in given:
            return "withdrawn" if _withdrawn(visit, str(given["withdraw"])) else "gone"
        _add(visit, given)
        return "added"
    except BadNote as bad:
        return str(bad.fault)
    except Forbidden:
        visit.refused("denied.note", visit.question.code)
        return "forbidden"


def _withdrawn(visit: Visit[SignQuestion], note: str) -> bool:
    number = int(note) if note.isascii() and note.isdigit() and len(note) < 19 else 0
    actor, now, address = visit.actor, visit.now_ms, caller_address()
    return visit.services.writer.run(lambda db: withdraw_note(db, actor, number, now, address))


def _add(visit: Visit[SignQuestion], given: Mapping[Any, Any]) -> None:
    draft, address = _draft(visit, given), caller_address()

    def add(db: Database) -> None:
        add_note(db, visit.actor, visit.city, draft, visit.now_ms, address)

    visit.services.writer.run(add)


def _draft(visit: Visit[SignQuestion], given: Mapping[Any, Any]) -> Draft:
    """The note in the fields; a span that is not understood is refused as a bad one."""
    text = given.get("note-text")
    ends = {"period": "custom", "from": given.get("note-from"), "to": given.get("note-to")}
    span = Period.of(ends, visit.now_ms + DAY_MS, visit.city.zone)
    good = span.name == "custom"
    return Draft(
        place=visit.question.street or visit.city.code,
        sign=visit.question.code,
        from_ms=span.from_ms if good else 0,
        to_ms=span.to_ms if good else 0,
        text=text if isinstance(text, str) else "",
    )
