"""The weather: storms that cross the district, and what they move, in the right order."""

import itertools
from statistics import mean

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from engine.demo.storms import Storm
from tests.unit.demo_city import START, district_value, living

DAY = START // DAY_MS
STEP = 10 * MINUTE_MS


def _storms(days: int = 60) -> list[Storm]:
    return [s for d in range(DAY, DAY + days) for s in living().weather.storms(d)]


def test_a_visitor_of_two_days_sees_a_storm_and_mostly_calm() -> None:
    storms = _storms()
    starts = [s.start_ms for s in storms]
    gaps = sorted(b - a for a, b in itertools.pairwise(starts))
    assert gaps[int(len(gaps) * 0.9)] <= 2.5 * DAY_MS
    stormy = sum(s.end_ms - s.start_ms for s in storms) / (60 * DAY_MS)
    assert 0.02 < stormy < 0.12


def test_neighbours_get_a_storm_in_sequence() -> None:
    """The middle of the rain travels with the storm's own speed and heading."""
    city = living()
    checked = 0
    for storm in _storms(20):
        peaks: dict[int, int] = {}
        moments = range(storm.start_ms, storm.end_ms, 5 * MINUTE_MS)
        rows = {at: storm.rain(at, city.ground.points) for at in moments}
        for i in range(city.ground.counted):
            best = max(moments, key=lambda at: rows[at][i])
            if rows[best][i] > 8:
                peaks[i] = best
        if len(peaks) < 12:
            continue
        checked += 1
        along = {
            i: city.ground.points[i][0] * storm.vx + city.ground.points[i][1] * storm.vy
            for i in peaks
        }
        order = sorted(peaks, key=along.__getitem__)
        third = len(order) // 3
        early = mean(peaks[i] for i in order[:third])
        late = mean(peaks[i] for i in order[-third:])
        assert late > early + 5 * MINUTE_MS
        assert len(set(peaks.values())) >= 4  # not all at once
    assert checked >= 5


def _lag_of_peak(cause: list[float], effect: list[float], most: int) -> int:
    """Steps by which `effect` follows `cause`: where their covariance is largest."""
    a, b = mean(cause), mean(effect)

    def covariance(lag: int) -> float:
        return sum((c - a) * (e - b) for c, e in zip(cause, effect[lag:], strict=False)) / (
            len(cause) - lag
        )

    return max(range(most), key=covariance)


def test_a_storm_moves_what_it_should_with_its_lags() -> None:
    """Rain, then underpasses and sewers, then road speed, then 30–90 min later the hotline."""
    city = living()
    rain, depth, sewer, slow, calls = [], [], [], [], []
    for storm in _storms(16):
        for at in range(storm.start_ms - HOUR_MS, storm.end_ms + 4 * HOUR_MS, STEP):
            pressed = {
                code: city.signs[code].pressed(at, city._felt)[: city.ground.counted]
                for code in ("FAC-13", "FAC-15", "TRA-01", "OPS-01")
            }
            rain.append(mean(city.weather.row("rain", at)[: city.ground.counted]))
            depth.append(mean(pressed["FAC-13"]))
            sewer.append(mean(pressed["FAC-15"]))
            slow.append(mean(pressed["TRA-01"]))
            calls.append(mean(pressed["OPS-01"]))
    lags = [_lag_of_peak(rain, effect, 16) * 10 for effect in (depth, sewer, slow, calls)]
    print("minutes after the rain: depth, sewer, speed, calls =", lags)
    assert 10 <= lags[0] <= 40
    assert 10 <= lags[1] <= 40
    assert lags[0] <= lags[2] <= 60
    assert 30 <= lags[3] <= 90
    assert lags[3] > lags[2]


def test_the_district_sees_the_storm() -> None:
    """The values that a wall shows move the right way, by enough to be seen."""
    city = living()
    storm = max(_storms(12), key=lambda s: sum(c.peak for c in s.cells))
    calm = storm.start_ms - 2 * HOUR_MS
    moments = range(storm.start_ms, storm.end_ms + 2 * HOUR_MS, STEP)

    def reached(sign: str, best: "type[max] | type[min]" = max) -> float:
        return best(district_value(city, sign, at) for at in moments)

    assert reached("SAF-14") > 15
    assert reached("FAC-13") > 10 > district_value(city, "FAC-13", calm)
    assert reached("FAC-15") > district_value(city, "FAC-15", calm) + 15
    assert reached("TRA-01", min) < district_value(city, "TRA-01", calm) - 4
    assert reached("OPS-01") > district_value(city, "OPS-01", calm) + 300
    assert reached("SAF-15") >= 1


def test_issued_levels_are_whole_and_stand_a_while() -> None:
    city = living()
    storm = _storms(8)[0]
    for i in range(city.ground.counted):
        levels = [
            city.weather.row("warning", at)[i]
            for at in range(storm.start_ms, storm.end_ms + 3 * HOUR_MS, STEP)
        ]
        assert set(levels) <= {0.0, 1.0, 2.0, 3.0, 4.0}
        runs = [len(list(run)) for level, run in itertools.groupby(levels) if level > 0]
        raised = [k for k, (a, b) in enumerate(itertools.pairwise(levels)) if b > a]
        if raised and levels[-1] == 0:
            assert sum(runs) * STEP >= HOUR_MS


def test_seasons_and_days() -> None:
    weather = living().weather
    noon = [
        weather.row("temperature", START + d * DAY_MS + 4 * HOUR_MS)[0] for d in range(0, 365, 15)
    ]
    night = [
        weather.row("temperature", START + d * DAY_MS - 6 * HOUR_MS)[0] for d in range(0, 365, 15)
    ]
    assert mean(noon) > mean(night) + 3
    assert max(noon) > 28
    assert min(night) < 8
