"""The simulated city: every reading of every moment, computed from (seed, sign, place, instant).

There is no state: the same seed gives the same city in every process, at every restart, for the
past as for the future. What the caches keep could be thrown away at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NotRequired, TypedDict

from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_rfc3339
from domain.indicator import Rule
from domain.sign import Sign
from engine.demo.behaviour import Behaviour, Coupling
from engine.demo.chance import stream, uniform
from engine.demo.disorder import SourceDisorder, sensor_value, stuck_since
from engine.demo.ground import Ground
from engine.demo.pressure import Pressures
from engine.demo.schedule import due_times, phase_of
from engine.demo.signs import Row, SimulatedSign
from engine.demo.weather import Observed, Weather

_KEPT_ROWS = 512


class SimReading(TypedDict):
    """A reading as it goes to the intake."""

    source: str
    sign: str
    street: str | None
    observed_at: str
    value: float
    weight: NotRequired[float]
    denominator: NotRequired[float]
    point: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Signs of one source with one cadence: measured, and sent, together."""

    source: str
    cadence_ms: int
    phase_ms: int
    signs: tuple[SimulatedSign, ...]


class SimulatedCity:
    """A catalogue brought to life. `without` = signs that another source feeds."""

    def __init__(
        self,
        catalogue: Catalogue,
        behaviour: Behaviour,
        seed: int,
        without: frozenset[str] = frozenset(),
        observed: Observed | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._seed = seed
        self._grid_ms = catalogue.zone.grid_ms  # weather does not know of summer time
        self.ground = Ground(catalogue)
        self.weather = Weather(behaviour.climate, seed, self.ground.points, self._grid_ms, observed)
        self._pressures = Pressures(self.weather, behaviour.drivers, self._grid_ms)
        # signs that another source feeds stay in the model: what depends on them needs them
        self.signs = {
            sign.code: SimulatedSign(
                sign,
                behaviour.signs[sign.code],
                behaviour.shapes[behaviour.signs[sign.code].shape],
                self.ground,
                seed,
                catalogue.zone,
            )
            for sign in catalogue.signs
            if sign.code in behaviour.signs
        }
        self.disorder = SourceDisorder(catalogue, behaviour, seed, self._grid_ms)
        self._rules = behaviour.disorder
        self.groups = self._grouped(without)
        self._felt = lru_cache(maxsize=_KEPT_ROWS)(self._feel)
        self._quantity = lru_cache(maxsize=_KEPT_ROWS)(self.weather.row)
        self._sensors = {code: stream(seed, "sensor", code) for code in self.signs}

    def value(self, sign: str, street: str | None, at_ms: int) -> float:
        """The true value of a sign at a place (None = the district) at an instant.

        KeyError for an unknown sign or a place where it is not measured.
        """
        model = self.signs[sign]
        codes = self._codes(model)
        if street not in codes:
            raise KeyError(f"{sign} is not measured at {street}")
        return self.row(model, at_ms)[codes.index(street)]

    def row(self, model: SimulatedSign, at_ms: int) -> Row:
        """The true values of a sign at all its places."""
        return model.row(at_ms, self._felt, self._quantity)

    def readings_at(self, group: Group, at_ms: int) -> Iterator[SimReading]:
        """What a group's sensors report of an instant, faults and all; nothing when silent."""
        if self.disorder.silent(group.source, group.cadence_ms, at_ms):
            return
        stamp = to_rfc3339(at_ms + self.disorder.skew_ms(group.source, at_ms)) or ""
        for model in group.signs:
            yield from self._sign_readings(model, group.source, at_ms, stamp)

    def _sign_readings(
        self, model: SimulatedSign, source: str, at_ms: int, stamp: str
    ) -> Iterator[SimReading]:
        sign, sensor = model.sign, self._sensors[model.sign.code]
        row = self.row(model, at_ms)
        for i, code in enumerate(self._codes(model)):
            value = row[i]
            since = stuck_since(sensor, self._rules, i, at_ms, self._grid_ms)
            if since is not None and not model.behaviour.count:
                value = self.row(model, since)[i]
            for point, at_point in self._points(model, i, value):
                reading: SimReading = {
                    "source": source,
                    "sign": sign.code,
                    "street": code,
                    "observed_at": stamp,
                    "value": sensor_value(sensor, self._rules, sign, i, at_ms, at_point),
                }
                if point:
                    reading["point"] = point
                mass = model.masses[i]
                if mass is not None and sign.rule is Rule.RATIO:
                    reading["denominator"] = mass
                elif mass is not None:
                    reading["weight"] = mass
                yield reading

    def _points(
        self, model: SimulatedSign, place: int, value: float
    ) -> Iterator[tuple[str, float]]:
        """One device a street, or several of which one sees the worst of it."""
        count = model.behaviour.points
        if count == 1:
            yield "", value
            return
        of = stream(self._seed, "point", model.sign.code)
        typical = model.sign.typical
        for n in range(count):
            part = 1.0 if n == 0 else uniform(of, place * 32 + n, 0.35, 0.9)
            seen = typical + (value - typical) * part
            yield f"{model.sign.code}-{n + 1}", round(seen, model.sign.decimals + 1)

    def _codes(self, model: SimulatedSign) -> tuple[str | None, ...]:
        if not model.at_street:
            return (None,)
        return tuple(p.code for p in self.ground.places[: model.width])

    def _feel(self, coupling: Coupling, at_ms: int) -> Row:
        then = at_ms - round(coupling.lag_min * MINUTE_MS)
        driving = self.signs.get(coupling.driver)
        if driving is None:
            row = self._pressures.row(coupling.driver, coupling.memory_min, then)
        else:
            row = [max(0.0, d) for d in driving.disturbance(then, self._felt)]
        return [coupling.gain * r for r in row]

    def _grouped(self, without: frozenset[str]) -> tuple[Group, ...]:
        found: dict[tuple[str, int], list[SimulatedSign]] = {}
        for model in self.signs.values():
            sign: Sign = model.sign
            if sign.code not in without and sign.source not in self.disorder.never:
                found.setdefault((sign.source, sign.cadence_s), []).append(model)
        return tuple(
            Group(source, s * 1000, phase_of(self._seed, source, s), tuple(models))
            for (source, s), models in found.items()
        )


def readings(
    catalogue: Catalogue, behaviour: Behaviour, seed: int, from_ms: int, to_ms: int
) -> Iterator[SimReading]:
    """Every reading observed in [from_ms, to_ms), oldest first."""
    yield from city_readings(SimulatedCity(catalogue, behaviour, seed), from_ms, to_ms)


def city_readings(city: SimulatedCity, from_ms: int, to_ms: int) -> Iterator[SimReading]:
    """Every reading of a city observed in [from_ms, to_ms), oldest first."""
    offset = city.catalogue.zone.grid_ms
    due = [
        (at, n)
        for n, group in enumerate(city.groups)
        for at in due_times(group.cadence_ms, group.phase_ms, from_ms, to_ms, offset)
    ]
    for at, n in sorted(due):
        yield from city.readings_at(city.groups[n], at)
