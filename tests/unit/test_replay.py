"""Old series on today's clock: the calendar is kept, nothing is said twice or left out."""

from bisect import insort
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import DAY_MS, HOUR_MS, from_ms, to_ms
from domain.replay import Loop, calendar_loop, started_loop, year_loop

ZONE = timezone(timedelta(hours=8))
OFFSET = 8 * HOUR_MS


def local(*parts: int) -> int:
    """Epoch ms of a local time."""
    return to_ms(datetime(*parts, tzinfo=ZONE))  # type: ignore[misc,arg-type]


def hours_of(loop: Loop, first: int, last: int) -> tuple[list[int], list[int]]:
    """Places and instants of an hourly series, in the loop's order."""
    pairs: list[tuple[int, int]] = []
    for at in range(first, last + 1, HOUR_MS):
        place = loop.place(at)
        if place is not None:
            insort(pairs, (place, at))
    return [p for p, _ in pairs], [at for _, at in pairs]


YEAR = year_loop(2015, OFFSET, 1.0)
PLACES, INSTANTS = hours_of(YEAR, local(2014, 6, 1, 0), local(2016, 3, 1, 0))


def test_a_year_loop_holds_that_year_alone() -> None:
    assert len(PLACES) == 365 * 24 == len(set(PLACES))
    assert min(INSTANTS) == local(2015, 1, 1, 0)
    assert max(INSTANTS) == local(2015, 12, 31, 23)


@pytest.mark.parametrize(
    ("wall", "series"),
    [
        ((2026, 11, 23, 10), (2015, 11, 23, 10)),
        ((2027, 1, 1, 0), (2015, 1, 1, 0)),
        ((2026, 12, 31, 23), (2015, 12, 31, 23)),
        ((2027, 2, 28, 23), (2015, 2, 28, 23)),
        ((2027, 3, 1, 0), (2015, 3, 1, 0)),
        ((2028, 2, 29, 5), (2015, 3, 1, 5)),  # a day that the series does not have
        ((2028, 3, 1, 5), (2015, 3, 1, 5)),
    ],
)
def test_month_day_and_hour_are_kept(wall: tuple[int, ...], series: tuple[int, ...]) -> None:
    at = local(*wall)
    ((index, said),) = YEAR.due(PLACES, at - HOUR_MS, at)
    assert (INSTANTS[index], said) == (local(*series), at)


def test_a_leap_day_of_the_series_waits_for_a_leap_year() -> None:
    loop = year_loop(2012, OFFSET, 1.0)
    places, instants = hours_of(loop, local(2012, 1, 1, 0), local(2012, 12, 31, 23))
    leap_day = local(2012, 2, 29, 12)
    whole = loop.due(places, local(2026, 3, 1, 0) - 1, local(2028, 3, 1, 0) - 1)
    said = [at for index, at in whole if instants[index] == leap_day]
    assert said == [local(2028, 2, 29, 12)]


@given(
    st.integers(0, 900 * 24),
    st.lists(st.integers(1, 40 * 24), min_size=1, max_size=4),
    st.sampled_from([0.5, 1.0, 7.0, 3600.0]),
)
def test_windows_that_touch_say_everything_once(start: int, steps: list[int], speed: float) -> None:
    loop = year_loop(2015, OFFSET, speed)
    places = PLACES[:: 1 if speed < 10 else 400]
    edges = [local(2026, 1, 1, 0) + start * HOUR_MS]
    for step in steps:
        edges.append(edges[-1] + step * HOUR_MS // max(1, int(speed)))
    whole = list(loop.due(places, edges[0], edges[-1]))
    parts = [one for after, until in pairwise(edges) for one in loop.due(places, after, until)]
    assert parts == whole
    assert [at for _, at in whole] == sorted(at for _, at in whole)
    assert all(edges[0] < at + 1 and at <= edges[-1] + 1 for _, at in whole)


@given(st.integers(0, 3000), st.integers(15, 300), st.integers(0, 23))
def test_weeks_keep_weekday_and_hour(start: int, days: int, hour: int) -> None:
    first = local(2016, 1, 2, 0) + start * HOUR_MS
    loop = calendar_loop(first, first + days * DAY_MS, OFFSET, 1.0)
    places, instants = hours_of(loop, first, first + days * DAY_MS)
    at = local(2026, 11, 23, hour)
    for index, said in loop.due(places, at - HOUR_MS, at):
        old, new = (from_ms(ms).astimezone(ZONE) for ms in (instants[index], said))
        assert new.hour == old.hour == hour
        assert loop.yearly or new.weekday() == old.weekday()


def test_the_last_whole_year_is_taken() -> None:
    loop = calendar_loop(local(2013, 1, 29, 6), local(2015, 12, 31, 23), OFFSET, 1.0)
    assert loop == year_loop(2015, OFFSET, 1.0)
    loop = calendar_loop(local(2013, 1, 29, 6), local(2015, 11, 30, 23), OFFSET, 1.0)
    assert loop == year_loop(2014, OFFSET, 1.0)
    assert not calendar_loop(local(2013, 1, 29), local(2013, 12, 31, 23), OFFSET, 1.0).yearly


def test_a_started_series_begins_where_it_is_told_and_begins_again() -> None:
    first, now = local(2015, 5, 1, 0), local(2026, 11, 23, 10)
    loop = started_loop(first, first + 3 * HOUR_MS, now, OFFSET, 60.0)
    places = [loop.place(first + n * HOUR_MS) for n in range(4)]
    assert places == [0, HOUR_MS, 2 * HOUR_MS, None]
    found = list(loop.due([0, HOUR_MS, 2 * HOUR_MS], now - 60_000, now + 180_000))
    assert found == [(n % 3, now + n * 60_000) for n in range(4)]
