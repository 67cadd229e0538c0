"""Local days and slots, against the standard library and by what must hold of any of them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_ms, to_ms
from domain.zone import UnknownZone, Zone

FIXED = ("Asia/Shanghai", "UTC", "+08:00", "-03:30", "Asia/Kolkata", "America/Phoenix")
WHOLE_HOURS = ("America/Chicago", "Europe/Berlin", "Europe/Dublin", "America/Sao_Paulo")
WHOLE_HOURS += ("America/Havana", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut")
ODD = ("Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "America/Caracas")
EVERY = FIXED + WHOLE_HOURS + ODD
zones = st.sampled_from(EVERY).map(Zone.named)
instants = st.integers(
    to_ms(datetime(2000, 1, 2, tzinfo=UTC)), to_ms(datetime(2090, 1, 1, tzinfo=UTC))
)


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[Zone, int]:
    zone = Zone.named(draw(st.sampled_from(WHOLE_HOURS + ODD)))
    at, _ = draw(st.sampled_from(zone.changes(0, to_ms(datetime(2090, 1, 1, tzinfo=UTC)))[1:]))
    return zone, at + draw(st.integers(-2 * DAY_MS, 2 * DAY_MS))


anywhere = st.one_of(st.tuples(zones, instants), near_a_change())


def at(zone: Zone, *local: int) -> int:
    return zone.instant(datetime(*local))  # type: ignore[arg-type]  # noqa: DTZ001 - local time


@given(anywhere)
def test_clocks_show_what_the_standard_library_says(case: tuple[Zone, int]) -> None:
    zone, ms = case
    local = from_ms(ms).astimezone(zone.tz)
    assert zone.local(ms) == local
    assert timedelta(milliseconds=zone.offset_ms(ms)) == local.utcoffset()
    if zone.name[0] not in "+-":
        assert zone.tz == ZoneInfo(zone.name)


@given(anywhere)
def test_days_follow_each_other_without_gap_or_overlap(case: tuple[Zone, int]) -> None:
    zone, ms = case
    start, end = zone.day_start(ms), zone.next_day(ms)
    assert start <= ms < end
    assert zone.day_start(start) == start == zone.day_start(end - 1)
    assert zone.day_start(end) == end
    assert zone.next_day(start) == end == zone.next_day(end - 1)
    assert end - start in {DAY_MS + n * HOUR_MS // 2 for n in range(-2, 3)}
    assert zone.days(start, end) == [start]
    skipped = zone.name == "Pacific/Apia" and zone.date(end) == "2011-12-31"  # never had a 30th
    assert zone.days_between(ms, end) == (2 if skipped else 1)


@given(anywhere)
def test_a_day_begins_when_its_date_first_appears(case: tuple[Zone, int]) -> None:
    zone, ms = case
    start = zone.day_start(ms)
    before = from_ms(start - 1).astimezone(zone.tz)
    first = from_ms(start).astimezone(zone.tz)
    assert before.date() < first.date()
    assert zone.date(ms) == first.date().isoformat()
    assert zone.day_at(zone.day_number(ms)) == start
    # and a midnight that exists is the beginning
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if midnight.astimezone(UTC).astimezone(zone.tz).replace(tzinfo=None) == midnight.replace(
        tzinfo=None
    ):
        assert start == to_ms(midnight)


@given(anywhere, st.sampled_from([MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS]))
def test_slots_are_elapsed_time_on_one_grid(case: tuple[Zone, int], width: int) -> None:
    zone, ms = case
    start = zone.slot_start(ms, width)
    assert start <= ms < zone.slot_end(ms, width) == start + width
    assert (start + zone.grid_ms) % width == 0


@given(anywhere)
def test_hours_stand_on_local_hours(case: tuple[Zone, int]) -> None:
    zone, ms = case
    if zone.name in ODD:
        return
    hour = zone.local(zone.slot_start(ms, HOUR_MS))
    assert (hour.minute, hour.second) == (0, 0)
    start = zone.day_start(ms)
    assert zone.slot_start(start, HOUR_MS) == start, "no hour lies over midnight"


@given(anywhere, st.integers(-400, 400))
def test_shifted_by_days_clocks_show_the_same(case: tuple[Zone, int], days: int) -> None:
    zone, ms = case
    there = zone.shifted(ms, days)
    wanted = zone.local(ms).replace(tzinfo=None) + timedelta(days=days)
    shown = zone.local(there).replace(tzinfo=None)
    if shown != wanted:  # only where no clock shows it
        assert zone.local(zone.instant(wanted)).replace(tzinfo=None) == shown
        assert shown > wanted


@given(anywhere)
def test_an_instant_comes_back_from_local_time(case: tuple[Zone, int]) -> None:
    zone, ms = case
    local = zone.local(ms)
    back = zone.instant(local.replace(tzinfo=None, fold=0))
    assert back == ms or (local.fold == 1 and back < ms)


@given(anywhere, st.integers(0, 800 * DAY_MS))
def test_changes_say_every_offset_between(case: tuple[Zone, int], length: int) -> None:
    zone, ms = case
    changes = zone.changes(ms, ms + length)
    for at in range(ms, ms + length, max(1, length // 50)):
        known = [offset for since, offset in changes if since <= at]
        assert known[-1] == zone.offset_ms(at)


def test_chicago_on_its_two_days_of_change() -> None:
    zone = Zone.named("America/Chicago")
    spring = at(zone, 2025, 3, 9)
    autumn = at(zone, 2025, 11, 2)
    assert zone.next_day(spring) - spring == 23 * HOUR_MS
    assert zone.next_day(autumn) - autumn == 25 * HOUR_MS
    assert zone.shifted(spring - 12 * HOUR_MS, 1) == spring + 11 * HOUR_MS, "noon to noon"
    # 02:30 does not exist: half an hour after the skip; 01:30 exists twice: the first
    assert zone.local(at(zone, 2025, 3, 9, 2, 30)).hour == 3
    assert at(zone, 2025, 11, 2, 1, 30) == autumn + 90 * MINUTE_MS


def test_a_fixed_zone_is_the_arithmetic_it_was() -> None:
    zone, ms = Zone.named("Asia/Shanghai"), 1_795_410_000_123
    assert zone.grid_ms == 8 * HOUR_MS
    assert zone.changes(0, ms) == [(946_684_800_000, 8 * HOUR_MS)]
    assert zone.day_start(ms) == (ms + 8 * HOUR_MS) // DAY_MS * DAY_MS - 8 * HOUR_MS


def test_a_date_that_a_zone_skipped_is_no_day() -> None:
    zone = Zone.named("Pacific/Apia")
    days = zone.days(at(zone, 2011, 12, 28), at(zone, 2012, 1, 2))
    assert [zone.date(day)[5:] for day in days] == ["12-28", "12-29", "12-31", "01-01"]


@pytest.mark.parametrize(
    "name",
    ["", "8", "+8:00", "+15:00", "+08:60", "Asia/Nowhere", "../etc/passwd", "/etc/localtime",
     "localtime", "posix/Asia/Shanghai", "asia/shanghai", "Asia/Shanghai\n", "Asia"],
)  # fmt: skip
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        Zone.named(name)
