"""Notes: who may write them, what is taken, and that none is ever lost."""

from dataclasses import replace

import pytest

from data_access.accounts.audit import newest
from data_access.series.notes import (
    BadNote,
    Draft,
    Note,
    add_note,
    may_withdraw,
    notes_on,
    withdraw_note,
)
from data_access.store.db import Database
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from tests.clocks import FixedClock

NOW = FixedClock().ms
OPERATOR, OTHER = Actor("zhou", Role.OPERATOR), Actor("li", Role.OPERATOR)
ADMIN, LEADER = Actor("root", Role.ADMIN), Actor("head", Role.LEADER)
DEPARTMENT, WALL = Actor("dep", Role.DEPARTMENT, "env"), Actor("wall", Role.SCREEN)
FROM = "127.0.0.1"


@pytest.fixture
def draft(catalogue: Catalogue) -> Draft:
    sign = next(s for s in catalogue.signs if s.at_street)
    return Draft(
        catalogue.streets[0].code, sign.code, NOW - 2 * HOUR_MS, NOW - HOUR_MS, "  停\n电 "
    )


def listed(db: Database, draft: Draft, actor: Actor = LEADER) -> tuple[Note, ...]:
    return notes_on(db, actor, draft.place, draft.sign, NOW - DAY_MS, NOW)


def test_a_note_is_kept_with_author_and_time(
    db: Database, catalogue: Catalogue, draft: Draft
) -> None:
    made = add_note(db, OPERATOR, catalogue, draft, NOW, FROM)
    for reader in (LEADER, DEPARTMENT, OPERATOR, ADMIN):
        (note,) = listed(db, draft, reader)
        assert (note.id, note.text, note.author, note.created_at) == (made, "停 电", "zhou", NOW)
        assert (note.from_ms, note.to_ms, note.withdrawn_at) == (draft.from_ms, draft.to_ms, None)
    (entry,) = newest(db)
    assert (entry.who, entry.action, entry.address) == ("operator:zhou", "note.add", FROM)
    assert entry.object == f"{made} {draft.sign} {draft.place}"


def test_only_notes_that_touch_the_span(db: Database, catalogue: Catalogue, draft: Draft) -> None:
    add_note(db, OPERATOR, catalogue, draft, NOW, FROM)

    def between(start: int, end: int) -> int:
        return len(notes_on(db, LEADER, draft.place, draft.sign, start, end))

    assert between(draft.to_ms - 1, NOW) == 1
    assert between(draft.to_ms, NOW) == 0
    assert between(NOW - DAY_MS, draft.from_ms) == 0
    assert between(NOW - DAY_MS, draft.from_ms + 1) == 1
    assert notes_on(db, LEADER, "elsewhere", draft.sign, 0, NOW) == ()


def test_who_may_not(db: Database, catalogue: Catalogue, draft: Draft) -> None:
    made = add_note(db, OPERATOR, catalogue, draft, NOW, FROM)
    for actor in (LEADER, DEPARTMENT, WALL):
        with pytest.raises(Forbidden):
            add_note(db, actor, catalogue, draft, NOW, FROM)
        with pytest.raises(Forbidden):
            withdraw_note(db, actor, made, NOW, FROM)
    with pytest.raises(Forbidden):
        withdraw_note(db, OTHER, made, NOW, FROM)
    with pytest.raises(Forbidden):
        listed(db, draft, WALL)
    (note,) = listed(db, draft)
    assert note.withdrawn_at is None
    assert [may_withdraw(a, note) for a in (OPERATOR, OTHER, ADMIN, LEADER)] == [
        True,
        False,
        True,
        False,
    ]


def test_a_withdrawn_note_stays(db: Database, catalogue: Catalogue, draft: Draft) -> None:
    made = add_note(db, OPERATOR, catalogue, draft, NOW, FROM)
    assert withdraw_note(db, ADMIN, made, NOW + 5, FROM)
    assert not withdraw_note(db, ADMIN, made, NOW + 9, FROM)
    assert not withdraw_note(db, ADMIN, made + 1, NOW, FROM)
    (note,) = listed(db, draft)
    assert (note.text, note.withdrawn_at, note.withdrawn_by) == ("停 电", NOW + 5, "root")
    assert not may_withdraw(ADMIN, note)
    assert [e.action for e in newest(db)] == ["note.withdraw", "note.add"]


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("text", {"text": " \n "}),
        ("text", {"text": "x" * 501}),
        ("sign", {"sign": "no-such"}),
        ("place", {"place": "no-such"}),
        ("span", {"to_ms": NOW - 2 * HOUR_MS}),
        ("span", {"from_ms": -5}),
        ("span", {"from_ms": NOW + 2 * DAY_MS, "to_ms": NOW + 3 * DAY_MS}),
        ("span", {"from_ms": NOW - 400 * DAY_MS}),
        ("span", {"to_ms": 2**70}),
    ],
)
def test_what_is_not_taken(
    db: Database, catalogue: Catalogue, draft: Draft, fault: str, change: dict[str, object]
) -> None:
    with pytest.raises(BadNote) as refused:
        add_note(db, OPERATOR, catalogue, replace(draft, **change), NOW, FROM)  # type: ignore[arg-type]
    assert refused.value.fault == fault
    assert listed(db, draft) == () and newest(db) == []


def test_no_note_where_the_sign_is_not_defined(
    db: Database, catalogue: Catalogue, draft: Draft
) -> None:
    sign = next(s for s in catalogue.signs if not s.at_street)
    with pytest.raises(BadNote, match="place"):
        add_note(db, OPERATOR, catalogue, replace(draft, sign=sign.code), NOW, FROM)
    whole = replace(draft, sign=sign.code, place=catalogue.code)
    assert add_note(db, OPERATOR, catalogue, whole, NOW, FROM)
