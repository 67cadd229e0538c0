"""The simulated city as a pure function: the same always, acceptable to the intake, adding up."""

import pytest

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.facts.fact import Parcel, Reason, window
from domain.facts.reading import Reading
from domain.facts.reading_check import Validator
from domain.indicator import Rule
from engine.demo.backlog import Helping, readings_of
from engine.demo.behaviour_files import load_behaviour
from engine.demo.city import SimReading, SimulatedCity, city_readings, readings
from tests.unit.demo_city import SEED, START, judges, living

CITIES = ("pudong", "pingshan")


def _an_hour(city: SimulatedCity) -> list[SimReading]:
    return list(city_readings(city, START, START + HOUR_MS // 2))


def test_any_moment_can_be_asked_alone() -> None:
    """A fresh process asking backwards gets what a running one has sent."""
    told = {
        (r["sign"], r["street"], r["observed_at"], r.get("point", "")): r["value"]
        for r in _an_hour(living())
    }
    again = SimulatedCity(living().catalogue, load_behaviour(living().catalogue), SEED)
    for part in range(2, -1, -1):
        at = START + part * 10 * MINUTE_MS
        for r in city_readings(again, at, at + 10 * MINUTE_MS):
            key = (r["sign"], r["street"], r["observed_at"], r.get("point", ""))
            value = told.pop(key)
            assert value == r["value"] or value != value  # NaN is not equal to itself
    assert told == {}


def test_another_seed_is_another_city() -> None:
    catalogue = living().catalogue
    behaviour = load_behaviour(catalogue)
    ours = list(readings(catalogue, behaviour, SEED, START, START + 5 * MINUTE_MS))
    other = list(readings(catalogue, behaviour, SEED + 1, START, START + 5 * MINUTE_MS))
    assert ours == list(readings(catalogue, behaviour, SEED, START, START + 5 * MINUTE_MS))
    assert [r["value"] for r in ours] != [r["value"] for r in other]


@pytest.mark.parametrize("name", CITIES)
def test_the_intake_takes_all_but_the_sensors_faults(name: str) -> None:
    """No reading for a place where a sign is not defined, none of another source."""
    city = living(name)
    validator = Validator(city.catalogue)
    faults = {Reason.ABSURD, Reason.NOT_FINITE, Reason.TOO_FAR_AHEAD}
    taken = 0
    by_source: dict[str, list[Reading]] = {}
    for at in range(START - DAY_MS, START, 8 * HOUR_MS):
        for r in readings_of(city, Helping(at, at + 3 * HOUR_MS, hourly=True)):
            by_source.setdefault(r["source"], []).append(Reading(**r))
    for source, rows in by_source.items():
        checked = validator.check(Parcel(rows, range(len(rows))), source, window(START, 2))
        assert {r.reason for r in checked.rejected} <= faults, checked.rejected[:3]
        taken += len(rows) - len(checked.rejected)
    assert taken > 100


@pytest.mark.parametrize("name", CITIES)
def test_every_measured_sign_is_reported_where_it_is_defined(name: str) -> None:
    city = living(name)
    streets = {s.code for s in city.catalogue.counted}
    for code, model in city.signs.items():
        sign = city.catalogue.sign[code]
        where = set(city._codes(model))
        assert where >= streets if sign.at_street else where == {None}
        assert len(city.row(model, START)) == len(where)
    assert city.signs.keys() == {s.code for s in city.catalogue.signs if s.derived is None}


def test_a_place_without_the_sign_has_no_value() -> None:
    city = living()
    street = city.catalogue.counted[0].code
    nowhere = next(m.sign.code for m in city.signs.values() if not m.at_street)
    with pytest.raises(KeyError, match="not measured"):
        city.value(nowhere, street, START)
    everywhere = next(m.sign.code for m in city.signs.values() if m.at_street)
    assert city.value(everywhere, street, START) == city.row(city.signs[everywhere], START)[0]


def test_counts_are_whole_and_values_stay_in_their_range() -> None:
    city = living()
    for at in (START, START + 19 * HOUR_MS):
        for model in city.signs.values():
            row = city.row(model, at)
            assert all(model.sign.value_min <= v <= model.sign.value_max for v in row)
            if model.behaviour.count:
                assert all(v == int(v) for v in row), model.sign.code
    sums = [s for s in city.catalogue.signs if s.rule is Rule.SUM and s.decimals == 0]
    assert all(city.signs[s.code].behaviour.count for s in sums if s.at_street)


def test_shares_are_those_by_which_the_engine_scales_thresholds() -> None:
    for name in CITIES:
        city = living(name)
        for model in city.signs.values():
            if not model.sign.threshold_rule.startswith("scale_") or not model.at_street:
                continue
            for place, share in zip(city.ground.places, model.shares, strict=False):
                judge = judges(name)(model.sign, place.code, "")
                assert judge.typical == pytest.approx(model.sign.typical * share)


def test_signs_fed_by_another_source_are_left_out_but_still_felt() -> None:
    catalogue = living().catalogue
    without = frozenset({"SAF-14", "FAC-13"})
    city = SimulatedCity(catalogue, load_behaviour(catalogue), SEED, without)
    told = {r["sign"] for r in _an_hour(city)}
    assert not told & without
    model = city.signs["OPS-01"]
    assert city.row(model, START) == living().row(living().signs["OPS-01"], START)
