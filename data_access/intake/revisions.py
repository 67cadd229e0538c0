"""Corrections are facts too: a reading told again with a higher revision supersedes the older one.

What stands is in the day tables, like everything that was told once; each telling of a reading
that has a revision is kept in `tellings`, the older ones among them. So the many that are never
corrected carry nothing. A superseding row moves to the batch that brought it: the engine takes it
in as it takes in what is new, and adds up and judges again what it touches.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, or_, select

from data_access.caching.cache import uncached
from data_access.intake.reading_writes import Stored
from data_access.intake.readings import BATCH_BITS, BATCH_ROWS, KEY, Mark, day_name, day_table
from data_access.store.db import Database, driver_cursor, placeholder
from data_access.store.tables import batches, tellings
from domain.actor import Actor, require_person
from domain.facts.reading import Checked

Said = tuple[float, float | None, float | None]  # value, weight, denominator

_PIECE = 500  # readings asked for in one statement


class Telling(NamedTuple):
    """One telling of a reading."""

    sign: str
    observed_at: int  # epoch ms
    street_code: str
    source: str
    point: str
    revision: int
    value: float
    weight: float | None
    denominator: float | None
    received_at: int | None  # epoch ms; None: nobody knows any more


@dataclass(slots=True)
class _Held:
    """What is known of one reading while a batch is gone through."""

    number: int  # of its row in the day table
    said: Said  # what stands
    told: dict[int, Said]  # by revision
    moved: bool = False
    new: list[int] = field(default_factory=list)  # revisions that are not in `tellings` yet

    @property
    def current(self) -> int:
        """The revision that stands."""
        return max(self.told, default=0)

    def hear(self, revision: int, said: Said, number: int) -> bool | None:
        """Take in a telling. True: it stands now; False: nothing else stands; None: a conflict."""
        known = self.said if revision == self.current else self.told.get(revision)
        if known is not None:
            return False if known == said else None
        later = revision > self.current
        self.note(self.current, self.said)
        self.note(revision, said)
        if not later or said == self.said:  # its correction came first, or it confirms
            return False
        self.number, self.said, self.moved = number, said, True
        return True

    def note(self, revision: int, said: Said) -> None:
        """Keep what was told."""
        if revision not in self.told:
            self.told[revision] = said
            self.new.append(revision)


def settle(
    conn: Connection,
    source: str,
    checked: Checked,
    batch_id: int,
    stored: Stored,
    received_ms: int,
) -> None:
    """Let higher revisions of a batch supersede what was stored; `stored` then tells what became
    of its rows."""
    if not checked.revisions and not (stored.conflicts and has_any(conn, source)):
        return
    refused, stored.conflicts = dict(stored.conflicts), []
    for day, rows in checked.rows.items():
        asked = [row for row in rows if row[0] in refused or row[0] in checked.revisions]
        if not asked:
            continue
        table = day_table(day_name(day))
        held = _held(conn, table, {_mark(row, source) for row in asked}, batch_id, checked)
        before = {mark: (one.number, one.current) for mark, one in held.items()}
        for row in sorted(asked, key=_number):
            n, one = row[0], held[_mark(row, source)]
            stands = one.hear(checked.revisions.get(n, 0), _said(row), (batch_id << BATCH_BITS) + n)
            if n not in refused:
                continue
            if stands is None:
                stored.conflicts.append((n, refused[n]))
            elif stands:
                stored.count(day, 1)
                stored.superseding.add(n)
            else:
                stored.duplicates += 1
                stored.outdated.add(n)
        _write(conn, table, held, before, received_ms)
    stored.days = sorted(set(stored.days))


def has_any(conn: Connection, source: str) -> bool:
    """Whether a source has ever told a revision that is still kept."""
    mine = select(tellings.c.sign).where(tellings.c.source == source)
    return conn.execute(mine.limit(1)).first() is not None


def told_of(conn: Connection, marks: Iterable[Mark]) -> dict[Mark, dict[int, Said]]:
    """What was told of readings by revision; those without one are left out."""
    found: dict[Mark, dict[int, Said]] = {}
    columns = f"{KEY}, revision, value, weight, denominator"
    for row in _asked(conn, f"SELECT {columns} FROM tellings", marks):  # noqa: S608
        found.setdefault(row[:5], {})[row[5]] = row[6:9]
    return found


def _number(row: Sequence[Any]) -> int:
    return int(row[0])


def _mark(row: Sequence[Any], source: str) -> Mark:
    _, street, sign, point, at = row[:5]
    return sign, at, street, source, point


def _said(row: Sequence[Any]) -> Said:
    value, weight, denominator = (*row[5:8], None, None)[:3]
    return value, weight, denominator


def _asked(conn: Connection, select_from: str, marks: Iterable[Mark]) -> Iterator[Any]:
    """The rows of a statement whose key is one of these."""
    ordered = sorted(marks)
    one = f"({', '.join([placeholder(conn.dialect.name)] * 5)})"
    for start in range(0, len(ordered), _PIECE):
        some = ordered[start : start + _PIECE]
        cursor = driver_cursor(conn)
        cursor.execute(
            f"{select_from} WHERE ({KEY}) IN (VALUES {', '.join([one] * len(some))})",
            [part for mark in some for part in mark],
        )
        yield from cursor.fetchall()
        cursor.close()


def _held(
    conn: Connection, table: str, marks: set[Mark], batch_id: int, checked: Checked
) -> dict[Mark, _Held]:
    told = told_of(conn, marks)
    columns = f"{KEY}, id, value, weight, denominator"
    found: dict[Mark, _Held] = {}
    for row in _asked(conn, f"SELECT {columns} FROM {table}", marks):  # noqa: S608
        one = found[row[:5]] = _Held(row[5], row[6:9], told.get(row[:5], {}))
        if one.number >> BATCH_BITS == batch_id:  # this batch told it first
            first = checked.revisions.get(one.number & (BATCH_ROWS - 1), 0)
            if first:
                one.note(first, one.said)
    return found


def _write(
    conn: Connection,
    table: str,
    held: Mapping[Mark, _Held],
    before: Mapping[Mark, tuple[int, int]],
    received_ms: int,
) -> None:
    """`before`: number and revision of each reading as they were found."""
    mark = placeholder(conn.dialect.name)
    moved = [(one.number, *one.said, before[key][0]) for key, one in held.items() if one.moved]
    if moved:
        conn.exec_driver_sql(
            f"UPDATE {table} SET id = {mark}, value = {mark}, weight = {mark},"  # noqa: S608
            f" denominator = {mark} WHERE id = {mark}",
            moved,
        )
    heard = _received_at(conn, {number >> BATCH_BITS for number, _ in before.values()})
    rows = []
    for key, one in held.items():
        number, first = before[key]
        for revision in one.new:
            at = heard.get(number >> BATCH_BITS) if revision == first else received_ms
            rows.append((*key, revision, *one.told[revision], at))
    if rows:
        marks = ", ".join([mark] * len(Telling._fields))
        columns = ", ".join(Telling._fields)
        conn.exec_driver_sql(f"INSERT INTO tellings ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _received_at(conn: Connection, ids: Iterable[int]) -> dict[int, int]:
    known, found = batches.c, dict[int, int]()
    ordered = sorted(ids)
    for start in range(0, len(ordered), _PIECE):
        some = ordered[start : start + _PIECE]
        query = select(known.id, known.received_at).where(known.id.in_(some))
        found.update((number, at) for number, at in conn.execute(query))
    return found


@uncached("a stretch of one sign along the primary key")
def corrected_instants(
    db: Database, actor: Actor, sign: str, place: str | None, from_ms: int, to_ms: int
) -> list[int]:
    """The instants in [from_ms, to_ms) of a sign's readings of which something else was said
    before, oldest first.

    `place` None: of any place, which is what the whole district is made of.
    """
    require_person(actor, "the course of a sign")
    with db.read() as conn:
        found = [row[1] for row in conn.execute(_changed(sign, place, from_ms, to_ms))]
    return sorted(found)


@uncached("a stretch of one sign along the primary key")
def corrections(
    db: Database,
    actor: Actor,
    sign: str,
    place: str | None,
    from_ms: int,
    to_ms: int,
    most: int,
) -> list[list[Telling]]:
    """Every telling of those readings, a list a reading, the first telling first; the newest `most`
    readings."""
    require_person(actor, "the course of a sign")
    query = _changed(sign, place, from_ms, to_ms).limit(most)
    columns = ", ".join(Telling._fields)
    with db.read() as conn:
        marks: list[Mark] = [(s, at, p, src, pt) for s, at, p, src, pt in conn.execute(query)]
        told: dict[Mark, list[Telling]] = {}
        for row in _asked(conn, f"SELECT {columns} FROM tellings", marks):  # noqa: S608
            told.setdefault(row[:5], []).append(Telling(*row))
    return [sorted(told[mark], key=lambda each: each.revision) for mark in marks]


def _changed(
    sign: str, place: str | None, from_ms: int, to_ms: int
) -> Select[str, int, str, str, str]:
    """The keys of readings that were told otherwise before, the newest first."""
    t = tellings.c
    key = (t.sign, t.observed_at, t.street_code, t.source, t.point)
    differs = [func.min(each) != func.max(each) for each in (t.value, t.weight, t.denominator)]
    query = select(*key).where(t.sign == sign, t.observed_at >= from_ms, t.observed_at < to_ms)
    if place is not None:
        query = query.where(t.street_code == place)
    order = (t.observed_at.desc(), t.street_code, t.source, t.point)
    return query.group_by(*key).having(or_(*differs)).order_by(*order)


def prune(conn: Connection, before_ms: int) -> None:
    """Forget tellings that are old and of readings whose hours are gone, archives' apart."""
    t = tellings.c
    heard = func.coalesce(t.received_at, t.observed_at)
    conn.execute(delete(tellings).where(t.observed_at < before_ms, heard < before_ms))
