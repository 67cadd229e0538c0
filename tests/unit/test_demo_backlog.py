"""The past a starting demonstration sends: newest first, nothing twice, nothing left out."""

from itertools import chain, pairwise

from domain.clock import HOUR_MS, MINUTE_MS
from engine.demo.backlog import Helping, helpings, newest, readings_of
from engine.demo.city import city_readings
from engine.demo.rhythm import held, week_hour
from engine.demo.schedule import due_times, newest_due, phase_of
from tests.unit.demo_city import SEED, START, living

OFFSET = 8 * HOUR_MS
DEPTH_MS = 36 * HOUR_MS


def test_helpings_cover_the_past_newest_first() -> None:
    plan = helpings(START - DEPTH_MS, START)
    assert plan[0].to_ms == START
    assert plan[-1].from_ms == START - DEPTH_MS
    assert all(later.from_ms == earlier.to_ms for later, earlier in pairwise(plan))
    full = [h for h in plan if not h.hourly]
    assert full == plan[: len(full)]
    assert full[-1].from_ms == START - 2 * HOUR_MS
    ragged = helpings(START - DEPTH_MS + 1, START + 7 * MINUTE_MS + 13)
    assert [h.from_ms % HOUR_MS for h in ragged if h.hourly][:-1] == [0] * 5


def test_a_short_gap_is_filled_at_full_cadence() -> None:
    plan = helpings(START - 30 * MINUTE_MS, START)
    assert not any(h.hourly for h in plan)
    assert helpings(START, START) == []


def test_hourly_readings_are_some_of_the_real_ones() -> None:
    city = living()
    hourly = Helping(START - 5 * HOUR_MS, START - 4 * HOUR_MS, hourly=True)
    everything = {
        (r["sign"], r["street"], r["observed_at"], r.get("point"), str(r["value"]))
        for r in city_readings(city, hourly.from_ms, hourly.to_ms)
    }
    some = [
        (r["sign"], r["street"], r["observed_at"], r.get("point"), str(r["value"]))
        for r in readings_of(city, hourly)
    ]
    assert set(some) <= everything
    assert len(set(some)) == len(some) < len(everything) / 4
    assert {s[0] for s in some} >= {
        m.sign.code for g in city.groups for m in g.signs if g.cadence_ms <= HOUR_MS
    } - _silenced(hourly.from_ms, hourly.to_ms)


def _silenced(from_ms: int, to_ms: int) -> set[str]:
    city = living()
    return {
        m.sign.code
        for g in city.groups
        if any(
            city.disorder.silent(g.source, g.cadence_ms, at)
            for at in range(from_ms, to_ms, 5 * MINUTE_MS)
        )
        for m in g.signs
    }


def test_the_newest_of_every_sign_comes_first() -> None:
    city = living()
    told = list(newest(city, START))
    signs = {m.sign.code for g in city.groups for m in g.signs}
    missing = signs - {r["sign"] for r in told}
    assert len(missing) <= 6  # whose source is silent just now
    for group in city.groups:
        at = newest_due(group.cadence_ms, group.phase_ms, START, OFFSET)
        assert 0 <= START - at < group.cadence_ms


def test_phases_spread_the_load() -> None:
    city = living()
    per_second = [0] * 300
    for group in city.groups:
        for at in due_times(group.cadence_ms, group.phase_ms, START, START + 300_000, OFFSET):
            per_second[(at - START) // 1000] += sum(m.width for m in group.signs)
    assert max(per_second) < sum(per_second) / 5


def test_due_times_repeat_every_cadence_from_local_midnight() -> None:
    phase = phase_of(SEED, "somebody", 900)
    assert 0 <= phase < 900_000
    times = list(due_times(900_000, phase, START, START + HOUR_MS, OFFSET))
    assert len(times) == 4
    assert all((t + OFFSET - phase) % 900_000 == 0 for t in times)
    parts = [
        list(due_times(900_000, phase, at, at + 7 * MINUTE_MS, OFFSET))
        for at in range(START, START + 63 * MINUTE_MS, 7 * MINUTE_MS)
    ]
    assert list(chain(*parts)) == list(
        due_times(900_000, phase, START, START + 63 * MINUTE_MS, OFFSET)
    )


def test_measured_only_in_part_of_the_day() -> None:
    """START is Monday 10:00 local; lamps are measured from 18:00 to 06:00."""
    assert week_hour(START, OFFSET) == 10.0
    assert held(START, (18.0, 6.0), OFFSET) == START - 4 * HOUR_MS - 1
    assert held(START, (6.0, 22.0), OFFSET) == START
    night = START + 10 * HOUR_MS
    assert held(night, (18.0, 6.0), OFFSET) == night
