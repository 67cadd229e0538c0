"""The alarm log is the picture's own past: silence, restarts and edited catalogues leave no gap."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from data_access.demo.demo_removal import remove_demo
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import create_source
from data_access.series.states import open_without_latest
from data_access.store.db import Database
from data_access.store.tables import latest
from data_access.views.readiness import parted
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_ms, slot_start, to_rfc3339
from domain.facts.reading import Reading
from domain.sign import State
from engine.agreement import Watch, disagreements
from engine.board import cell
from tests.clocks import FixedClock
from tests.data.alarm_town import (
    CALLS,
    DAILY,
    DEPTH,
    GUST,
    RAIN,
    SIGNS,
    Town,
    smaller,
    with_alarm,
)


@pytest.fixture
def town(db: Database, catalogue: Catalogue, clock: FixedClock) -> Town:
    return Town(db, smaller(catalogue, SIGNS), clock)


def today(town: Town) -> str:
    return town.catalogue.zone.date(town.clock.ms)


def now(town: Town, code: str, place: str | None = None) -> State:
    sign = town.catalogue.sign[code]
    return cell(town.engine.city, sign, place or town.streets[0], town.clock.ms).state


def test_one_reading_and_silence_is_an_alarm_of_as_long_as_it_counts(town: Town) -> None:
    at = town.clock.ms - 20 * HOUR_MS
    town.tell(DEPTH, at, 60.0)
    town.tell(DEPTH, at + 19 * HOUR_MS, 1.0)
    town.turn()
    assert town.told(DEPTH) == [
        (-1200, "alarm", None),
        (-1197, "unknown", "silent"),
        (-60, "normal", None),
        (-57, "unknown", "silent"),
    ]
    assert town.told(DEPTH, town.catalogue.code) == town.told(DEPTH)
    town.check()


def test_after_a_gap_the_new_alarm_begins_when_it_began(town: Town) -> None:
    """Alarm, thirty days of silence, alarm: never one of a month, whatever the order."""
    month = 30 * DAY_MS
    for at in (town.clock.ms - month, town.clock.ms, town.clock.ms - month + HOUR_MS):
        town.tell("ENV-02", at, 300.0)
        town.turn()
        town.check()
    states = [(t.since - town.clock.ms, t.state) for t in town.log("ENV-02")]
    assert states == [
        (-month, "alarm"),
        (-month + 4 * HOUR_MS, "unknown"),  # an hour later it spoke again, and counted for three
        (0, "alarm"),
    ]


def test_time_alone_ends_a_state_live_and_it_begins_anew(town: Town) -> None:
    town.tell(DEPTH, town.clock.ms, 60.0)
    town.turn()
    town.wait(180)
    assert town.told(DEPTH) == [(-3, "alarm", None)] and now(town, DEPTH) is State.ALARM
    town.check()
    town.wait(0.001)
    assert now(town, DEPTH) is State.UNKNOWN
    assert [t.state for t in town.log(DEPTH)] == ["alarm", "unknown"]
    town.check()
    town.wait(600)
    town.tell(DEPTH, town.clock.ms - 1000, 60.0)
    town.turn()
    assert [t.state for t in town.log(DEPTH)] == ["alarm", "unknown", "alarm"]
    town.check()


def test_a_quiet_turn_looks_at_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for code in (DEPTH, RAIN, DAILY):
        town.tell(code, town.clock.ms, 1.0)
    town.turn()
    looked: list[str] = []
    for code, window in town.engine.city.windows.items():
        monkeypatch.setattr(window, "renew", lambda place, code=code: looked.append(code))
    town.clock.step(100)
    assert not town.engine.city.step(town.clock.ms)
    assert looked == []


def test_an_engine_that_stood_still_closes_what_fell_silent_meanwhile(
    town: Town, open_again: Callable[[], Database]
) -> None:
    town.tell(DEPTH, town.clock.ms, 60.0)
    town.turn()
    town.clock.step(5 * 3600)
    town.db = open_again()
    town.restart()
    assert town.told(DEPTH) == [(-300, "alarm", None), (-297, "unknown", "silent")]
    town.turn()
    town.check()


def test_a_clock_that_was_ahead_takes_its_silence_back(town: Town) -> None:
    town.tell(RAIN, town.clock.ms, 60.0)
    town.turn()
    town.wait(8 * 3600)
    assert [t.state for t in town.log(RAIN)] == ["alarm", "unknown"]
    town.wait(-8 * 3600 + 60)
    assert [t.state for t in town.log(RAIN)] == ["alarm"]
    assert now(town, RAIN) is State.ALARM
    town.check()


def test_a_device_whose_clock_runs_ahead_stays_alive_no_longer(town: Town) -> None:
    town.tell(DEPTH, town.clock.ms + 4 * MINUTE_MS, 60.0)
    town.turn()
    town.check()
    for _ in range(4):
        town.wait(60)
        town.check()
    assert now(town, DEPTH) is State.UNKNOWN
    town.restart()
    town.turn()
    town.check()


# -- edited catalogues ------------------------------------------------------------------------


def test_higher_cut_offs_close_the_alarm_that_no_longer_is_one(town: Town) -> None:
    """Ninety since yesterday evening; from today on 300 is an alarm."""
    begun = town.clock.ms - 11 * HOUR_MS
    for at in range(begun, town.clock.ms + 1, 5 * MINUTE_MS):
        town.tell(RAIN, at, 90.0)
    town.turn()
    assert town.told(RAIN) == [(-660, "alarm", None)]
    before = town.log(RAIN)
    town.clock.step(60)
    town.restart(with_alarm(town.catalogue, RAIN, 300.0, today(town)))
    town.turn()
    town.check()
    assert town.told(RAIN) == [(-661, "alarm", None), (0, "normal", "cutoffs")]
    assert town.log(RAIN)[0] == before[0]
    assert (before[0].threshold_version, before[0].cutoff) == (1, 50.0)
    for value in (91.0, 92.0):
        town.clock.step(60)
        town.tell(RAIN, town.clock.ms, value)
        town.turn()
        town.check()
    assert now(town, RAIN) is State.NORMAL
    assert [(t.state, t.cause) for t in town.log(RAIN)] == [("alarm", None), ("normal", "cutoffs")]


@pytest.mark.parametrize("dated", [True, False])
def test_lower_cut_offs_raise_the_alarm_in_the_log_too(town: Town, dated: bool) -> None:
    for minute in range(60, -1, -5):
        town.tell(GUST, town.clock.ms - minute * MINUTE_MS, 12.0)
    town.turn()
    town.clock.step(60)
    town.restart(with_alarm(town.catalogue, GUST, 10.0, today(town) if dated else None))
    town.turn()
    town.check()
    town.clock.step(60)
    town.tell(GUST, town.clock.ms, 12.5)
    town.turn()
    town.check()
    told = town.told(GUST)
    assert told == [(-62, "normal", None), (-1, "alarm", "cutoffs")]
    assert town.log(GUST)[-1].cutoff == 10.0
    town.restart()  # the next start finds nothing new
    town.turn()
    assert town.told(GUST) == told
    town.check()


def test_an_alarm_of_the_morning_stays_told_after_an_edit(town: Town) -> None:
    """Raised eight hours before the edit and lasting: closed, not gone."""
    for hour in range(8, -1, -1):
        town.tell("ENV-02", town.clock.ms - hour * HOUR_MS, 300.0)
    town.turn()
    town.restart(with_alarm(town.catalogue, "ENV-02", 1200.0, today(town)))
    town.clock.step(60)
    town.tell("ENV-02", town.clock.ms, 310.0)
    town.turn()
    assert [(t.state, t.cause) for t in town.log("ENV-02")] == [
        ("alarm", None),
        ("normal", "cutoffs"),
    ]
    town.check()


def test_an_alarm_of_the_running_hour_stays_told_after_an_edit(town: Town) -> None:
    """The next reading falls into the same slot, whose value it replaces: the log keeps both."""
    hour = slot_start(town.clock.ms, HOUR_MS, town.catalogue.zone.grid_ms)
    town.clock.step((hour - town.clock.ms) / 1000 + 600)
    town.tell("ENV-02", town.clock.ms, 300.0)
    town.turn()
    town.clock.step(600)
    town.restart(with_alarm(town.catalogue, "ENV-02", 1200.0, today(town)))
    for _ in range(2):
        town.clock.step(300)
        town.tell("ENV-02", town.clock.ms, 310.0)
        town.turn()
        town.check()
    assert town.told("ENV-02") == [(-20, "alarm", None), (-10, "normal", "cutoffs")]
    town.restart()
    town.tell("ENV-02", town.clock.ms - 2 * HOUR_MS, 10.0)
    town.turn()
    town.check()
    assert town.told("ENV-02")[1:] == [(-20, "alarm", None), (-10, "normal", "cutoffs")]


def test_late_readings_are_judged_by_the_cut_offs_of_their_time(town: Town) -> None:
    """By those in force when it was measured, near (in memory) and far (from the store)."""
    for hour in range(5, -1, -1):
        town.tell(RAIN, town.clock.ms - hour * HOUR_MS, 1.0)
    town.turn()
    town.restart(with_alarm(town.catalogue, RAIN, 300.0, today(town)))
    for back in (5 * HOUR_MS - 10 * MINUTE_MS, 30 * HOUR_MS):
        town.tell(RAIN, town.clock.ms - back, 60.0)
        town.turn()
        town.check()
    alarms = [t for t in town.log(RAIN) if t.state == "alarm"]
    assert [(t.threshold_version, t.cutoff) for t in alarms] == [(1, 50.0)] * 2


def test_a_version_that_is_announced_takes_effect_at_its_midnight(town: Town) -> None:
    tomorrow = (from_ms(town.clock.ms) + timedelta(days=1)).date().isoformat()
    town.restart(with_alarm(town.catalogue, DAILY, 1e9, tomorrow))
    sign = town.catalogue.sign[DAILY]
    bad = sign.thresholds[0].alarm
    value = bad.high if bad.high is not None else bad.low
    assert value is not None
    town.tell(DAILY, town.clock.ms, value)
    town.turn()
    assert now(town, DAILY) is State.ALARM
    town.wait(14 * 3600 - 1)
    assert now(town, DAILY) is State.ALARM
    town.check()
    town.wait(2)
    assert now(town, DAILY) is State.NORMAL
    assert town.told(DAILY)[-1] == (-1 / 60, "normal", "cutoffs")
    town.check()


def test_what_leaves_the_catalogue_is_closed_under_its_name(town: Town) -> None:
    street = town.streets[0]
    for code in (RAIN, GUST):
        town.tell(code, town.clock.ms, 90.0)
        town.tell(code, town.clock.ms, 90.0, street=1)
    town.turn()
    whole = town.catalogue
    town.clock.step(60)
    fewer = replace(
        whole,
        signs=tuple(s for s in whole.signs if s.code != RAIN),
        streets=tuple(s for s in whole.streets if s.code != town.streets[1]),
    )
    town.restart(fewer)
    town.turn()
    town.check()
    closed = [(-1, "alarm", None), (0, "unknown", "withdrawn")]
    assert town.told(RAIN, street) == closed
    assert town.told(GUST, whole.counted[1].code) == closed
    assert town.told(GUST, street) == closed[:1]
    town.clock.step(60)
    town.restart(whole)  # and it comes back
    town.turn()
    town.check()
    town.tell(RAIN, town.clock.ms, 90.0)
    town.turn()
    town.check()
    assert [t.state for t in town.log(RAIN, street)] == ["alarm", "unknown", "alarm"]


def test_a_sign_that_is_judged_for_the_district_alone_from_now_on(town: Town) -> None:
    """Streets have no state any more: nothing stays open of them, and nothing new begins."""
    town.tell(RAIN, town.clock.ms, 90.0)
    town.turn()
    town.clock.step(60)
    sign = replace(town.catalogue.sign[RAIN], threshold_rule="n/a")
    signs = tuple(sign if s.code == RAIN else s for s in town.catalogue.signs)
    town.restart(replace(town.catalogue, signs=signs))
    town.turn()
    town.check()
    assert town.told(RAIN) == [(-1, "alarm", None), (0, "unknown", "withdrawn")]
    assert town.told(RAIN, town.catalogue.code) == [(-1, "alarm", None)]


def test_scaled_cut_offs_are_kept_as_they_were_at_the_street(town: Town) -> None:
    """Other inhabitants make other cut-offs: an edit of streets.csv is an edit of cut-offs."""
    for street in (0, 1):
        town.tell(CALLS, town.clock.ms, 600.0, street)
    town.turn()
    first = town.log(CALLS)[0]
    assert first.state == "alarm" and first.cutoff is not None and first.cutoff < 550
    streets = tuple(
        replace(s, population=(s.population or 0) * (50 if n else 1))
        for n, s in enumerate(town.catalogue.streets)
    )
    town.restart(replace(town.catalogue, streets=streets))
    town.turn()
    town.check()
    assert town.log(CALLS)[0] == first


def test_a_store_of_the_version_before_is_taken_over(town: Town) -> None:
    """Its open episodes end where their data fell silent, and those of nobody's sign end too."""
    with town.db.write() as conn:
        conn.exec_driver_sql("DELETE FROM terms")
        old = town.clock.ms - 5 * DAY_MS
        for code, place in ((DEPTH, town.streets[0]), ("XYZ-1", town.streets[0])):
            conn.exec_driver_sql(
                "INSERT INTO state_history (unit, indicator, since, state, value,"
                f" threshold_version) VALUES ('{place}', '{code}', {old}, 'alarm', 60, 1)"
            )
        row = (town.streets[0], DEPTH, 60.0, old, 60.0, 1.0, 1, "alarm", old, 1, False)
        town.db.upsert(conn, latest, [row])
    town.restart()
    town.turn()
    assert [t.state for t in town.log(DEPTH)] == ["alarm", "unknown"]
    assert town.log(DEPTH)[-1].since == old + 180_000
    assert [t.cause for t in town.log("XYZ-1")] == [None, "withdrawn"]
    with town.db.read() as conn:
        assert disagreements(conn, town.engine.city, town.clock.ms) == []
        assert open_without_latest(conn) == []


