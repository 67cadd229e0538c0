"""Alarm episodes (告警史): every stay of a sign in a graded state, newest first, page by page.

An episode is a row of `state_history` in attention, warning or alarm; it ends with the next
transition of the same sign at the same place. A page is read by key, never by OFFSET: the question
is cut into streams that each follow one index in the wanted order (one for each state, and for
each sign where a department asks for its own), and the streams are merged. What is read is
streams × page, however long the history is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection

from data_access.caching.cache import uncached
from data_access.store.db import Database, driver_cursor, placeholder
from domain.actor import Actor, Forbidden, Role, require_person
from domain.catalogue import Catalogue
from domain.sign import GRADED, State

PAGE = 50
COUNT_UP_TO = 1_000

_COLUMNS = "since, unit, indicator, state, value, threshold_version, cutoff, demo"


class Key(NamedTuple):
    """Where an episode stands in the order: newest first, then by place and sign downwards."""

    since: int  # epoch ms
    place: str
    sign: str


class Episode(NamedTuple):
    """One stay in a graded state."""

    since: int  # epoch ms
    place: str
    sign: str
    state: str
    value: float | None  # in the sign's unit, at the transition
    threshold_version: int
    until: int | None  # epoch ms of the next transition; None: none has been recorded since
    ended_by: str | None = None  # a domain.state.Cause; None: a value, or not ended
    cutoff: float | None = None  # the edge of the state, there and then
    demo: bool = False

    @property
    def key(self) -> Key:
        """Its place in the order."""
        return Key(self.since, self.place, self.sign)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None = whatever. Codes are checked against the catalogue."""

    sign: str | None = None
    place: str | None = None
    department: str | None = None
    state: str | None = None  # attention | warning | alarm
    from_ms: int | None = None  # begun at or after
    to_ms: int | None = None  # begun before


class EpisodePage(NamedTuple):
    """A page, newest first, and whether there are newer and older ones beside it."""

    rows: tuple[Episode, ...]
    newer: bool
    older: bool


class Total(NamedTuple):
    """How many there are; when not exact, there are at least so many."""

    number: int
    exact: bool


class _Stream(NamedTuple):
    """Rows of one state, at most one place and at most one sign: one walk along one index."""

    state: str
    place: str | None
    sign: str | None


@uncached("a page is read by its key: its cost does not grow with the history")
def episode_page(
    db: Database,
    catalogue: Catalogue,
    actor: Actor,
    wanted: Wanted,
    *,
    after: Key | None = None,
    before: Key | None = None,
    size: int = PAGE,
) -> EpisodePage:
    """The page that follows `after` (older) or leads up to `before` (newer), else the newest.

    A department has the episodes of its own signs only. Forbidden for another department's sign,
    and for a screen.
    """
    streams = _streams(catalogue, actor, wanted)
    with db.read() as conn:
        backwards = before is not None
        found = list(
            islice(_walk(conn, streams, wanted, before or after, backwards, size + 1), size + 1)
        )
        more = len(found) > size
        rows = found[:size]
        if backwards:
            rows.reverse()
        whole = tuple(_ended(conn, rows))
    if backwards:
        return EpisodePage(whole, newer=more, older=True)
    return EpisodePage(whole, newer=after is not None, older=more)


@uncached("counts no further than to a limit")
def count_episodes(
    db: Database, catalogue: Catalogue, actor: Actor, wanted: Wanted, up_to: int = COUNT_UP_TO
) -> Total:
    """How many episodes there are, counted along the indexes up to `up_to`."""
    count = 0
    with db.read() as conn:
        for stream in _streams(catalogue, actor, wanted):
            count += _count(conn, stream, wanted, up_to + 1 - count)
            if count > up_to:
                return Total(up_to, exact=False)
    return Total(count, exact=True)


@uncached("rows for an export, each read once")
def every_episode(
    db: Database, catalogue: Catalogue, actor: Actor, wanted: Wanted, limit: int, chunk: int = 500
) -> Iterator[tuple[Episode, ...]]:
    """Pages of `chunk` rows, newest first, up to `limit` rows; no connection is held between."""
    after: Key | None = None
    left = limit
    while left > 0:
        page = episode_page(db, catalogue, actor, wanted, after=after, size=min(chunk, left))
        if page.rows:
            yield page.rows
            after = page.rows[-1].key
        left -= len(page.rows)
        if not page.older:
            return


def own_signs(catalogue: Catalogue, actor: Actor) -> frozenset[str] | None:
    """The signs whose detail rows an actor may see; None = every sign's. Forbidden for a screen."""
    require_person(actor, "episodes: for people with an account")
    if actor.role is not Role.DEPARTMENT:
        return None
    return frozenset(s.code for s in catalogue.signs if actor.owns(s.department))


