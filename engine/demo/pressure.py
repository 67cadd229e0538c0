"""What the weather does to things that are slow to feel it: drivers filtered by a memory."""

import math

from domain.clock import MINUTE_MS
from engine.demo.behaviour import Driver
from engine.demo.weather import STEP_MS, STEPS, Row, Weather, row_between

_KEPT = 96


class Pressures:
    """Rows of drivers (0 … 1.5 at every place), smoothed by an exponential memory."""

    def __init__(self, weather: Weather, drivers: dict[str, Driver], offset_ms: int) -> None:
        self._weather = weather
        self._drivers = drivers
        self._offset_ms = offset_ms
        self._filtered: dict[tuple[str, float, int], list[Row]] = {}

    def row(self, driver: str, memory_min: float, at_ms: int) -> Row:
        """The pressure of a driver at every place, remembered with e-folding `memory_min`."""

        def grid(name: str, day: int) -> list[Row]:
            return self._grid(name, memory_min, day)

        return row_between(grid, driver, at_ms, self._offset_ms, stepped=False)

    def _grid(self, driver: str, memory_min: float, day: int) -> list[Row]:
        key = (driver, memory_min, day)
        rows = self._filtered.get(key)
        if rows is None:
            rows = self._raw(driver, day)
            if memory_min > 0:
                rows = _remember([*self._raw(driver, day - 1), *rows], memory_min)[STEPS:]
            self._filtered[key] = rows
            if len(self._filtered) > _KEPT:
                self._filtered.pop(next(iter(self._filtered)))
        return rows

    def _raw(self, driver: str, day: int) -> list[Row]:
        what = self._drivers[driver]
        return [[what.pressure(q) for q in row] for row in self._weather.grid(what.of, day)]


def _remember(rows: list[Row], memory_min: float) -> list[Row]:
    """First-order response to rows every STEP_MS, starting from rest.

    y[k] = a·y[k-1] + (1 - a)·x[k] with a = exp(-step / memory); never forgets within its rows,
    so rows must begin long (many memories) before the part that is used.
    """
    keep = math.exp(-STEP_MS / (memory_min * MINUTE_MS))
    take = 1.0 - keep
    state = [0.0] * len(rows[0])
    out = []
    for row in rows:
        if any(row) or any(state):
            state = [
                y if (y := keep * s + take * x) > 1e-6 else 0.0
                for s, x in zip(state, row, strict=True)
            ]
        out.append(state)
    return out
