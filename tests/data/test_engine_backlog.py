"""What was not taken in for long: nothing of it is lost, and nothing older is spoilt by it."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import rollup_day, rollup_hour, rollup_minute, state_history
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from engine import process
from engine.loop import Engine
from tests.clocks import FixedClock
from tests.data.test_engine import SOURCES, STREETS, drain, reading, send

HOURS = 40  # more slots than a window keeps
STREET, SOURCE = STREETS[0], SOURCES[0]


def derived_by_slot(db: Database, place: str = STREET) -> dict[int, float]:
    """The derived air quality index of a place by slot."""
    kept = select(rollup_minute.c.bucket, rollup_minute.c.sum).where(
        rollup_minute.c.indicator == "ENV-01", rollup_minute.c.unit == place
    )
    with db.read() as conn:
        return {slot: value for slot, value in conn.execute(kept)}


def test_a_derived_sign_follows_a_long_backlog_slot_by_slot(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    hours = [clock.ms - h * HOUR_MS for h in range(HOURS, -1, -1)]
    send(db, catalogue, clock, [reading(SOURCE, "ENV-02", STREET, at, 115.0) for at in hours])
    drain(engine, clock.ms)
    slots = {catalogue.zone.slot_start(at, HOUR_MS) for at in hours}
    for place in (STREET, catalogue.code):
        assert derived_by_slot(db, place) == dict.fromkeys(slots, 150.0)


def test_a_late_mild_ingredient_does_not_hide_the_bad_one(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    """PM2.5 of 115 µg/m³ stands for hours; one mild PM10 of long ago comes in afterwards."""
    engine = Engine(db, catalogue, clock.ms)
    hours = [clock.ms - h * HOUR_MS for h in range(HOURS, -1, -1)]
    send(db, catalogue, clock, [reading(SOURCE, "ENV-02", STREET, at, 115.0) for at in hours])
    send(db, catalogue, clock, [reading(SOURCE, "ENV-03", STREET, clock.ms, 50.0)])
    drain(engine, clock.ms)
    before = derived_by_slot(db)
    late = [reading(SOURCE, "ENV-03", STREET, hours[2], 50.0)]
    send(db, catalogue, clock, late)
    drain(engine, clock.ms)
    assert derived_by_slot(db) == before


def test_a_restart_rolls_up_what_was_derived_before_it(
    db: Database, open_again: Callable[[], Database], catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    send(db, catalogue, clock, [reading(SOURCE, "ENV-02", STREET, clock.ms, 115.0)])
    assert engine.turn() == 1  # and here it is killed, before any hour was rolled up
    drain(Engine(open_again(), catalogue, clock.ms), clock.ms)
    for table in (rollup_hour, rollup_day):
        kept = select(table.c.unit, table.c.sum).where(table.c.indicator == "ENV-01")
        with db.read() as conn:
            assert dict(iter(conn.execute(kept))) == {STREET: 150.0, catalogue.code: 150.0}


def test_a_store_that_is_away_for_long_is_waited_for(
    db: Database,
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Going on with a cursor that was never written would skip acknowledged readings."""
    engine = Engine(db, catalogue, clock.ms)
    send(db, catalogue, clock, [reading(SOURCE, "FAC-13", STREET, clock.ms, 3.0)])
    engine.cursor = 1  # taken in, but the write failed
    with db.write() as conn:
        conn.exec_driver_sql("ALTER TABLE latest RENAME TO latest_gone")
    looks = []

    def moment() -> datetime:
        looks.append(engine.cursor)
        if len(looks) == 3:
            with db.write() as conn:
                conn.exec_driver_sql("ALTER TABLE latest_gone RENAME TO latest")
        return clock()

    monkeypatch.setattr(process, "RETRY_S", 0.01)
    process._recover(engine, db_settings, moment, threading.Event())
    assert looks == [1, 1, 1] and engine.cursor == 0
    assert engine.turn() == 1


def history_and_hours(db: Database) -> tuple[list[object], list[object]]:
    """Recorded changes of state, and the day rows with the hours in each state."""
    changes = select(state_history).order_by(*state_history.primary_key.columns)
    days = select(rollup_day).order_by(*rollup_day.primary_key.columns)
    with db.read() as conn:
        return [tuple(r) for r in conn.execute(changes)], [tuple(r) for r in conn.execute(days)]


@pytest.mark.parametrize("code", ["FAC-13", "TRA-02"])  # at once; after ten minutes
@pytest.mark.parametrize("order", ["newest first", "in pieces", "one late"])
def test_states_of_long_ago_do_not_depend_on_when_they_were_told(
    db: Database,
    catalogue: Catalogue,
    clock: FixedClock,
    tmp_path: Path,
    order: str,
    code: str,
) -> None:
    """Ninety slots with two episodes, told in order and told backwards."""
    plain = Settings(data_dir=tmp_path / "orderly")
    migrate(plain)
    orderly = open_database(plain)
    sign = catalogue.sign[code]
    high = sign.thresholds[0].alarm.high
    assert high is not None
    bad = {*range(30, 36), *range(70, 73)}
    values = {m: high + 1 if m in bad else sign.typical for m in range(96, -1, -1)}
    rows = [
        reading(SOURCE, sign.code, STREET, clock.ms - m * sign.slot_ms, value)
        for m, value in values.items()
    ]
    pieces = {
        "newest first": [rows[start : start + 5] for start in range(0, len(rows), 5)][::-1],
        "in pieces": [rows[1::3], rows[::3], rows[2::3]],
        "one late": [rows[:26] + rows[27:], rows[26:27]],
    }[order]
    told = [(orderly, [[row] for row in rows]), (db, pieces)]
    for store, parts in told:
        engine = Engine(store, catalogue, clock.ms)
        for part in parts:
            send(store, catalogue, clock, part)
            drain(engine, clock.ms)
    changes, days = history_and_hours(orderly)
    orderly.close()
    assert len(changes) >= 10  # street and district: in, and out, twice, and a beginning
    assert history_and_hours(db) == (changes, days)


def test_a_state_of_a_carried_value_begins_where_it_changed(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    """PM10 turns bad an hour after PM2.5 was last heard: the derived index is as old as that."""
    engine = Engine(db, catalogue, clock.ms)
    hour_ago = catalogue.zone.slot_start(clock.ms, HOUR_MS) - HOUR_MS
    told = [("ENV-02", hour_ago, 20.0), ("ENV-03", hour_ago, 30.0)]
    send(
        db, catalogue, clock, [reading(SOURCE, sign, STREET, *at_value) for sign, *at_value in told]
    )
    drain(engine, clock.ms)
    send(db, catalogue, clock, [reading(SOURCE, "ENV-03", STREET, hour_ago + HOUR_MS, 590.0)])
    drain(engine, clock.ms)
    t = state_history.c
    query = select(t.since, t.state).where(t.indicator == "ENV-01", t.unit == STREET)
    with db.read() as conn:
        found = [tuple(row) for row in conn.execute(query.order_by(t.since))]
    assert found == [(hour_ago, "normal"), (hour_ago + HOUR_MS, "alarm")]
