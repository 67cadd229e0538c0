"""A replay: an old file on today's clock, marked as such, the same again after a restart."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data_access.intake import door as intake
from data_access.intake.door import Busy
from data_access.intake.readings import RawRow, day_tables
from data_access.intake.sources import SourceRow, source_list
from data_access.loads import replay
from data_access.loads.replay import Replayer
from data_access.loads.replay_series import Plan
from data_access.mappings.mapping import load_mapping
from data_access.settings import Settings
from data_access.store.db import Database
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, MINUTE_MS, to_ms, to_rfc3339
from domain.sign import Sign
from tests.clocks import FixedClock
from tests.fixtures.real_data import real_data
from tests.raw_rows import stored_rows

ADMIN = Actor("test", Role.ADMIN)
SOURCE = "old-replay"


@pytest.fixture
def sign(catalogue: Catalogue) -> Sign:
    """A sign that streets have and that takes the hours of a year as values."""
    return next(
        s for s in catalogue.signs if s.at_street and s.value_min <= 0 and s.value_max >= 9000
    )


@pytest.fixture
def plan(tmp_path: Path, catalogue: Catalogue, sign: Sign) -> Plan:
    """Hourly rows of 2015 whose value is the hour of the year; the last is an hour too many."""
    mapping = tmp_path / "old.toml"
    mapping.write_text(
        f"""
[source]
code = "old"
[time]
column = "at"
format = "iso"
[street]
fixed = ["{catalogue.streets[0].code}", "{catalogue.streets[1].code}"]
[[reading]]
sign = "{sign.code}"
column = "v"
unit = "{sign.measured_in.zh}"
replay_every_s = 1200
""",
        encoding="utf-8",
    )
    start = datetime(2015, 1, 1)  # noqa: DTZ001 - local, as such files are
    rows = [f"{start + timedelta(hours=h):%Y-%m-%d %H:%M},{h}" for h in range(365 * 24)]
    rows.insert(7, "someday,3")
    data = tmp_path / "old.csv"
    data.write_text("at,v\n" + "\n".join(rows) + "\n")
    return Plan(data, load_mapping(catalogue, str(mapping)))


def said(db: Database, sign: Sign) -> list[RawRow]:
    """Everything stored of the sign, by instant."""
    with db.read() as conn:
        return list(stored_rows(conn, sign.code))


def register_line(db: Database) -> SourceRow:
    """The replay's line in the register."""
    return next(row for row in source_list(db, ADMIN) if row.code == SOURCE)


