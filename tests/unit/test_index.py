"""The index and its receipt add up."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.index import Index, condition
from domain.index import city_index as weighed_index
from domain.sign import State
from tests.unit.signs import WEIGHTS

groups = st.lists(st.sampled_from(list(State)), min_size=1, max_size=150).map(
    lambda states: [(f"S-{n}", state) for n, state in enumerate(states)]
)


def city_index(states: list[tuple[str, State]]) -> Index:
    return weighed_index(states, WEIGHTS)


@given(groups)
def test_the_receipt_sums_to_the_index(states: list[tuple[str, State]]) -> None:
    index = city_index(states)
    lost = round(sum(d.points for d in index.detractors), 2)
    if all(state is State.UNKNOWN for _, state in states):
        assert index.value is None
        return
    assert index.value == round(max(0.0, 100 - lost), 2)
    assert index.low is not None and index.low <= index.value


@given(groups)
def test_unknown_is_counted_apart_and_costs_only_the_lower_bound(
    states: list[tuple[str, State]],
) -> None:
    index = city_index(states)
    assert index.excluded == sum(1 for _, s in states if s is State.UNKNOWN)
    assert all(d.state is not State.UNKNOWN for d in index.detractors)
    if index.excluded == 0:
        assert index.low == index.value


def test_all_calm_is_one_hundred_and_nothing_known_is_no_number() -> None:
    assert city_index([("A", State.NORMAL)]).value == 100
    assert city_index([("A", State.UNKNOWN)]).value is None
    assert city_index([]).value is None


@given(st.lists(st.sampled_from(list(State)), max_size=150))
def test_a_place_is_normal_only_where_half_is_known(states: list[State]) -> None:
    found = condition(states)
    known = [state for state in states if state is not State.UNKNOWN]
    bad = [state for state in known if state is not State.NORMAL]
    if bad:
        assert WEIGHTS.of(found) == max(WEIGHTS.of(state) for state in bad)
    else:
        enough = bool(states) and 2 * len(known) >= len(states)
        assert found is (State.NORMAL if enough else State.UNKNOWN)


def test_worse_costs_more() -> None:
    costs = [WEIGHTS.of(s) for s in (State.NORMAL, State.ATTENTION, State.WARNING, State.ALARM)]
    assert costs == sorted(costs) and len(set(costs)) == 4


def test_the_district_is_the_weighted_mean_of_its_groups() -> None:
    states = [(f"S-{n}", State.NORMAL) for n in range(117)]
    states[3] = ("S-3", State.ALARM)
    states[80] = ("S-80", State.ATTENTION)
    whole = city_index(states).value
    parts = [states[:20], states[20:81], states[81:]]
    mean = sum((city_index(p).value or 0) * len(p) for p in parts) / 117
    assert whole is not None and abs(whole - mean) < 0.01


@given(groups)
def test_the_reference_weights_make_the_index_that_they_always_made(
    states: list[tuple[str, State]],
) -> None:
    """The rule as it stood in code before weights were data."""
    cost = {State.ATTENTION: 0.25, State.WARNING: 0.75, State.ALARM: 2.0}
    factor = 117 / len(states)
    points = [round(cost[state] * factor, 2) for _, state in states if state in cost]
    unknown = sum(state is State.UNKNOWN for _, state in states)
    found = city_index(states)
    if unknown < len(states):
        hidden = unknown * round(2.0 * factor, 2)
        lost = sum(sorted(points, reverse=True))
        assert found.value == round(max(0.0, 100 - lost), 2)
        assert found.low == round(max(0.0, 100 - lost - hidden), 2)
    assert sorted(d.points for d in found.detractors) == sorted(points)


@given(groups, st.integers(1, 500), st.floats(0.01, 5))
def test_other_weights_make_another_index(
    states: list[tuple[str, State]], scale: int, alarm: float
) -> None:
    own = replace(WEIGHTS, scale=scale, attention=0.0, warning=alarm / 2, alarm=alarm)
    found = weighed_index(states, own)
    for detractor in found.detractors:
        assert detractor.state is not State.ATTENTION, "what costs nothing is no deduction"
        exact = own.of(detractor.state) * scale / len(states)
        assert abs(detractor.points - exact) < 0.00501
