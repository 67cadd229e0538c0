"""What is no longer kept: neither the present nor the past suffers from it."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.store.tables import (
    index_history,
    point_latest,
    rollup_hour,
    rollup_minute,
    state_history,
)
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.facts.reading import Reading
from domain.freshness import Freshness
from engine.board import Board
from engine.loop import Engine
from engine.retention import EVERY_MS, PAIRS_A_TURN, Retention
from tests.clocks import FixedClock
from tests.data.raw_days import drop_raw
from tests.data.test_engine import SOURCES, STREETS, drain, reading, send

DAILY = "ENF-08"  # a sum, stale after 36 hours
DEPTH = "FAC-13"
SOURCE, STREET = SOURCES[0], STREETS[0]


def by_file(db: Database, catalogue: Catalogue, now_ms: int, rows: list[Reading]) -> None:
    """Readings as a file brings them, of whatever age."""
    ensure_source(db, catalogue, SOURCE, now_ms)
    outcome = intake.accept(READING, db, catalogue, SOURCE, rows, now_ms, "file")
    assert outcome.accepted == len(rows)


def sums(db: Database, table: object, place: str) -> list[tuple[int, float, float]]:
    """(bucket, count, sum) of the depth at a place, oldest first."""
    t = rollup_minute if table is rollup_minute else rollup_hour
    query = select(t.c.bucket, t.c.count, t.c.sum).where(t.c.indicator == DEPTH, t.c.unit == place)
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(query.order_by(t.c.bucket))]


def test_a_slow_sign_survives_a_restart_without_its_raw_readings(
    db: Database,
    open_again: Callable[[], Database],
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
) -> None:
    clock.step(10 * HOUR_MS / 1000)  # 20:00 in Pudong
    engine = Engine(db, catalogue, clock.ms)
    rows = [reading(SOURCE, DAILY, street, clock.ms, 5.0) for street in STREETS]
    send(db, catalogue, clock, rows)
    drain(engine, clock.ms)
    clock.step(29 * HOUR_MS / 1000)  # not stale yet, and the readings' day has gone
    sparing = db_settings.model_copy(update={"retain_raw_days": 1})
    assert drop_raw(Retention(db, sparing, catalogue), clock.ms, engine.cursor)

    before = Board(engine.city, clock.ms)
    again = Engine(open_again(), catalogue, clock.ms)
    assert Board(again.city, clock.ms).snapshot() == before.snapshot()
    assert before.district[DAILY].freshness is not Freshness.NEVER
    send(db, catalogue, clock, [reading(SOURCE, DAILY, STREET, clock.ms - HOUR_MS, 7.0)])
    drain(again, clock.ms)
    assert Board(again.city, clock.ms).district[DAILY].value == 17.0


def test_late_readings_do_not_spoil_what_was_made_of_dropped_ones(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    """Three streets of four days ago; a file brings one more reading of one of them."""
    engine = Engine(db, catalogue, clock.ms)
    old = clock.ms - 4 * DAY_MS
    by_file(db, catalogue, clock.ms, [reading(SOURCE, DEPTH, s, old, 30.0) for s in STREETS])
    drain(engine, clock.ms)
    clock.step(3 * DAY_MS / 1000)
    fresh = [reading(SOURCE, DEPTH, s, clock.ms, 3.0) for s in STREETS]
    send(db, catalogue, clock, fresh)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    places = (STREET, catalogue.code)
    before = [sums(db, t, p) for t in (rollup_minute, rollup_hour) for p in places]
    by_file(db, catalogue, clock.ms, [reading(SOURCE, DEPTH, STREET, old + 1000, 1.0)])
    drain(engine, clock.ms)
    after = [sums(db, t, p) for t in (rollup_minute, rollup_hour) for p in places]
    assert after[1] == before[1] and after[3] == before[3]  # the district stands on three streets
    assert [row[:2] for row in after[0]] == [row[:2] for row in before[0]]


def test_an_hour_is_not_made_again_from_fewer_minutes(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    old = clock.ms - 9 * DAY_MS
    rows = [reading(SOURCE, DEPTH, STREET, old + m * 60_000, 10.0 + m) for m in range(20)]
    by_file(db, catalogue, clock.ms, rows[:10])
    drain(engine, clock.ms)
    by_file(db, catalogue, clock.ms, rows[10:])  # as long as its minutes are there, it grows
    drain(engine, clock.ms)
    whole = sums(db, rollup_hour, STREET)
    assert whole[0][1] == 20
    clock.step(8 * 86_400)  # minutes of an archive count from when it was loaded
    retention = Retention(db, db_settings, catalogue)
    pairs = len(catalogue.signs) * (len(catalogue.streets) + 1)
    for _ in range(pairs // PAIRS_A_TURN + 3):
        clock.step(EVERY_MS / 1000)
        retention.step(clock.ms, engine.cursor)
    assert sums(db, rollup_minute, STREET) == []
    by_file(db, catalogue, clock.ms, [reading(SOURCE, DEPTH, STREET, old + 30_000, 99.0)])
    drain(engine, clock.ms)
    assert sums(db, rollup_hour, STREET) == whole


def test_changes_of_state_go_with_their_hours_but_not_the_one_in_force(
    db: Database,
    open_again: Callable[[], Database],
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
) -> None:
    """Four readings in the past year: what was over before the edge goes, nothing else."""
    engine = Engine(db, catalogue, clock.ms)
    edge_days = db_settings.retain_hour_days
    days = (edge_days + 40, edge_days + 30, edge_days + 20, edge_days - 20)
    for n, ago in enumerate(days):
        at = clock.ms - ago * DAY_MS
        by_file(db, catalogue, at, [reading(SOURCE, DEPTH, STREET, at, (3.0, 30.0)[n % 2])])
        drain(engine, at)
    stale_ms = catalogue.sign[DEPTH].stale_after_s * 1000
    spoke = [clock.ms - ago * DAY_MS for ago in days]
    assert [row[2] for row in changes(db, STREET)] == [
        *(at for told in spoke[:-1] for at in (told, told + stale_ms)),
        spoke[-1],  # of which the engine's clock has not moved on yet
    ]
    before = Board(engine.city, clock.ms).snapshot()
    retention = Retention(db, db_settings, catalogue)
    pairs = len(catalogue.signs) * (len(catalogue.streets) + 1)
    for _ in range(pairs // PAIRS_A_TURN + 3):
        clock.step(EVERY_MS / 1000)
        retention.step(clock.ms, engine.cursor)
    again = Engine(open_again(), catalogue, clock.ms)
    for place in (STREET, catalogue.code):
        kept = changes(db, place)
        assert [row[3] for row in kept] == ["unknown", "alarm", "unknown"]
        newest = again.city.windows[DEPTH].newest(place)
        assert newest is not None and newest[1] is not None
        assert newest[1].since == kept[1][2]
    clock.step(-(pairs // PAIRS_A_TURN + 3) * EVERY_MS / 1000)
    assert Board(again.city, clock.ms).snapshot() == before


def changes(db: Database, place: str) -> list[tuple[object, ...]]:
    """Rows of `state_history` of the depth at a place, oldest first."""
    query = select(state_history).where(
        state_history.c.unit == place, state_history.c.indicator == DEPTH
    )
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(query.order_by(state_history.c.since))]


def test_no_day_goes_while_intake_is_writing(
    db: Database,
    open_again: Callable[[], Database],
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    send(db, catalogue, clock, [reading(SOURCE, DEPTH, STREET, clock.ms, 3.0)])
    drain(engine, clock.ms)
    clock.step(5 * DAY_MS / 1000)
    retention = Retention(db, db_settings, catalogue)
    with intake.locked(open_again()):
        retention.step(clock.ms, engine.cursor)  # there is another round
    assert drop_raw(retention, clock.ms, engine.cursor) == ["20261123"]
    with db.read() as conn:
        assert engine_state.get(conn, "raw_from") > clock.ms - 3 * DAY_MS
        assert conn.execute(select(point_latest)).all() == []  # nothing carries that far


def test_a_street_that_left_the_catalogue_does_not_stop_the_engine(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    sign = next(s.code for s in catalogue.signs if s.threshold_rule in catalogue.scaling)
    rows = [reading(SOURCE, sign, street, clock.ms, 1.0) for street in STREETS]
    send(db, catalogue, clock, rows)
    drain(engine, clock.ms)
    send(db, catalogue, clock, [reading(SOURCE, sign, STREET, clock.ms - 1, 1.0)])
    smaller = replace(catalogue, streets=tuple(s for s in catalogue.streets if s.code != STREET))
    again = Engine(db, smaller, clock.ms)
    drain(again, clock.ms)
    cell = Board(again.city, clock.ms).district[sign]
    assert cell.value is not None and again.city.windows[sign].newest(STREET) is None


def test_the_index_of_long_ago_is_kept_by_quarters_of_an_hour(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    week = db_settings.retain_minute_days * DAY_MS
    hour = (clock.ms - week) // HOUR_MS * HOUR_MS - HOUR_MS
    minutes = [hour + n * MINUTE_MS for n in range(60)]
    ancient = clock.ms - (db_settings.retain_hour_days + 1) * DAY_MS
    with db.write() as conn:
        for place in (catalogue.code, STREET):
            whens = (ancient, *minutes, clock.ms)
            engine_state.write_indexes(db, conn, [(place, at, 90.0, 80.0, False) for at in whens])
    retention = Retention(db, db_settings, catalogue)
    drop_raw(retention, clock.ms, 0)
    with db.read() as conn:
        t = index_history.c
        kept = list(conn.scalars(select(t.bucket).where(t.unit == STREET).order_by("bucket")))
    assert kept == [*minutes[::15], clock.ms]
