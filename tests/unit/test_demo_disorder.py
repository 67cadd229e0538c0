"""Silences, never-reporting sources and broken sensors: seeded, rare, and there."""

import math
from collections import Counter

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from domain.freshness import Freshness, freshness
from engine.demo.city import city_readings
from engine.demo.disorder import sensor_value, stuck_since
from tests.unit.demo_city import START, living


def test_a_few_sources_have_never_reported() -> None:
    city = living()
    never = city.disorder.never
    assert len(never) == 2
    assert not never & {g.source for g in city.groups}
    told = {r["source"] for r in city_readings(city, START - DAY_MS, START - DAY_MS + HOUR_MS // 4)}
    assert never.isdisjoint(told)
    trends = {s.source for s in city.catalogue.signs if s.wall_trend}
    assert never.isdisjoint(trends)


def test_silences_come_and_go_and_are_seen() -> None:
    """At most moments one to a few sources are late or stale; each comes back."""
    city = living()
    quick = [g for g in city.groups if g.cadence_ms <= 900 * SECOND_MS]
    counts = []
    for k in range(150):
        at = START + k * 47 * MINUTE_MS
        counts.append(sum(city.disorder.silent(g.source, g.cadence_ms, at) for g in quick))
    print("silent sources:", Counter(counts))
    assert 0.3 < sum(counts) / len(counts) < 4
    assert max(counts) <= 6
    ever = {
        g.source
        for g in quick[::3]
        for k in range(0, 6 * 24 * 10, 2)
        if city.disorder.silent(g.source, g.cadence_ms, START + k * 10 * MINUTE_MS)
    }
    assert len(ever) > len(quick) / 8
    assert not any(
        all(city.disorder.silent(s, c, START + k * HOUR_MS) for k in range(48))
        for s, c in ((g.source, g.cadence_ms) for g in quick)
    )


def test_a_silence_passes_late_and_stale() -> None:
    city = living()
    group = next(g for g in city.groups if g.cadence_ms == 300_000 and len(g.signs) == 1)
    sign = group.signs[0].sign
    last, seen = START, set()
    for k in range(6 * 24 * 30 * 2):
        at = START + k * 300_000
        if not city.disorder.silent(group.source, group.cadence_ms, at):
            last = at
        seen.add(freshness(last, at, sign.cadence_s, sign.stale_after_s))
        if len(seen) == 3:
            break
    assert seen == {Freshness.LIVE, Freshness.LATE, Freshness.STALE}


def test_sensors_stick_for_hours() -> None:
    city = living()
    rules, offset = living()._rules, city.catalogue.zone.grid_ms
    sensor = city._sensors["ENV-02"]
    stuck = {
        (place, since)
        for place in range(36)
        for k in range(24 * 60)
        if (since := stuck_since(sensor, rules, place, START + k * HOUR_MS, offset)) is not None
    }
    assert 0 < len(stuck) < 20
    place, since = min(stuck)
    inside = since + HOUR_MS // 2
    assert stuck_since(sensor, rules, place, inside, offset) == since
    assert stuck_since(sensor, rules, place, since - 1, offset) is None


def test_spikes_are_absurd_and_numbers_go_missing() -> None:
    """So that they end in quarantine instead of raising a false alarm."""
    city = living()
    found = Counter[str]()
    for code, model in city.signs.items():
        for k in range(1_200):
            value = sensor_value(
                city._sensors[code], city._rules, model.sign, k % 36, START + k * 1000, 1.0
            )
            if math.isnan(value):
                found["nan"] += 1
            elif value != 1.0:
                assert not model.sign.value_min <= value <= model.sign.value_max
                found["spike"] += 1
    print(dict(found), "of", len(city.signs) * 1_200)
    assert 1 <= found["nan"] <= 12
    assert 1 <= found["spike"] <= 18


def test_a_clock_runs_ahead_on_a_rare_day() -> None:
    city = living()
    skewed = [
        city.disorder.skew_ms(group.source, START + day * DAY_MS + k * 10 * MINUTE_MS)
        for group in city.groups
        for day in range(6)
        for k in range(144)
    ]
    wrong = [s for s in skewed if s]
    assert set(wrong) == {3 * HOUR_MS}
    assert 0 < len(wrong) < len(skewed) / 1000
