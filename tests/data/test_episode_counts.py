"""Counts of alarms by sign: the log's own rows, added up; the same hours as score and chart."""

from collections import defaultdict
from dataclasses import replace
from statistics import median

import pytest

from data_access.scoring.score_rows import state_sums
from data_access.series import episode_counts
from data_access.series.episode_counts import held_by_sign
from data_access.series.episodes import Wanted, every_episode
from data_access.series.states import HistoryRow
from data_access.store.db import Database, driver_cursor
from data_access.store.tables import state_history
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.span import Span
from domain.tally import Counting, Tally
from tests.clocks import FixedClock
from tests.data.alarm_town import CALLS, DEPTH, GUST, RAIN, SIGNS, Town, smaller
from tests.data.test_episodes import LEADER, MANY, NOW, fill, questions, truth

SINCE = NOW - 400 * MINUTE_MS


def counted(db: Database, city: Catalogue, actor: Actor, wanted: Wanted) -> dict[str, Tally]:
    found = {}
    for sign, rows in held_by_sign(db, city, actor, wanted):
        own = Counting(wanted.from_ms or 0, wanted.to_ms or NOW, NOW)
        own.add(rows)
        found[sign] = own.made()
    return found


def plainly(rows: list[HistoryRow], wanted: Wanted, city: Catalogue) -> dict[str, Tally]:
    """The counts by the plain way: every episode that was ever there, in memory."""
    ever = truth(rows, replace(wanted, from_ms=None, to_ms=None), city)
    since, until = wanted.from_ms or 0, wanted.to_ms or NOW
    by_sign = defaultdict(list)
    for row in ever:
        end = NOW if row.until is None else row.until
        begun = since <= row.since < until
        if begun or (row.since < since < end):
            by_sign[row.sign].append((row, end, begun))
    found = {}
    for sign, held in by_sign.items():
        lengths = [end - row.since for row, end, begun in held if begun]
        found[sign] = Tally(
            began=len(lengths),
            held=len(held),
            still=sum(row.until is None or row.until > until for row, _, _ in held),
            spent_ms=sum(min(end, until) - max(row.since, since) for row, end, _ in held),
            longest_ms=max(lengths, default=None),
            median_ms=median(lengths) if lengths else None,
            places=len({row.place for row, _, _ in held}),
        )
    return found


def test_the_counts_are_those_of_the_episodes(db: Database, catalogue: Catalogue) -> None:
    rows = fill(db, catalogue, 4_000)
    for asked in questions(catalogue):
        for since, until in ((None, NOW), (SINCE, NOW), (SINCE, SINCE + 200 * MINUTE_MS)):
            wanted = replace(asked, from_ms=since, to_ms=until)
            expected = plainly(rows, wanted, catalogue)
            found = counted(db, catalogue, LEADER, wanted)
            assert found == expected, wanted
            listed = [
                r for chunk in every_episode(db, catalogue, LEADER, wanted, MANY) for r in chunk
            ]
            assert sum(t.began for t in found.values()) == len(listed)
    assert any(
        t.held > t.began for t in counted(db, catalogue, LEADER, Wanted(from_ms=SINCE)).values()
    )


def test_signs_and_places_that_left_the_catalogue_are_counted(
    db: Database, catalogue: Catalogue
) -> None:
    rows = [
        ("gone", "OLD-1", SINCE - HOUR_MS, "alarm", 1.0, 1, None, None, False),
        ("gone", "OLD-1", SINCE + HOUR_MS, "unknown", None, 1, None, "withdrawn", False),
    ]
    with db.write() as conn:
        db.upsert(conn, state_history, rows)
    wanted = Wanted(from_ms=SINCE, to_ms=NOW)
    assert counted(db, catalogue, LEADER, wanted) == {
        "OLD-1": Tally(held=1, spent_ms=HOUR_MS, places=1)
    }


def test_nothing_is_counted_in_an_empty_log(db: Database, catalogue: Catalogue) -> None:
    assert counted(db, catalogue, LEADER, Wanted(from_ms=SINCE, to_ms=NOW)) == {}
    assert counted(db, catalogue, LEADER, Wanted()) == {}


