"""The weather over the district: one pure field of place and time, kept in day-long grids.

Quantities: rain (mm/h), rain_hour (mm in the past hour), gust (m/s), temperature (℃), warning
(issued level 0–4), haze (0 clean … 1 stagnant), tide (−1 … 1). Storms, drizzle and gales are
seeded; more frequent than in nature, so that a visitor of two days sees one.

An `Observed` series (real measurements on today's clock) takes the place of what is seeded where
it has something to say; the rest of the weather follows from it all the same.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import Protocol

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from engine.demo.behaviour import Climate
from engine.demo.chance import noise_row, stream, uniform
from engine.demo.storms import Point, Storm, storms_of_day

STEP_MS = 10 * MINUTE_MS
STEPS = DAY_MS // STEP_MS
QUANTITIES = ("rain", "rain_hour", "gust", "temperature", "warning", "haze", "tide")
MEASURABLE = ("rain", "temperature", "gust", "haze")  # where real series can stand in
STEPPED = frozenset({"warning"})  # never interpolated: a level is issued, it does not glide

_M2_H, _S2_H = 12.4206, 12.0  # principal lunar and solar semidiurnal tides, hours
_KEPT_DAYS = 8
_HOUR_STEPS = HOUR_MS // STEP_MS

Row = list[float]
Grid = Callable[[str, int], list[Row]]  # rows of a named quantity for a local day


class Observed(Protocol):
    """A measured series on today's clock; None where it has nothing to say."""

    def at(self, quantity: str, at_ms: int) -> float | None:
        """One of MEASURABLE at an instant."""


