"""What the tests of the demonstration share: the reference city brought to life, and its judge."""

import random
from collections import Counter
from dataclasses import dataclass
from functools import cache

from data_access.catalogue.loader import load_catalogue
from domain.aggregation import Child, aggregate
from domain.clock import DAY_MS, to_ms
from domain.sign import SEVERITY, State
from engine.city import Judges
from engine.demo.behaviour_files import load_behaviour
from engine.demo.city import SimulatedCity
from engine.demo.signs import SimulatedSign
from tests.clocks import MONDAY_MORNING

SEED = 20200928
START = to_ms(MONDAY_MORNING)


@cache
def living(city: str = "pudong", seed: int = SEED) -> SimulatedCity:
    """A city brought to life; shared, since it has no state."""
    catalogue = load_catalogue(city)
    return SimulatedCity(catalogue, load_behaviour(catalogue), seed)


@cache
def judges(city: str = "pudong") -> Judges:
    """The engine's judges of a city."""
    return Judges(load_catalogue(city))


def district_value(city: SimulatedCity, sign: str, at_ms: int) -> float:
    """What the engine would make of the streets' values."""
    model = city.signs[sign]
    row = city.row(model, at_ms)[: city.ground.counted]
    return _district_value(city, model, row, at_ms)


def _district_value(
    city: SimulatedCity, model: SimulatedSign, row: list[float], at_ms: int
) -> float:
    if not model.at_street:
        return row[0]
    judge = judges(city.catalogue.city)(model.sign, city.catalogue.code, "")
    parts = [Child(v, model.masses[i] or 1.0, at_ms) for i, v in enumerate(row)]
    total = aggregate(model.sign.rule, parts, judge.badness)
    assert total is not None
    return total.value


@dataclass(frozen=True)
class Moment:
    """All that a wall would show of an instant, every value judged by itself."""

    values: dict[str, float]  # by sign, of the district
    signs: Counter[State]
    streets: Counter[State]  # by the worst sign of each


@cache
def month() -> tuple[Moment, ...]:
    """Moments of seven days of four weeks, three of each at seeded hours."""
    chance = random.Random(5)
    days = [START + k * 28 * DAY_MS // 7 for k in range(7)]
    return tuple(
        moment(living(), day + chance.randrange(DAY_MS // 3) + part * DAY_MS // 3)
        for day in days
        for part in range(3)
    )


def moment(city: SimulatedCity, at_ms: int) -> Moment:
    """A city at an instant."""
    judge = judges(city.catalogue.city)
    code = city.catalogue.code
    values, states, streets = {}, Counter[State](), dict[str, list[State]]()
    for name, model in city.signs.items():
        row = city.row(model, at_ms)[: city.ground.counted]
        values[name] = _district_value(city, model, row, at_ms)
        states[judge(model.sign, code, "").grade(values[name])] += 1
        if model.at_street:
            for place, value in zip(city.ground.places, row, strict=False):
                state = judge(model.sign, place.code, "").grade(value)
                streets.setdefault(place.code, []).append(state)
    return Moment(
        values, states, Counter(max(found, key=SEVERITY.__getitem__) for found in streets.values())
    )
