"""What the weather does to things that are slow to feel it: drivers filtered by a memory."""

import math

from domain.clock import MINUTE_MS
from engine.demo.behaviour import Driver
from engine.demo.weather import STEP_MS, STEPS, Row, Weather, row_between

_KEPT = 128
_NOTHING = 1e-5


class Pressures:
    """Rows of drivers (0 … 1.5 at every place), smoothed by an exponential memory."""

    def __init__(self, weather: Weather, drivers: dict[str, Driver], grid_ms: int) -> None:
        self._weather = weather
        self._drivers = drivers
        self._grid_ms = grid_ms
        self._filtered: dict[tuple[str, float, int], list[Row]] = {}

    def row(self, driver: str, memory_min: float, at_ms: int) -> Row:
        """The pressure of a driver at every place, remembered with e-folding `memory_min`."""

        def grid(name: str, day: int) -> list[Row]:
            return self._grid(name, memory_min, day)

        return row_between(grid, driver, at_ms, self._grid_ms, stepped=False)

    def _grid(self, driver: str, memory_min: float, day: int) -> list[Row]:
        key = (driver, memory_min, day)
        rows = self._filtered.get(key)
        if rows is None:
            if memory_min > 0:
                rows = [*self._grid(driver, 0.0, day - 1), *self._grid(driver, 0.0, day)]
                rows = _remember(rows, memory_min)[STEPS:]
            else:
                rows = self._raw(driver, day)
            self._filtered[key] = rows
            if len(self._filtered) > _KEPT:
                self._filtered.pop(next(iter(self._filtered)))
        return rows

    def _raw(self, driver: str, day: int) -> list[Row]:
        what = self._drivers[driver]
        felt = what.pressure
        rows = self._weather.grid(what.of, day)
        if what.full > what.start:  # most of the time there is nothing: one row of it for all
            still = [0.0] * len(rows[0])
            return [[felt(q) for q in row] if max(row) > what.start else still for row in rows]
        return [[felt(q) for q in row] for row in rows]


def _remember(rows: list[Row], memory_min: float) -> list[Row]:
    """First-order response to rows every STEP_MS, starting from rest.

    y[k] = a·y[k-1] + (1 - a)·x[k] with a = exp(-step / memory); never forgets within its rows,
    so rows must begin long (many memories) before the part that is used.
    """
    keep = math.exp(-STEP_MS / (memory_min * MINUTE_MS))
    take = 1.0 - keep
    rest = state = [0.0] * len(rows[0])
    out = []
    for row in rows:
        if state is not rest or any(row):
            state = [keep * s + take * x for s, x in zip(state, row, strict=True)]
            if max(state) < _NOTHING:
                state = rest
        out.append(state)
    return out