def hour_of_year(at_ms: int) -> int:
    """The hour of the year of a local instant (UTC+8)."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(hours=8)
    return int((local - datetime(local.year, 1, 1, tzinfo=UTC)).total_seconds()) // 3600


def test_the_past_comes_at_once_and_the_rest_in_time(
    db: Database, catalogue: Catalogue, clock: FixedClock, plan: Plan, sign: Sign
) -> None:
    replayer = Replayer(db, catalogue, plan, clock)
    assert replayer.skipped == 1
    replayer.send_due(clock.ms)
    first = said(db, sign)
    # 48 h, three a slot of an hour (the row and its repetitions), two streets
    assert len(first) == 48 * 3 * 2
    assert first[0][5] > clock.ms - 48 * HOUR_MS and first[-1][5] == clock.ms
    assert {row[3] for row in first} == {SOURCE}
    assert all(row[6] == hour_of_year(row[5]) for row in first)
    clock.step(19 * 60)
    replayer.send_due(clock.ms)
    assert len(said(db, sign)) == len(first)
    clock.step(60)
    replayer.send_due(clock.ms)
    assert [row[5:7] for row in said(db, sign)[-2:]] == [(clock.ms, first[-1][6])] * 2
    clock.step(40 * 60)
    replayer.send_due(clock.ms)
    assert said(db, sign)[-1][5:7] == (clock.ms, first[-1][6] + 1)
    assert register_line(db).kind == "replay"


def test_a_restart_says_the_same_again(
    db: Database, catalogue: Catalogue, clock: FixedClock, plan: Plan, sign: Sign
) -> None:
    Replayer(db, catalogue, plan, clock).send_due(clock.ms)
    before = said(db, sign)
    clock.step(7 * 60)
    Replayer(db, catalogue, plan, clock).send_due(clock.ms)
    assert [row[1:] for row in said(db, sign)] == [row[1:] for row in before]
    line = register_line(db)
    assert (line.accepted, line.quarantined) == (len(before), 0)
    assert line.duplicates == len(before)


def test_faster_than_it_was(
    db: Database, catalogue: Catalogue, clock: FixedClock, plan: Plan, sign: Sign
) -> None:
    fast = Plan(plan.path, plan.mapping, speed=3600.0, history_h=0.1)
    Replayer(db, catalogue, fast, clock).send_due(clock.ms)
    rows = said(db, sign)
    assert len(rows) == 360 * 2  # an hour a second; nothing to repeat in between
    instants = sorted({row[5] for row in rows})
    assert {b - a for a, b in itertools.pairwise(instants)} == {1000}
    values = [row[6] for row in rows[::2]]
    assert all((b - a) % 8760 == 1 for a, b in itertools.pairwise(values))


def test_a_busy_store_loses_nothing(
    db: Database,
    catalogue: Catalogue,
    clock: FixedClock,
    plan: Plan,
    sign: Sign,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replayer = Replayer(db, catalogue, plan, clock)
    monkeypatch.setattr(intake, "WAIT_S", 1)
    monkeypatch.setattr("data_access.loads.parcels.PATIENCE", 1)
    monkeypatch.setattr("data_access.loads.parcels._BETWEEN_S", 0.0)
    with db.write() as conn:
        if db.dialect == "postgresql":
            conn.execute(text(f"SELECT pg_advisory_xact_lock({intake._LOCK})"))
        with pytest.raises(Busy):
            replayer.send_due(clock.ms)
    replayer.send_due(clock.ms)
    assert len(said(db, sign)) == 48 * 3 * 2 == register_line(db).accepted


def test_the_command_ends_when_told(
    db: Database,
    db_settings: Settings,
    clock: FixedClock,
    plan: Plan,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    until = to_rfc3339(clock.ms - 30 * MINUTE_MS) or ""
    start = "2015-06-01T00:00:00+08:00"
    common = [str(plan.path), "--as", str(tmp_path / "old.toml"), "--once-until", until]
    arguments = [*common, "--start", start, "--hours", "2", "--speed", "2"]
    assert replay.main(arguments, db_settings, clock) == 0
    shown = capsys.readouterr()
    assert "1 rows have no readable instant" in shown.err
    # 90 minutes at twice the pace: three hours, each row and one repetition, two streets
    assert "read 12 = accepted 12 + duplicates 0 + quarantined 0" in shown.out
    with db.read() as conn:
        assert day_tables(conn) == ["20261123"]
    assert replay.main([*common, "--year", "1999"], db_settings, clock) == 1
    assert "no row lies in the stretch" in capsys.readouterr().err
    for wrong in (["--speed", "0"], ["--start", "soon"], ["--year", "2015", "--start", start]):
        with pytest.raises(SystemExit):
            replay.main([*common, *wrong], db_settings, clock)


def test_real_air_data_on_todays_clock(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    path = real_data("shanghai-air-weather/ShanghaiPM20100101_20151231.csv")
    plan = Plan(path, load_mapping(catalogue, "shanghai-air-2010"), history_h=3)
    assert plan.signs == {"ENV-02", "SAF-14", "SAF-18"}
    Replayer(db, catalogue, plan, clock).send_due(clock.ms)
    with db.read() as conn:
        rows = list(stored_rows(conn, "SAF-18", [catalogue.counted[0].code]))
    at_ten = [row[6] for row in rows if row[5] == to_ms(clock.instant)]
    assert at_ten == [_original(path)]


def _original(path: Path) -> float:
    """The temperature of 2015-11-23 10:00 as the file has it."""
    with path.open(encoding="utf-8") as lines:
        row = next(line for line in lines if ",2015,11,23,10," in line)
    return float(row.split(",")[10])