class Weather:
    """The field; `places` are km east and north of the middle, in the order of all rows."""

    def __init__(
        self,
        climate: Climate,
        seed: int,
        places: tuple[Point, ...],
        grid_ms: int,
        observed: Observed | None = None,
    ) -> None:
        self._climate = climate
        self._seed = seed
        self._places = places
        self._grid_ms = grid_ms
        self._observed = observed
        self._extent = max((math.hypot(x, y) for x, y in places), default=1.0)
        self._days: dict[tuple[str, int], list[Row]] = {}
        self._warm = stream(seed, "temperature")
        self._wind = stream(seed, "gust")
        self._still = stream(seed, "haze")
        local = stream(seed, "place")
        self._wetter = [uniform(local, i, 0.7, 1.3) for i in range(len(places))]
        self._cooler = [uniform(local, -1 - i, -1.0, 0.2) for i in range(len(places))]

    def grid(self, quantity: str, day: int) -> list[Row]:
        """Rows of a quantity every ten minutes of a local day (days since 1970-01-01)."""
        key = (quantity, day)
        rows = self._days.get(key)
        if rows is None:
            rows = getattr(self, f"_{quantity}")(day)
            self._days[key] = rows
            if len(self._days) > _KEPT_DAYS * (len(QUANTITIES) + 1):
                self._days.pop(next(iter(self._days)))
        return rows

    def row(self, quantity: str, at_ms: int) -> Row:
        """A quantity at every place at an instant."""
        return row_between(self.grid, quantity, at_ms, self._grid_ms)

    def _start(self, day: int) -> int:
        return day * DAY_MS - self._grid_ms

    def _warmth(self, day: int) -> float:
        """0 in the coldest, 1 in the warmest season."""
        turn = 2 * math.pi * (day % 365.2425 - self._climate.warmest_day) / 365.2425
        return (1.0 + math.cos(turn)) / 2.0

    def storms(self, day: int) -> tuple[Storm, ...]:
        """The storms that begin from a local day."""
        return storms_of_day(
            self._seed, day, self._start(day), self._warmth(day), self._climate, self._extent
        )

    def _measured(self, quantity: str, at_ms: int) -> float | None:
        return None if self._observed is None else self._observed.at(quantity, at_ms)

    def _rain(self, day: int) -> list[Row]:
        start = self._start(day)
        storms = [s for d in (day - 1, day, day + 1) for s in self.storms(d)]
        rows = []
        for k in range(STEPS):
            at = start + k * STEP_MS
            if self._measured("rain", at) is not None:
                rows.append(self._measured_rain(at))
                continue
            row = [self._drizzle(day, at)] * len(self._places)
            for storm in storms:
                if storm.start_ms <= at <= storm.end_ms:
                    row = [a + b for a, b in zip(row, storm.rain(at, self._places), strict=True)]
            rows.append(row)
        return rows

    def _measured_rain(self, at_ms: int) -> Row:
        """One gauge's hour over the district: it comes from the west, here more, there less."""
        rain = []
        for (x, _), wetter in zip(self._places, self._wetter, strict=True):
            value = self._measured("rain", at_ms - round(x * 2.0) * MINUTE_MS)
            rain.append((value or 0.0) * wetter)
        return rain

    def _drizzle(self, day: int, at_ms: int) -> float:
        of = stream(self._seed, "drizzle", str(day))
        if uniform(of, 0) >= self._climate.drizzle_share:
            return 0.0
        hour = (at_ms - self._start(day)) / HOUR_MS
        begin, length = uniform(of, 1, 0.0, 16.0), uniform(of, 2, 3.0, 8.0)
        into = (hour - begin) / length
        if not 0.0 < into < 1.0:
            return 0.0
        return uniform(of, 3, 0.4, 2.0) * math.sin(math.pi * into)

    def _rain_hour(self, day: int) -> list[Row]:
        before, rain = self.grid("rain", day - 1)[-_HOUR_STEPS:], self.grid("rain", day)
        rows = [*before, *rain]
        total = [sum(r[i] for r in rows[:_HOUR_STEPS]) for i in range(len(self._places))]
        out = []
        for k in range(STEPS):
            total = [
                max(0.0, t + a - b)
                for t, a, b in zip(total, rows[k + _HOUR_STEPS], rows[k], strict=True)
            ]
            out.append([t / _HOUR_STEPS for t in total])
        return out

    def _gust(self, day: int) -> list[Row]:
        start, rain = self._start(day), self.grid("rain", day)
        out = []
        for k in range(STEPS):
            at = start + k * STEP_MS
            hour = k * STEP_MS / HOUR_MS
            measured = self._measured("gust", at)
            if measured is None:
                measured = self._climate.gust_ms * (
                    1.0 + 0.2 * math.cos((hour - 14) * math.pi / 12)
                )
                measured += 1.0 * noise_row(self._wind, at, 5 * HOUR_MS, 1)[0] + self._gale(day, at)
            local = noise_row(self._wind ^ 1, at, HOUR_MS, len(self._places))
            out.append(
                [
                    max(0.3, measured - 1.0 + 0.5 * n + 9.0 * min(1.0, r / 45.0))
                    for n, r in zip(local, rain[k], strict=True)
                ]
            )
        return out

    def _gale(self, day: int, at_ms: int) -> float:
        total = 0.0
        for d in (day - 1, day):
            of = stream(self._seed, "gale", str(d))
            if uniform(of, 0) >= self._climate.gale_share:
                continue
            into = (at_ms - self._start(d)) / HOUR_MS - uniform(of, 1, 0.0, 24.0)
            length = uniform(of, 2, 7.0, 14.0)
            if 0.0 < into < length:
                total += uniform(of, 3, 8.0, 13.0) * math.sin(math.pi * into / length)
        return total

    def _temperature(self, day: int) -> list[Row]:
        start, wet, climate = self._start(day), self.grid("rain_hour", day), self._climate
        season = climate.mean_c + climate.season_c * (2.0 * self._warmth(day) - 1.0)
        out = []
        for k in range(STEPS):
            at = start + k * STEP_MS
            air = self._measured("temperature", at)
            cooled = 0.0
            if air is None:
                hour = k * STEP_MS / HOUR_MS
                air = season + climate.day_c * math.cos((hour - 14.5) * math.pi / 12)
                air += climate.wander_c * noise_row(self._warm, at, 2 * DAY_MS, 1)[0]
                cooled = 4.0
            chill = zip(self._cooler, wet[k], strict=True)
            out.append([air + local - cooled * min(1.0, r / 15.0) for local, r in chill])
        return out

    def _warning(self, day: int) -> list[Row]:
        """Issued levels: what the hour's rain, gusts and heat call for, held for a while."""
        hold = max(1, round(self._climate.warn_hold_min * MINUTE_MS / STEP_MS))
        raw = [*self.grid("called_for", day - 1)[-hold:], *self.grid("called_for", day)]
        spans = (raw[k : k + hold + 1] for k in range(STEPS))
        return [[max(levels) for levels in zip(*rows, strict=True)] for rows in spans]

    def _called_for(self, day: int) -> list[Row]:
        climate = self._climate
        called = [[0.0] * len(self._places)] * STEPS
        for quantity, edges in (
            ("rain_hour", climate.warn_rain),
            ("gust", climate.warn_gust),
            ("temperature", climate.warn_heat),
        ):
            for k, row in enumerate(self.grid(quantity, day)):
                if max(row) >= edges[0]:
                    levels = (float(bisect_right(edges, q)) for q in row)
                    called[k] = [max(a, b) for a, b in zip(called[k], levels, strict=True)]
        return called

    def _haze(self, day: int) -> list[Row]:
        start, wet = self._start(day), self.grid("rain_hour", day)
        out = []
        for k in range(STEPS):
            measured = self._measured("haze", start + k * STEP_MS)
            if measured is not None:
                out.append([max(0.0, measured)] * len(self._places))
                continue
            still = noise_row(self._still, start + k * STEP_MS, 30 * HOUR_MS, 1)[0]
            level = min(1.0, max(0.0, 0.35 + 0.28 * still))
            out.append([level * (1.0 - 0.6 * min(1.0, r / 8.0)) for r in wet[k]])
        return out

    def _tide(self, day: int) -> list[Row]:
        start = self._start(day)
        out = []
        for k in range(STEPS):
            hours = (start + k * STEP_MS) / HOUR_MS
            lunar = math.cos(2 * math.pi * hours / _M2_H)
            solar = math.cos(2 * math.pi * hours / _S2_H)
            out.append([(lunar + 0.4 * solar) / 1.4] * len(self._places))
        return out


def row_between(
    grid: Grid, quantity: str, at_ms: int, grid_ms: int, stepped: bool | None = None
) -> Row:
    """A row between two grid steps: linear, or the last step's for issued levels."""
    day, into = divmod(at_ms + grid_ms, DAY_MS)
    k, rest = divmod(into, STEP_MS)
    row = grid(quantity, day)[k]
    if rest == 0 or (quantity in STEPPED if stepped is None else stepped):
        return row
    after = grid(quantity, day)[k + 1] if k + 1 < STEPS else grid(quantity, day + 1)[0]
    b = rest / STEP_MS
    a = 1.0 - b
    return [a * p + b * q for p, q in zip(row, after, strict=True)]
