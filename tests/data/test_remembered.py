"""A file sent again is a duplicate or a conflict, however long ago its raw readings have gone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from data_access.intake import door as intake
from data_access.intake import folding
from data_access.intake.kinds.reading import READING
from data_access.intake.quarantine import quarantine_reasons, quarantined
from data_access.intake.readings import day_tables
from data_access.intake.remembered import pack, unpack
from data_access.intake.sources import ensure_source
from data_access.loads import ingest
from data_access.series.archives import kept_spans
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import remembered, rollup_day, rollup_hour, rollup_minute, source_days
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.facts.reading import Reading
from engine.loop import Engine
from engine.retention import EVERY_MS, PAIRS_A_TURN, Retention
from tests.clocks import FixedClock
from tests.data.raw_days import drop_raw
from tests.data.test_engine import SOURCES, STREETS, drain, reading

SOURCE, STREET = SOURCES[0], STREETS[0]
DEPTH = "FAC-13"
ADMIN = Actor("a", Role.ADMIN)


def a_day(at: int, value: float = 10.0) -> list[Reading]:
    return [
        reading(SOURCE, DEPTH, s, at + h * HOUR_MS, value + h) for h in range(6) for s in STREETS
    ]


def take(
    db: Database, catalogue: Catalogue, clock: FixedClock, rows: list[Reading], via: str = "file"
) -> tuple[int, int, int]:
    """accepted, duplicates, quarantined."""
    ensure_source(db, catalogue, SOURCE, clock.ms)
    outcome = intake.accept(READING, db, catalogue, SOURCE, rows, clock.ms, via)
    return outcome.accepted, outcome.duplicates, len(outcome.rejected)


def days(db: Database) -> list[tuple[Any, ...]]:
    with db.read() as conn:
        return sorted(tuple(row) for row in conn.execute(select(rollup_day)))


@pytest.fixture
def gone(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> list[Reading]:
    """A day of long ago, loaded from a file, whose raw readings have been dropped since."""
    rows = a_day(clock.ms - 900 * DAY_MS)
    assert take(db, catalogue, clock, rows) == (18, 0, 0)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(3 * 86_400)
    dropped = drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert len(dropped) == 1
    with db.read() as conn:
        assert day_tables(conn) == []
    return rows


def test_the_same_file_again_is_all_duplicates(
    db: Database, catalogue: Catalogue, clock: FixedClock, gone: list[Reading]
) -> None:
    before = days(db)
    assert take(db, catalogue, clock, gone) == (0, 18, 0)
    assert take(db, catalogue, clock, gone[4:9]) == (0, 5, 0)
    drain(Engine(db, catalogue, clock.ms), clock.ms)
    assert days(db) == before


def test_another_value_is_a_conflict_and_changes_no_day(
    db: Database, catalogue: Catalogue, clock: FixedClock, gone: list[Reading]
) -> None:
    before = days(db)
    other = a_day(clock.ms - 903 * DAY_MS, value=500.0)
    new = reading(SOURCE, DEPTH, STREET, clock.ms - 903 * DAY_MS + 7 * HOUR_MS, 16.0)
    assert take(db, catalogue, clock, [*other, new]) == (1, 0, 18)
    assert quarantine_reasons(db, ADMIN, SOURCE) == {"conflict": 18}
    assert "but 10.0 (or another" in quarantined(db, ADMIN, SOURCE)[-1].detail
    drain(Engine(db, catalogue, clock.ms), clock.ms)
    mine = [row for row in days(db) if row not in before]
    assert {row[7:9] for row in mine} <= {(10.0, 16.0), (10.0, 15.0)}
    assert take(db, catalogue, clock, [*gone, new]) == (0, 19, 0)


def test_after_a_correction_both_tellings_are_known_and_another_comes_too_late(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    rows = a_day(clock.ms - 900 * DAY_MS)
    right = [msgspec.structs.replace(row, value=row.value + 1, revision=1) for row in rows[:4]]
    assert take(db, catalogue, clock, rows) == (18, 0, 0)
    assert take(db, catalogue, clock, right) == (4, 0, 0)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(3 * 86_400)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert take(db, catalogue, clock, rows) == (0, 18, 0)
    assert take(db, catalogue, clock, right) == (0, 4, 0)
    wrong = [msgspec.structs.replace(row, value=0.0) for row in (right[0], rows[0])]
    late = msgspec.structs.replace(right[1], value=0.0, revision=2)
    assert take(db, catalogue, clock, [*wrong, late]) == (0, 0, 3)
    assert quarantine_reasons(db, ADMIN, SOURCE) == {"conflict": 2, "too_far_behind": 1}


def test_what_came_later_is_remembered_beside_it(
    db: Database,
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    gone: list[Reading],
) -> None:
    late = reading(SOURCE, DEPTH, STREET, clock.ms - 903 * DAY_MS + 7 * HOUR_MS, 3.0)
    assert take(db, catalogue, clock, [late, gone[0]]) == (1, 1, 0)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(3 * 86_400)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert take(db, catalogue, clock, [late, *gone]) == (0, 19, 0)


def test_of_days_that_came_over_http_a_file_is_refused(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    """Their readings are not remembered: nobody could tell a repetition from a correction."""
    rows = a_day(clock.ms - 12 * HOUR_MS)
    assert take(db, catalogue, clock, rows, "api") == (18, 0, 0)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(5 * 86_400)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert take(db, catalogue, clock, rows) == (0, 0, 18)
    assert quarantine_reasons(db, ADMIN, SOURCE) == {"too_far_behind": 18}
    with db.read() as conn:
        assert conn.execute(select(func.count()).select_from(remembered)).scalar() == 0
    other = [reading(SOURCE, DEPTH, STREET, clock.ms - 60 * DAY_MS, 1.0)]  # it never spoke of it
    assert take(db, catalogue, clock, other) == (1, 0, 0)


class Stop(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("step", ["close", "empty", "drop"])
def test_broken_off_while_a_day_goes_nothing_is_lost_or_doubled(
    db: Database,
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    rows = a_day(clock.ms - 900 * DAY_MS)
    take(db, catalogue, clock, rows)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(3 * 86_400)

    def killed(*_: object) -> None:
        raise Stop

    with monkeypatch.context() as trouble:
        trouble.setattr(folding, step, killed)
        with pytest.raises(Stop):
            drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert take(db, catalogue, clock, rows) == (0, 18, 0)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert take(db, catalogue, clock, rows) == (0, 18, 0)
    with db.read() as conn:
        assert conn.execute(select(func.sum(remembered.c.readings))).scalar() == 18


def test_a_large_day_goes_in_small_steps(
    db: Database,
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between any two of them a sender is served, and the others have their turn."""
    at = clock.ms - 900 * DAY_MS
    rows = [reading(SOURCE, DEPTH, STREET, at + n * MINUTE_MS // 2, 1.0) for n in range(900)]
    take(db, catalogue, clock, rows)
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(3 * 86_400)
    monkeypatch.setattr("engine.retention.ROWS", 100)
    monkeypatch.setattr("data_access.intake.folding.PAGE", 100)
    monkeypatch.setattr("engine.steps.STEP", 100)
    monkeypatch.setattr("engine.retention.TURN_S", 0.0)
    retention = Retention(db, db_settings, catalogue)
    steps = 0
    while True:
        retention.step(clock.ms, engine.cursor)
        steps += 1
        assert take(db, catalogue, clock, [rows[steps]]) == (0, 1, 0)
        with db.read() as conn:
            if not day_tables(conn):
                break
    assert steps >= (18 if db.dialect == "sqlite" else 9)
    assert take(db, catalogue, clock, rows) == (0, 900, 0)


figures = st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 10**6).map(
    lambda n: n / 1000
)
said = st.tuples(
    st.sampled_from(STREETS),
    st.text(max_size=5),
    st.integers(946_684_800_000, 4_000_000_000_000),
    figures,
    st.none() | figures,
    st.none() | figures,
)


@given(st.lists(said, max_size=30, unique_by=lambda row: row[:3]))
def test_what_is_folded_up_is_exact(rows: list[tuple[Any, ...]]) -> None:
    found = [(place, point, at, *told) for place, point, at, told in unpack(pack(rows))]
    assert sorted(found, key=lambda r: r[:3]) == sorted(rows, key=lambda r: r[:3])


def test_a_station_costs_a_few_bytes_a_reading() -> None:
    rows = [
        (
            STREETS[n % 3],
            f"p{n % 7}",
            1_795_399_200_000 + n // 21 * MINUTE_MS,
            n % 97 / 10,
            None,
            None,
        )
        for n in range(5_000)
    ]
    assert len(pack(rows)) < 3 * len(rows)


# -- an archive's tiers -------------------------------------------------------------------------


def round_of(retention: Retention, catalogue: Catalogue, clock: FixedClock, cursor: int) -> None:
    for _ in range(len(catalogue.signs) * (len(catalogue.streets) + 1) // PAIRS_A_TURN + 3):
        clock.step(EVERY_MS / 1000)
        retention.step(clock.ms, cursor)


def rows_of(db: Database, table: Any) -> int:
    with db.read() as conn:
        mine = (table.c.indicator == DEPTH, table.c.unit == STREET)
        return int(conn.execute(select(func.count()).where(*mine)).scalar() or 0)


def test_an_archives_tiers_count_from_when_it_was_loaded(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    take(db, catalogue, clock, a_day(clock.ms - 900 * DAY_MS))
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    with db.write() as conn:  # beside it what is just as old and was not loaded lately
        stray = (STREET, DEPTH, clock.ms - 700 * DAY_MS, 1, 1, 1, 1, 1, 1, False)
        conn.execute(insert(rollup_hour).values((*stray, 1, 0, 0, 0)))
    small = replace(catalogue, streets=tuple(s for s in catalogue.streets if s.code in STREETS))
    retention = Retention(db, db_settings, small)
    tiers = (rollup_minute, rollup_hour, rollup_day)
    round_of(retention, small, clock, engine.cursor)
    assert [rows_of(db, tier) for tier in tiers] == [6, 6, 1]
    clock.step(db_settings.retain_minute_days * 86_400)
    round_of(retention, small, clock, engine.cursor)
    assert [rows_of(db, tier) for tier in tiers] == [0, 6, 1]
    clock.step(db_settings.retain_hour_days * 86_400)
    round_of(retention, small, clock, engine.cursor)
    assert [rows_of(db, tier) for tier in tiers] == [0, 0, 1]
    with db.read() as conn:
        assert kept_spans(conn, catalogue, clock.ms - DAY_MS) == {}


def test_a_file_of_the_past_says_how_long_its_hours_stay(
    settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def load(at: str) -> list[str]:
        path = tmp_path / "past.csv"
        path.write_text(
            "source,sign,street,observed_at,value,weight,denominator,point\n"
            f"{SOURCE},{DEPTH},{STREET},{at},3,,,\n"
        )
        assert ingest.main([str(path), "--as", "readings"], settings, clock) == 0
        return capsys.readouterr().out.splitlines()

    *_, told, last = load("2012-06-01T10:00:00+08:00")
    assert told == (
        "  an archive: its samples are kept for 7 days from now, until 2026-11-30, its hours are"
        " kept for 400 days from now, until 2027-12-28; its days stay"
    )
    assert last.startswith("read 1 = accepted 1")
    assert load("2012-06-01T10:00:00+08:00")[0].startswith("read 1 = accepted 0 + duplicates 1")
    clock.step(60)
    *_, told, last = load("2026-11-01T10:00:00+08:00")
    assert told == (
        "  an archive: its samples are kept for 7 days from now, until 2026-11-30; its days stay"
    )
    clock.step(60)
    assert len(load("2026-11-23T09:00:00+08:00")) == 1


def test_a_demonstration_repeats_itself_as_it_is_made_to(
    db: Database,
    open_again: Callable[[], Database],
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
) -> None:
    from data_access.intake.sources import create_source

    create_source(db, "shown", "demo", clock.ms)
    rows = [reading("shown", DEPTH, STREET, clock.ms - 12 * HOUR_MS, 3.0)]
    intake.accept(READING, db, catalogue, "shown", rows, clock.ms, "api")
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    clock.step(5 * 86_400)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert intake.accept(READING, db, catalogue, "shown", rows, clock.ms, "file").accepted == 1
    with open_again().read() as conn:
        assert conn.execute(select(func.count()).select_from(source_days)).scalar() == 0