def test_a_log_that_somebody_has_parted_from_the_picture_is_told(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.tell(RAIN, town.clock.ms, 90.0)
    town.turn()
    watch = Watch(town.db)

    def look() -> int:
        watch.step(town.engine.city, town.clock.ms)
        return parted(town.db)

    assert look() == 0 and not caplog.records
    with town.db.write() as conn:
        conn.exec_driver_sql("DELETE FROM state_history WHERE indicator = 'SAF-14'")
    assert look() == 0  # once an hour
    town.clock.step(3600)
    town.tell(RAIN, town.clock.ms, 91.0)
    town.turn()
    with town.db.write() as conn:
        conn.exec_driver_sql("DELETE FROM state_history WHERE indicator = 'SAF-14'")
    assert look() == 2
    assert "310115004 SAF-14: wall alarm, latest alarm" in caplog.text


def test_what_was_invented_leaves_the_log_and_what_was_measured_goes_on(town: Town) -> None:
    """The demonstration raised an alarm that a real source then carried on."""
    invented = "rain-demo"
    create_source(town.db, invented, "demo", town.clock.ms)
    town.restart()
    row = {"source": invented, "sign": RAIN, "street": town.streets[0], "value": 90.0}
    at = to_rfc3339(town.clock.ms - 10 * MINUTE_MS) or ""
    rows, now = [Reading(**row, observed_at=at)], town.clock.ms
    intake.accept(READING, town.db, town.catalogue, invented, rows, now, "api")
    town.turn()
    town.clock.step(3600)
    town.tell(RAIN, town.clock.ms - 60_000, 95.0)
    town.turn()
    assert [t.state for t in town.log(RAIN)] == ["alarm", "unknown", "alarm"]
    assert [t.demo for t in town.log(RAIN)] == [True, True, False]
    assert remove_demo(town.db) == [invented]
    town.restart()
    town.turn()
    with town.db.read() as conn:
        assert disagreements(conn, town.engine.city, town.clock.ms) == []
    told = [(t.state, t.cause) for t in town.log(RAIN)]
    assert told == [("unknown", "taken_back"), ("unknown", "silent"), ("alarm", None)]
