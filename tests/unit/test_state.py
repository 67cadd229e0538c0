"""Thresholds, hysteresis, minimum duration: the edges, exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.indicator import Direction
from domain.sign import SEVERITY, State
from domain.state import Judge, Judged, make_judge
from tests.unit.signs import make_sign, thresholds

MINUTE = 60_000


def judge(**changes: object) -> Judge:
    sign = make_sign(**changes)
    return make_judge(sign, sign.thresholds[0])


def fold(j: Judge, *values: float) -> list[State]:
    before: Judged | None = None
    states = []
    for n, value in enumerate(values):
        before = j.step(before, n * MINUTE, value)
        states.append(before.state)
    return states


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (9.99, State.NORMAL),
        (10, State.ATTENTION),
        (19.99, State.ATTENTION),
        (20, State.WARNING),
        (24.99, State.WARNING),
        (25, State.ALARM),
        (900, State.ALARM),
    ],
)
def test_a_threshold_is_reached_when_it_is_met(value: float, state: State) -> None:
    assert judge().grade(value) is state


def test_lower_is_worse() -> None:
    j = judge(
        direction=Direction.LOWER_WORSE,
        typical=99.1,
        thresholds=(thresholds(attention_low=98, warning_low=97, alarm_low=96),),
    )
    graded = [j.grade(v) for v in (98.1, 98, 97, 96)]
    assert graded == [State.NORMAL, State.ATTENTION, State.WARNING, State.ALARM]
    # 5 % of 98 would ask for 102.9 %: half the way to the typical value is asked instead
    assert fold(j, 97.9, 98.2, 98.6)[1:] == [State.ATTENTION, State.NORMAL]


def test_both_sides_of_a_band() -> None:
    j = judge(
        direction=Direction.BAND,
        typical=225,
        thresholds=(
            thresholds(
                attention_low=170, attention_high=270, warning_low=150, warning_high=290,
                alarm_low=120, alarm_high=310,
            ),
        ),
    )  # fmt: skip
    assert j.grade(225) is State.NORMAL
    assert j.grade(170) is j.grade(270) is State.ATTENTION
    assert j.grade(119) is j.grade(311) is State.ALARM
    assert j.crossing(State.ALARM, 119) == (120, False, None)
    assert j.crossing(State.ALARM, 311) == (310, True, None)


@given(st.sampled_from(list(Direction)), st.lists(st.floats(0, 40), min_size=1, max_size=40))
def test_a_relation_is_never_said_of_a_value_that_does_not_meet_it(
    direction: Direction, values: list[float]
) -> None:
    upper = {"attention_high": 30, "warning_high": 33, "alarm_high": 36}
    lower = {"attention_low": 12, "warning_low": 9, "alarm_low": 5}
    edges = {
        Direction.HIGHER_WORSE: upper, Direction.LOWER_WORSE: lower, Direction.BAND: upper | lower
    }[direction]  # fmt: skip
    j = judge(direction=direction, typical=20, thresholds=(thresholds(**edges),))
    for state, value in zip(fold(j, *values), values, strict=True):
        found = j.crossing(state, value)
        if found is None:
            assert state is State.NORMAL
            continue
        assert found.upper is (value > 20)  # the side it has come from is the side it is on
        if found.clear is None:
            assert value >= found.edge if found.upper else value <= found.edge
        elif found.upper:
            assert found.clear <= value < found.edge
        else:
            assert found.edge < value <= found.clear


def test_a_value_at_the_edge_does_not_flicker() -> None:
    # 24 is below 25 but not clear of it (23.75): the alarm holds until three such samples in a row
    assert fold(judge(), 25, 24, 24, 25, 24, 24, 24)[1:] == [State.ALARM] * 5 + [State.WARNING]


def test_a_clear_value_eases_at_once() -> None:
    assert fold(judge(), 30, 5) == [State.ALARM, State.NORMAL]
    assert fold(judge(), 30, 22) == [State.ALARM, State.WARNING]


def test_worsening_waits_for_the_minimum_duration() -> None:
    j = judge(raise_after_s=120)
    assert fold(j, 0, 26, 26, 26) == [State.NORMAL, State.NORMAL, State.NORMAL, State.ALARM]
    assert fold(j, 0, 26, 0, 26, 26) == [State.NORMAL] * 5  # an interruption starts it anew


def test_the_first_sample_is_believed_at_once() -> None:
    assert fold(judge(raise_after_s=600), 26) == [State.ALARM]


@given(st.lists(st.floats(0, 40), min_size=1, max_size=60))
def test_a_state_is_never_milder_than_what_has_stood_since_it_changed(values: list[float]) -> None:
    """Without a minimum duration the state is never milder than the present value."""
    j = judge()
    for state, value in zip(fold(j, *values), values, strict=True):
        assert SEVERITY[state] >= SEVERITY[j.grade(value)]


@given(st.floats(-5, 60), st.floats(-5, 60))
def test_badness_follows_the_value(one: float, other: float) -> None:
    j = judge()
    low, high = sorted((one, other))
    assert j.badness(low) <= j.badness(high)
    assert SEVERITY[j.grade(high)] == min(3, int(j.badness(high) + 1e-12))


def test_scaled_thresholds_keep_counts_apart() -> None:
    sign = make_sign(
        typical=2,
        threshold_rule="scale_population",
        thresholds=(thresholds(attention_high=5, warning_high=15, alarm_high=30),),
    )
    small = make_judge(sign, sign.thresholds[0], share=0.001)
    assert small.higher == (2.0, 3.0, 4.0)
    half = make_judge(sign, sign.thresholds[0], share=0.25)
    assert half.higher == (2.0, 2 * 0.25 + 13 * 0.5, 2 * 0.25 + 28 * 0.5)
    whole = make_judge(sign, sign.thresholds[0], share=1.0)
    assert whole.higher == (5, 15, 30)
