"""Periods: from the address, compared with those before, told in words."""

import pytest

from dashboard.components.period import NAMES, Period, picker
from dashboard.components.view import View
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.zone import Zone

NOW = 1_795_433_733_000
CHINA, CHICAGO = Zone.named("Asia/Shanghai"), Zone.named("America/Chicago")


def of(now: int = NOW, **asked: object) -> Period:
    return Period.of(asked, now, CHINA)


def local(period: Period) -> tuple[str, str]:
    return period.local(period.from_ms), period.local(period.to_ms)


def test_rolling_periods_end_at_the_present_minute() -> None:
    for name, days in (("24h", 1), ("7d", 7), ("28d", 28), ("30d", 30), ("1y", 365)):
        period = of(period=name)
        assert period.to_ms == NOW // MINUTE_MS * MINUTE_MS
        assert period.span_ms == days * DAY_MS
        assert period.previous().to_ms == period.from_ms
        assert period.previous().span_ms == period.span_ms


def test_today_and_this_month_begin_at_local_midnight() -> None:
    today, month = of(period="today"), of(period="month")
    assert local(today)[0].endswith("T00:00") and local(month)[0].endswith("-01T00:00")
    assert local(today)[0][:10] == local(today)[1][:10]
    before = today.previous()
    assert before.span_ms == today.span_ms and today.from_ms - before.from_ms == DAY_MS
    midnight = today.from_ms
    assert of(midnight, period="today").span_ms == DAY_MS  # never empty: the day that just ended


def test_a_custom_period() -> None:
    period = of(period="custom", **{"from": "2026-11-01", "to": "2026-11-02"})
    assert local(period) == ("2026-11-01T00:00", "2026-11-03T00:00")
    period = of(period="custom", **{"from": "2026-11-01T08:00", "to": "2026-11-01T10:30"})
    assert period.span_ms == 150 * MINUTE_MS
    assert period.previous().from_ms == period.from_ms - DAY_MS
    again = Period.of(period.query(), NOW, CHINA)
    assert again == period


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-31", "2026-12-02"),
        ("2026-11-03", "2026-11-01"),
        ("2026-11-03T08:00", "2026-11-03T08:10"),
        ("1999-01-01", "2026-01-01"),
        ("2026-11-01'--", "2026-11-02"),
        ("2026-11-01\n", "2026-11-02"),
        ("２０２６-11-01", "2026-11-02"),
        (None, 7),
        (["2026-11-01"], "2026-11-02"),
    ],
)
def test_what_is_not_understood_is_not_asked(start: object, end: object) -> None:
    assert of(period="custom", **{"from": start, "to": end}).name == "24h"
    assert of(period=start).name == "24h"


def test_a_custom_period_does_not_reach_into_the_future() -> None:
    period = of(NOW, period="custom", **{"from": "2026-11-01", "to": "2099-01-01"})
    assert period.name == "24h" or period.to_ms <= NOW


def test_a_year_ago_is_the_same_local_time() -> None:
    period = of(period="7d")
    before = period.year_ago()
    assert local(before)[1][4:] == local(period)[1][4:]
    assert int(local(before)[1][:4]) == int(local(period)[1][:4]) - 1
    leap = of(period="custom", **{"from": "2024-02-29T00:00", "to": "2024-02-29T12:00"})
    assert local(leap.year_ago())[1] == "2023-02-28T12:00"
    assert period.week_ago().to_ms == period.to_ms - 7 * DAY_MS
    assert leap.span_ms == leap.year_ago().span_ms == 12 * HOUR_MS


@pytest.mark.parametrize("date", ["2025-03-09", "2025-11-02"])
def test_periods_keep_their_local_hours_where_clocks_change(date: str) -> None:
    change = CHICAGO.date_start(date)
    for now in range(change - DAY_MS, change + 9 * DAY_MS, 7 * HOUR_MS):
        for name in ("7d", "30d", "today"):
            period = Period.of({"period": name}, now, CHICAGO)
            before = period.previous()
            assert before.to_ms <= period.from_ms and before.span_ms == period.span_ms
            hours = {p.local(p.to_ms)[11:] for p in (period, before)}
            # unless an hour would lie in both, or clocks skipped it
            assert len(hours) == 1 or before.to_ms == period.from_ms or hours == {"02:00", "03:00"}
        week = Period.of({"period": "7d"}, now, CHICAGO)
        assert week.local(week.from_ms)[11:] == week.local(week.to_ms)[11:]
    asked = {"period": "custom", "from": date, "to": date}
    assert Period.of(asked, change + 3 * DAY_MS, CHICAGO).to_ms == CHICAGO.next_day(change)


def test_the_picker_keeps_the_rest_of_the_address() -> None:
    nav = picker(View("en", "dark"), "/sign/X", {"street": "310"}, of(), NAMES)
    links = [node for node in nav[2:] if node[0] == "a"]
    assert len(links) == len(NAMES) - 1
    for link in links:
        assert link[1]["href"].startswith("/sign/X?street=310&period=")
        assert link[1]["href"].endswith("&lang=en&theme=dark")
    assert [link[1]["aria-current"] for link in links if "aria-current" in link[1]] == ["true"]
    form = nav[-1][3]
    hidden = {f[1]["name"]: f[1]["value"] for f in form[2:] if f[1].get("type") == "hidden"}
    assert hidden == {"street": "310", "lang": "en", "theme": "dark", "period": "custom"}