def test_a_department_counts_its_own_signs_only(db: Database, catalogue: Catalogue) -> None:
    rows = fill(db, catalogue, 2_000)
    owners = sorted({s.department for s in catalogue.signs})[:2]
    for mine, theirs in (owners, reversed(owners)):
        actor = Actor("d", Role.DEPARTMENT, mine)
        own = plainly(rows, Wanted(department=mine, to_ms=NOW), catalogue)
        assert own and counted(db, catalogue, actor, Wanted(to_ms=NOW)) == own
        sign = next(s.code for s in catalogue.signs if s.department == theirs)
        for wanted in (Wanted(sign=sign), Wanted(department=theirs), Wanted(sign, "x", theirs)):
            with pytest.raises(Forbidden):
                held_by_sign(db, catalogue, actor, wanted)
    with pytest.raises(Forbidden):
        held_by_sign(db, catalogue, Actor("hall", Role.SCREEN), Wanted())


def test_hours_are_those_of_the_score(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    town = Town(db, smaller(catalogue, SIGNS), clock)
    now = clock.ms
    town.tell(DEPTH, now - 20 * HOUR_MS, 60.0)
    for minute in range(90, -1, -1):
        town.tell(DEPTH, now - minute * MINUTE_MS, 22.0 if minute % 40 else 40.0)
        town.tell(GUST, now - minute * MINUTE_MS, 30.0 if 20 < minute < 70 else 1.0, None)
        town.tell(RAIN, now - minute * MINUTE_MS, 60.0, 1)
        town.tell(CALLS, now - minute * MINUTE_MS, 1.0, 1)
    town.turn()
    places = (town.catalogue.code, *town.streets)
    graded = 0.0
    for hours in (24, 1):  # a day that holds all, an hour that most reaches into
        span = Span.of(now - hours * HOUR_MS, now, now, town.catalogue.zone)
        scored: dict[tuple[str, str], float] = defaultdict(float)
        for (_, sign), spent_there in state_sums(db, places, SIGNS, span).items():
            for state in ("attention", "warning", "alarm"):
                scored[sign, state] += getattr(spent_there, state)
        for state in ("attention", "warning", "alarm"):
            wanted = Wanted(state=state, from_ms=span.from_ms, to_ms=now)
            found = counted(db, town.catalogue, LEADER, wanted)
            for sign in SIGNS:
                spent = found.get(sign, Tally()).spent_ms / HOUR_MS
                assert spent == pytest.approx(scored[sign, state], abs=1e-3), (sign, state, hours)
                graded += spent
    assert graded > 4


def test_no_statement_walks_the_log(
    db: Database, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every statement of the counts goes along an index, on both databases."""
    fill(db, catalogue, MANY // 4)
    with db.write() as conn:
        conn.exec_driver_sql("ANALYZE")
    plain, plans = episode_counts.fetch_all, list[str]()

    def explained(store: Database, statement: str, values: list[object]) -> list[object]:
        how = "EXPLAIN QUERY PLAN" if store.dialect == "sqlite" else "EXPLAIN"
        with store.read() as conn:
            cursor = driver_cursor(conn)
            cursor.execute(f"{how} {statement}", list(values))
            plans.append("\n".join(str(line[-1]) for line in cursor.fetchall()))
            cursor.close()
        return plain(store, statement, values)

    monkeypatch.setattr(episode_counts, "fetch_all", explained)
    place = catalogue.streets[2].code
    for wanted in (
        Wanted(from_ms=NOW - DAY_MS, to_ms=NOW),
        Wanted(place=place, from_ms=NOW - DAY_MS, to_ms=NOW),
        Wanted(state="alarm", from_ms=NOW - DAY_MS, to_ms=NOW),
    ):
        assert counted(db, catalogue, LEADER, wanted)
    assert len(plans) > 3 * len(catalogue.signs)
    for plan in plans:
        assert "Seq Scan on state_history" not in plan, plan
        walks = [
            line
            for line in plan.splitlines()
            if line.startswith("SCAN") and "state_history" in line
        ]
        assert not walks, plan
