"""Episodes: which there are, in which order, for whom, and what a page of a long history costs."""

import random
from collections.abc import Iterator

import pytest

from data_access.series.episodes import (
    Episode,
    EpisodePage,
    Key,
    Wanted,
    count_episodes,
    episode_page,
    every_episode,
)
from data_access.series.states import HistoryRow
from data_access.store.db import Database, driver_cursor
from data_access.store.tables import state_history
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_ms
from tests.clocks import MONDAY_MORNING

NOW = to_ms(MONDAY_MORNING)
LEADER = Actor("lead", Role.LEADER)
STATES = ("normal", "attention", "warning", "alarm")
MANY = 100_000
STEPS_A_ROW = 15  # of SQLite's machine: it spends 8 to 14 on a row of these questions


def fill(db: Database, catalogue: Catalogue, count: int) -> list[HistoryRow]:
    """`count` transitions over every sign and place, several at one instant."""
    chance = random.Random(7)
    places = [catalogue.code, *catalogue.street]
    signs = [s.code for s in catalogue.signs]
    rows: dict[tuple[str, str, int], HistoryRow] = {}
    while len(rows) < count:
        place, sign = chance.choice(places), chance.choice(signs)
        since = NOW - chance.randrange(count // 3 + 1) * MINUTE_MS
        state = chance.choice(STATES)
        rows[place, sign, since] = (
            place,
            sign,
            since,
            state,
            chance.random() * 9,
            1,
            None,
            None,
            False,
        )
    with db.write() as conn:
        db.upsert(conn, state_history, list(rows.values()))
    return list(rows.values())


def truth(rows: list[HistoryRow], wanted: Wanted, catalogue: Catalogue) -> list[Episode]:
    """The answer by the plain way: everything, sorted in memory."""
    by_cell: dict[tuple[str, str], list[int]] = {}
    for place, sign, since, *_ in rows:
        by_cell.setdefault((place, sign), []).append(since)
    found = []
    for place, sign, since, state, value, version, *_ in rows:
        later = [t for t in by_cell[place, sign] if t > since]
        row = Episode(since, place, sign, state, value, version, min(later, default=None))
        fits = (
            state != "normal"
            and wanted.sign in (None, sign)
            and wanted.place in (None, place)
            and wanted.department in (None, catalogue.sign[sign].department)
            and wanted.state in (None, state)
            and (wanted.from_ms is None or since >= wanted.from_ms)
            and (wanted.to_ms is None or since < wanted.to_ms)
        )
        if fits:
            found.append(row)
    return sorted(found, key=lambda row: row.key, reverse=True)


def questions(catalogue: Catalogue) -> Iterator[Wanted]:
    sign, other = catalogue.signs[3], catalogue.signs[60]
    place = catalogue.streets[5].code
    yield Wanted()
    yield Wanted(state="alarm")
    yield Wanted(sign=sign.code)
    yield Wanted(sign=sign.code, place=place)
    yield Wanted(place=place, state="warning")
    yield Wanted(department=other.department, place=place)
    yield Wanted(department=other.department, state="attention")
    yield Wanted(sign=sign.code, department=sign.department)
    yield Wanted(from_ms=NOW - 400 * MINUTE_MS, to_ms=NOW - 100 * MINUTE_MS)
    yield Wanted(place="no-such-place")


def forward(db: Database, city: Catalogue, wanted: Wanted, size: int) -> list[EpisodePage]:
    pages = [episode_page(db, city, LEADER, wanted, size=size)]
    while pages[-1].older:
        after = pages[-1].rows[-1].key
        pages.append(episode_page(db, city, LEADER, wanted, after=after, size=size))
    return pages


def test_pages_forward_and_back_hold_every_episode_once(db: Database, catalogue: Catalogue) -> None:
    rows = fill(db, catalogue, 3_000)
    for wanted in questions(catalogue):
        expected = truth(rows, wanted, catalogue)
        pages = forward(db, catalogue, wanted, 40)
        assert [row for page in pages for row in page.rows] == expected, wanted
        assert [page.newer for page in pages] == [False] + [True] * (len(pages) - 1)
        back = pages[-1]
        for earlier in reversed(pages[:-1]):
            back = episode_page(db, catalogue, LEADER, wanted, before=back.rows[0].key, size=40)
            assert back.rows == earlier.rows and back.older
        assert not back.newer
        total = count_episodes(db, catalogue, LEADER, wanted, up_to=200)
        assert total == (min(len(expected), 200), len(expected) <= 200)
        chunks = list(every_episode(db, catalogue, LEADER, wanted, limit=333, chunk=100))
        assert [row for chunk in chunks for row in chunk] == expected[:333]


def test_a_department_has_its_own_signs_and_no_others(db: Database, catalogue: Catalogue) -> None:
    rows = fill(db, catalogue, 2_000)
    owners = sorted({s.department for s in catalogue.signs})[:2]
    for mine, theirs in (owners, reversed(owners)):
        actor = Actor("d", Role.DEPARTMENT, mine)
        own = truth(rows, Wanted(department=mine), catalogue)
        assert own
        assert list(episode_page(db, catalogue, actor, Wanted(), size=3_000).rows) == own
        sign = next(s.code for s in catalogue.signs if s.department == theirs)
        for wanted in (Wanted(sign=sign), Wanted(department=theirs), Wanted(sign, "x", theirs)):
            for ask in (episode_page, count_episodes):
                with pytest.raises(Forbidden):
                    ask(db, catalogue, actor, wanted)
            with pytest.raises(Forbidden):
                list(every_episode(db, catalogue, actor, wanted, 10))
    for role in (Role.LEADER, Role.OPERATOR, Role.ADMIN):
        page = episode_page(db, catalogue, Actor("x", role, owners[0]), Wanted(), size=3_000)
        assert len(page.rows) == len(truth(rows, Wanted(), catalogue))
    nobody = Actor("d", Role.DEPARTMENT, None)
    assert episode_page(db, catalogue, nobody, Wanted()).rows == ()
    with pytest.raises(Forbidden):
        episode_page(db, catalogue, Actor("hall", Role.SCREEN), Wanted())


def work(db: Database, catalogue: Catalogue, wanted: Wanted, after: Key | None) -> int:
    """Rows that reading a page and counting costs, by the store's own account."""
    if db.dialect == "sqlite":
        return _steps(db, catalogue, wanted, after) // STEPS_A_ROW
    return _tuples(db, catalogue, wanted, after)


def _ask(db: Database, catalogue: Catalogue, wanted: Wanted, after: Key | None) -> None:
    page = episode_page(db, catalogue, LEADER, wanted, after=after)
    assert page.rows
    count_episodes(db, catalogue, LEADER, wanted)


def _steps(db: Database, catalogue: Catalogue, wanted: Wanted, after: Key | None) -> int:
    steps = 0

    def one() -> int:
        nonlocal steps
        steps += 1
        return 0

    with db.read() as conn:
        connection = driver_cursor(conn).connection  # the pool gives the same one back
    connection.set_progress_handler(one, 10)
    _ask(db, catalogue, wanted, after)
    connection.set_progress_handler(None, 0)
    return steps * 10


_READ = """SELECT SUM(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'state_history'"""
_SCANNED = """SELECT SUM(seq_tup_read) FROM pg_stat_user_tables WHERE relname = 'state_history'"""


def _tuples(db: Database, catalogue: Catalogue, wanted: Wanted, after: Key | None) -> int:
    def read() -> int:
        with db.read() as conn:
            conn.exec_driver_sql("SELECT pg_stat_force_next_flush()")
            conn.rollback()
            conn.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
            return sum(int(conn.exec_driver_sql(q).scalar() or 0) for q in (_READ, _SCANNED))

    before = read()
    _ask(db, catalogue, wanted, after)
    return read() - before


def test_a_page_of_a_long_history_reads_no_more_than_one_of_a_short(
    db: Database, catalogue: Catalogue
) -> None:
    rows = fill(db, catalogue, MANY)
    if db.dialect != "sqlite":
        with db.write() as conn:
            conn.exec_driver_sql("ANALYZE state_history")
    assert len(rows) == MANY
    middle = Key(NOW - MANY // 6 * MINUTE_MS, catalogue.code, "")
    for wanted in questions(catalogue):
        if wanted.place == "no-such-place":
            continue
        signs = 1
        if wanted.department is not None and wanted.sign is None:
            signs = sum(1 for s in catalogue.signs if s.department == wanted.department)
        streams = signs * (1 if wanted.state else 3)
        # each stream a page and one, the ends of the page, the count to its limit
        most = streams * 51 + 2 * 50 + 1_001
        if db.dialect != "sqlite":
            most *= 5  # where every fourth row fits, its planner rightly counts without an index
        for after in (None, middle) if wanted.from_ms is None else (None,):
            spent = work(db, catalogue, wanted, after)
            assert 0 < spent <= most < MANY / 3, (wanted, after, spent, most)
