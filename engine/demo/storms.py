"""Thunderstorms: groups of cells that travel over the district, so that neighbours get it in turn.

Positions are km east and north of the district's middle; rain is mm/h.
"""

import math
from dataclasses import dataclass

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from engine.demo.behaviour import Climate
from engine.demo.chance import stream, uniform

Point = tuple[float, float]

# Chance of a storm's hour of day: some at any hour, most in the afternoon.
_AFTERNOON = (13.0, 19.0)
_AFTERNOON_SHARE = 0.55
_SHIELD = 2.4  # radius of the light rain round a core, in core radii
_SHIELD_SHARE = 0.25  # its strength, of the core's


@dataclass(frozen=True, slots=True)
class StormCell:
    """One cell: where it is when it stands strongest, and how it grows and dies."""

    x: float
    y: float
    radius: float
    peak: float
    at_ms: int
    life_ms: int  # half its life: it grows for so long and dies for so long


@dataclass(frozen=True, slots=True)
class Storm:
    """Cells moving together at (vx, vy) km/h between two instants."""

    start_ms: int
    end_ms: int
    vx: float
    vy: float
    cells: tuple[StormCell, ...]

    def rain(self, at_ms: int, places: "tuple[Point, ...]") -> list[float]:
        """Rain (mm/h) at each place at an instant."""
        out = [0.0] * len(places)
        for cell in self.cells:
            age = abs(at_ms - cell.at_ms) / cell.life_ms
            if age >= 1.0:
                continue
            vigour = cell.peak * (1.0 - age * age)
            hours = (at_ms - cell.at_ms) / HOUR_MS
            x, y = cell.x + self.vx * hours, cell.y + self.vy * hours
            core = 2.0 * cell.radius * cell.radius
            shield = core * _SHIELD * _SHIELD
            for i, (px, py) in enumerate(places):
                gap = (px - x) ** 2 + (py - y) ** 2
                if gap < 4.5 * shield:
                    out[i] += vigour * (
                        (1.0 - _SHIELD_SHARE) * math.exp(-gap / core)
                        + _SHIELD_SHARE * math.exp(-gap / shield)
                    )
        return out


def storms_of_day(
    seed: int, day: int, day_start_ms: int, warmth: float, climate: Climate, extent_km: float
) -> tuple[Storm, ...]:
    """The storms that reach the district in a local day: none or one, by a seeded draw.

    `warmth` is 0 in the coldest, 1 in the warmest season; `extent_km` the district's half width.
    """
    of = stream(seed, "storm", str(day))
    cold = climate.storm_share_cold
    if uniform(of, 0) >= cold + (climate.storm_share - cold) * warmth:
        return ()
    if uniform(of, 1) < _AFTERNOON_SHARE:
        hour = uniform(of, 2, *_AFTERNOON)
    else:
        hour = uniform(of, 2, 0.0, 24.0)
    middle = day_start_ms + round(hour * HOUR_MS) % DAY_MS
    heading = math.radians(uniform(of, 3, -20.0, 100.0))  # towards east … north
    speed = uniform(of, 4, 18.0, 36.0)
    strength = climate.storm_peak * uniform(of, 5, 0.6, 1.7)
    count = 3 + int(uniform(of, 6, 0.0, 3.0))
    cells = tuple(
        _cell(of, 100 * (n + 1), middle, heading, speed, strength, extent_km) for n in range(count)
    )
    return (
        Storm(
            start_ms=min(c.at_ms - c.life_ms for c in cells),
            end_ms=max(c.at_ms + c.life_ms for c in cells),
            vx=speed * math.cos(heading),
            vy=speed * math.sin(heading),
            cells=cells,
        ),
    )


def _cell(
    of: int, lane: int, middle: int, heading: float, speed: float, strength: float, extent: float
) -> StormCell:
    at = middle + round(uniform(of, lane, -45.0, 45.0)) * MINUTE_MS
    aside = uniform(of, lane + 1, -0.6, 0.6) * extent
    along = (at - middle) / HOUR_MS * speed
    return StormCell(
        x=along * math.cos(heading) - aside * math.sin(heading),
        y=along * math.sin(heading) + aside * math.cos(heading),
        radius=uniform(of, lane + 2, 3.0, 5.5),
        peak=strength * uniform(of, lane + 3, 0.6, 1.0),
        at_ms=at,
        life_ms=round(uniform(of, lane + 4, 35.0, 70.0)) * MINUTE_MS,
    )
