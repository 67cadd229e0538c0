"""How a city's signs behave in the demonstration: `demo.csv` (one row a sign) and `demo.toml`.

Strengths are in *steps*: 0 is the sign's typical value, 1 where attention begins, 2 warning,
3 alarm. So the demonstration stays as calm as its author meant when a threshold moves.
"""

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Coupling:
    """`driver:gain@lag/memory`: what the sign feels of a driver, when, and for how long."""

    driver: str  # a driver of demo.toml, or another sign's code
    gain: float  # steps at the driver's full strength; negative = eases
    lag_min: float
    memory_min: float  # e-folding time; 0 = follows at once


@dataclass(frozen=True, slots=True)
class Incidents:
    """`number/hours/size`: seeded incidents without a cause in the weather."""

    per_month: float  # in 30 days
    hours: float  # mean duration
    size: float  # steps at most; most are smaller


@dataclass(frozen=True, slots=True)
class SignBehaviour:
    """One row of demo.csv."""

    sign: str
    base: str  # "" = the typical value, else a quantity of the weather
    shape: str  # a shape of demo.toml, "" = flat
    amplitude: float  # steps at the shape's peak
    weekend: float  # steps added on Saturday and Sunday
    noise: float  # steps (σ) of the whole district together
    scatter: float  # steps (σ) of each street by itself
    pace_min: float  # how slowly noise wanders
    spread: float  # steps between quiet and busy streets
    hours: tuple[float, float] | None  # measured only between these local hours, held outside
    share: str  # how sums and masses are shared: population | area | jobs | equal
    mass: float  # district total of weights or denominators, 0 = none sent
    count: bool  # whole numbers
    points: int  # devices in a street
    areas: bool  # special areas report it too
    couplings: tuple[Coupling, ...]
    local: Incidents | None  # in one street and around it
    wide: Incidents | None  # felt by the district's value


class Driver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity of the weather as a pressure: 0 up to `start`, 1 at `full`, at most `most`."""

    of: str
    start: float
    full: float
    most: float = 1.5

    def pressure(self, quantity: float) -> float:
        """The pressure (0 … most) of a quantity; `full` below `start` means that less is more."""
        strength = (quantity - self.start) / (self.full - self.start)
        return 0.0 if strength <= 0 else min(strength, self.most)


class Climate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weather of the place; temperatures ℃, gusts m/s, rain mm/h, shares per day."""

    mean_c: float
    season_c: float  # half the range of the year
    warmest_day: float  # of the year
    day_c: float  # half the range of a day
    wander_c: float
    gust_ms: float
    storm_share: float  # of days with a thunderstorm, warm season
    storm_share_cold: float
    storm_peak: float  # mm/h in the core of an ordinary storm
    drizzle_share: float
    gale_share: float
    warn_rain: tuple[float, float, float, float]  # mm in the hour for issued level 1 … 4
    warn_gust: tuple[float, float, float, float]
    warn_heat: tuple[float, float, float, float]
    warn_hold_min: float  # a level once issued stands at least so long


class RealSeries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of public data under DEMO_DATA, replayed with a mapping where it is there."""

    file: str
    mapping: str


class ObservedFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a quantity of the weather follows from a real sign: 0 at `zero`, 1 at `one`."""

    sign: str
    zero: float
    one: float


class Disorder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often things go wrong with the sources and the sensors themselves."""

    silent_share: float  # of a source's time
    silent_shortest_min: float
    silent_cadences: tuple[float, float]  # length of a silence
    silent_signs: int  # sources with more signs than this do not fall silent
    never: int  # sources that have never reported
    stuck_share: float  # of (sign, street, day)
    stuck_hours: tuple[float, float]
    spike_share: float  # of readings
    nan_share: float  # of readings
    skew_share: float  # of (source, day)
    skew_hours: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Everything the simulator knows about a city beyond its catalogue."""

    signs: dict[str, SignBehaviour]
    shapes: dict[str, tuple[float, ...]]  # 168 hours from Monday 00:00, mean 0, peak 1
    drivers: dict[str, Driver]
    climate: Climate
    disorder: Disorder
    real: tuple[RealSeries, ...]
    observed: dict[str, ObservedFrom]  # by quantity
    missing: tuple[str, ...]  # measured signs of the catalogue without a row: not simulated