def asked_signs(catalogue: Catalogue, actor: Actor, wanted: Wanted) -> list[str] | None:
    """The signs that a question is about, None = every sign that the log knows.

    Forbidden when it asks for more than the actor has.
    """
    own = own_signs(catalogue, actor)
    if own is not None:
        if wanted.department is not None and not actor.owns(wanted.department):
            raise Forbidden(f"episodes of department {wanted.department}")
        if wanted.sign is not None and wanted.sign not in own:
            raise Forbidden(f"episodes of sign {wanted.sign}")
    if wanted.department is not None or (own is not None and wanted.sign is None):
        return [
            s.code
            for s in catalogue.signs
            if (own is None or s.code in own)
            and wanted.department in (None, s.department)
            and wanted.sign in (None, s.code)
        ]
    return None if wanted.sign is None else [wanted.sign]


def _streams(catalogue: Catalogue, actor: Actor, wanted: Wanted) -> list[_Stream]:
    """The walks that answer the question; Forbidden when it asks for more than the actor has."""
    signs = asked_signs(catalogue, actor, wanted)
    states = [str(s) for s in GRADED] if wanted.state is None else [str(State(wanted.state))]
    every: Sequence[str | None] = [None] if signs is None else signs
    return [_Stream(state, wanted.place, sign) for sign in every for state in states]


def _walk(
    conn: Connection,
    streams: Sequence[_Stream],
    wanted: Wanted,
    at: Key | None,
    backwards: bool,
    limit: int,
) -> Iterator[Episode]:
    """Rows of all streams in order; each stream gives at most `limit`."""
    found = [_read(conn, stream, wanted, at, backwards, limit) for stream in streams]
    return merge(*found, key=lambda row: row.key, reverse=not backwards)


def _read(
    conn: Connection,
    stream: _Stream,
    wanted: Wanted,
    at: Key | None,
    backwards: bool,
    limit: int,
) -> list[Episode]:
    where, values = _conditions(conn, stream, wanted)
    mark = placeholder(conn.dialect.name)
    if at is not None:
        sense = ">" if backwards else "<"
        # the first half is what an index can seek by; the second decides among equal instants
        where += f" AND since {sense}= {mark}"
        where += f" AND (since, unit, indicator) {sense} ({mark}, {mark}, {mark})"
        values += [at.since, *at]
    way = "ASC" if backwards else "DESC"
    cursor = driver_cursor(conn)
    cursor.execute(
        f"SELECT {_COLUMNS} FROM state_history WHERE {where}"  # noqa: S608
        f" ORDER BY since {way}, unit {way}, indicator {way} LIMIT {limit:d}",
        values,
    )
    rows = [
        Episode._make((*row[:6], None, None, row[6], bool(row[7]))) for row in cursor.fetchall()
    ]
    cursor.close()
    return rows


def _count(conn: Connection, stream: _Stream, wanted: Wanted, up_to: int) -> int:
    where, values = _conditions(conn, stream, wanted)
    cursor = driver_cursor(conn)
    cursor.execute(
        "SELECT COUNT(*) FROM (SELECT 1 FROM state_history"  # noqa: S608
        f" WHERE {where} LIMIT {up_to:d}) AS counted",
        values,
    )
    count = int(cursor.fetchone()[0])
    cursor.close()
    return count


def _conditions(conn: Connection, stream: _Stream, wanted: Wanted) -> tuple[str, list[Any]]:
    asked = {
        "state =": stream.state,
        "unit =": stream.place,
        "indicator =": stream.sign,
        "since >=": wanted.from_ms,
        "since <": wanted.to_ms,
    }
    kept = {name: value for name, value in asked.items() if value is not None}
    mark = placeholder(conn.dialect.name)
    return " AND ".join(f"{name} {mark}" for name in kept), list(kept.values())


def _ended(conn: Connection, rows: Sequence[Episode]) -> Iterator[Episode]:
    """The rows with their ends: one look along the primary key for each."""
    mark = placeholder(conn.dialect.name)
    statement = (
        "SELECT since, cause FROM state_history"  # noqa: S608
        f" WHERE unit = {mark} AND indicator = {mark} AND since > {mark} ORDER BY since LIMIT 1"
    )
    cursor = driver_cursor(conn)
    for row in rows:
        cursor.execute(statement, (row.place, row.sign, row.since))
        until, cause = cursor.fetchone() or (None, None)
        yield row._replace(until=until, ended_by=cause)
    cursor.close()
