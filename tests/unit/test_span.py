"""Spans end on whole hours or days, expect only what is due, and are the same for minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.span import SHORT_DAYS, Span, days_over
from domain.zone import Zone

CHINA, CHICAGO = Zone.named("Asia/Shanghai"), Zone.named("America/Chicago")
NOW = 1_795_399_200_000  # ten o'clock local
TODAY = CHINA.day_start(NOW)

zones = st.sampled_from([CHINA, CHICAGO])
instants = st.integers(NOW - 400 * DAY_MS, NOW + DAY_MS)
lengths = st.integers(1, 100 * DAY_MS)


@given(zones, instants, lengths, st.booleans())
def test_pieces_cover_the_span_once_and_nothing_else(
    zone: Zone, first: int, length: int, whole: bool
) -> None:
    span = Span.of(first, first + length, NOW, zone, whole_days=whole)
    assert span.from_ms <= span.until <= span.to_ms
    at = span.from_ms
    for tier, low, high in span.pieces():
        assert low == at < high
        width = DAY_MS if tier == "day" else HOUR_MS
        assert [zone.slot_start(edge, width) for edge in (low, high)] == [low, high]
        at = high
    assert at == span.to_ms
    tiers = [tier for tier, _, _ in span.pieces()]
    assert ("day" in tiers) is (span.block_ms == DAY_MS and tiers != ["hour", "hour"])
    if whole and first + length > zone.shifted(first, SHORT_DAYS):
        # whole days; just three of them are still counted in hours
        assert [zone.day_start(edge) for edge in (span.from_ms, at)] == [span.from_ms, at]
        assert tiers == ["day" if span.block_ms == DAY_MS else "hour"]


@given(zones, instants, lengths, st.booleans())
def test_the_span_before_ends_where_it_may_and_is_as_long(
    zone: Zone, first: int, length: int, whole: bool
) -> None:
    span = Span.of(first, first + length, NOW, zone, whole_days=whole)
    before = span.previous()
    assert before.to_ms <= span.from_ms
    days = days_over(span.from_ms, span.to_ms, zone)
    assert before.from_ms == zone.shifted(span.from_ms, -days)  # the same hours of the day
    moved = 2 * HOUR_MS if zone is CHICAGO else 0  # clocks may change in each of the two
    if span.block_ms == DAY_MS:
        assert abs(before.to_ms - before.from_ms - (span.to_ms - span.from_ms)) <= moved
    else:
        reached = max(HOUR_MS, span.until - span.from_ms)
        assert -moved <= before.to_ms - before.from_ms - reached < HOUR_MS + moved


@pytest.mark.parametrize("date", ["2025-03-09", "2025-11-02"])
def test_days_stay_days_where_clocks_change(date: str) -> None:
    change = CHICAGO.date_start(date)
    for now in range(change - 9 * DAY_MS + 1, change + 9 * DAY_MS, 5 * HOUR_MS + MINUTE_MS):
        span = Span.of(CHICAGO.shifted(now, -7), now, now, CHICAGO)
        assert span.from_ms == CHICAGO.next_day(now, -6) and span.to_ms == CHICAGO.next_day(now)
        assert span.previous().to_ms == span.from_ms
        assert len(CHICAGO.days(span.previous().from_ms, span.from_ms)) == 7


def test_the_last_seven_days_are_today_and_six_days_before() -> None:
    span = Span.of(NOW - 7 * DAY_MS, NOW, NOW, CHINA)
    assert (span.from_ms, span.to_ms) == (TODAY - 6 * DAY_MS, TODAY + DAY_MS)
    assert span.until == NOW and span.block_ms == DAY_MS
    assert span.pieces() == (("day", span.from_ms, span.to_ms),)
    before = span.previous()
    assert (before.from_ms, before.to_ms) == (TODAY - 13 * DAY_MS, TODAY - 6 * DAY_MS)
    assert before == Span.of(NOW - 14 * DAY_MS, NOW - 7 * DAY_MS, NOW, CHINA)
    assert before == Span.of(NOW - 14 * DAY_MS, NOW - 7 * DAY_MS, NOW + HOUR_MS, CHINA)


def test_a_morning_is_compared_with_a_morning() -> None:
    span = Span.of(TODAY, TODAY + DAY_MS, NOW, CHINA)
    assert span.block_ms == HOUR_MS and span.until == NOW
    before = span.previous()
    assert (before.from_ms, before.to_ms) == (TODAY - DAY_MS, TODAY - DAY_MS + 10 * HOUR_MS)


def test_who_asks_within_five_minutes_asks_the_same() -> None:
    spans = {Span.of(TODAY, TODAY + DAY_MS, NOW + s * 1000, CHINA) for s in range(0, 300, 7)}
    assert len(spans) == 1


def test_what_has_not_come_yet_is_not_expected() -> None:
    span = Span.of(TODAY, TODAY + DAY_MS, NOW + 55 * MINUTE_MS, CHINA)
    since = span.from_ms
    assert span.expected_hours(60, since) == 10
    assert span.expected_hours(3_600, since) == 10
    assert span.expected_hours(4 * 3_600, since) == 8  # known of until the next one is due
    assert span.expected_hours(86_400, since) == 0
    assert span.expected_hours(60, since + 6 * HOUR_MS) == 4  # a store that began at six
    assert span.expected_hours(60, span.to_ms) == 0
    future = Span.of(TODAY + 9 * DAY_MS, TODAY + 10 * DAY_MS, NOW, CHINA)
    assert future.expected_hours(60, future.from_ms) == 0


def test_a_span_needs_a_length() -> None:
    with pytest.raises(ValueError, match="length"):
        Span.of(NOW, NOW, NOW, CHINA)
