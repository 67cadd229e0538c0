"""The receipt adds up exactly, whatever the hours; what-if changes one line of the same sum."""

from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.index import city_index
from domain.scoring import by_hours as rules
from domain.scoring.by_hours import spent
from domain.scoring.receipt import FULL, Line, Receipt, Subject, Unusable
from domain.sign import State
from domain.stays import Hours
from domain.weights import Weights
from tests.unit.signs import WEIGHTS

ONE = (WEIGHTS,)


def line_of(*about: object, weights: tuple[Weights, ...] = ONE) -> Line:
    """A line from its code, goal, department, hours, expected hours and number of signs."""
    sign, goal, department, hours, expected, signs = about
    parts = (hours,) if isinstance(hours, Hours) else hours
    subject = Subject(str(sign), str(goal), str(department))
    return rules.line_of(subject, parts, expected=expected, weights=weights, count=signs)  # type: ignore[arg-type]


def receipt(place: str, lines: list[Line]) -> Receipt:
    return rules.receipt(place, lines, ONE)


def points_of(spent: Hours, signs: int) -> int:
    return rules.points_of((spent,), ONE, signs)


def _hours(parts: tuple[float, float, float, float]) -> Hours:
    normal, attention, warning, alarm = parts
    return Hours(normal + attention + warning + alarm, attention, warning, alarm)


part = st.one_of(st.just(0.0), st.floats(0, 9000), st.integers(0, 672).map(lambda q: q / 12))
hours = st.tuples(part, part, part, part).map(_hours)


@st.composite
def receipts(draw: st.DrawFn) -> Receipt:
    drawn = draw(st.lists(st.tuples(hours, st.floats(0, 9000)), max_size=130))
    return receipt("310115004", _lines(drawn))


def _lines(drawn: list[tuple[Hours, float]]) -> list[Line]:
    return [
        line_of(f"S-{n}", f"goal-{n % 3}", f"dep-{n % 5}", spent, expected, len(drawn))
        for n, (spent, expected) in enumerate(drawn)
    ]


@given(receipts())
def test_lines_and_groups_sum_to_the_score_to_the_last_digit(found: Receipt) -> None:
    assert found.points == sum(line.points for line in found.lines)
    assert found.points == sum(g.points for g in found.groups(("goal-0", "goal-1", "goal-2")))
    if all(spent(line).hours.known == 0 for line in found.lines):
        assert found.score is None
        return
    assert found.score == FULL - found.points + found.floored
    assert 0 <= found.score <= FULL
    assert found.floored == 0 or found.score == 0


@given(receipts(), st.integers(0, 4), st.integers(0, 4))
def test_folding_lines_changes_no_sum(found: Receipt, first: int, second: int) -> None:
    folded = found
    for department in (first, second):  # folding may be repeated
        hidden = {
            line.subject.code for line in found.lines if line.subject.owner == f"dep-{department}"
        }
        folded = folded.without(hidden)
        assert not any(line.subject.code in hidden for line in folded.lines)
    part = folded.folded
    apart = (part.points, part.lines, part.usable) if part else (0, 0, 0)
    assert found.points == sum(line.points for line in folded.lines) + apart[0]
    assert len(found.lines) == len(folded.lines) + apart[1]
    usable = [line for line in found.lines if line.why is None]
    assert len(usable) == sum(1 for line in folded.lines if line.why is None) + apart[2]
    same = (folded.score, folded.count, folded.coverage, folded.usable, folded.points)
    assert same == (found.score, found.count, found.coverage, found.usable, found.points)


def test_what_is_not_folded_says_so() -> None:
    found = receipt("a", _lines([(Hours(1.0), 1.0)]))
    assert found.without(()) is found and found.folded is None


@given(receipts())
def test_lines_without_known_hours_deduct_nothing_and_are_excluded(found: Receipt) -> None:
    for line in found.lines:
        assert (line.why is None) is (spent(line).hours.known > 0)
        assert line.why is None or line.points == 0
        assert line.why is not Unusable.NOT_DUE or spent(line).expected == 0
    assert found.excluded == sum(1 for line in found.lines if line.why)


@given(st.lists(st.sampled_from(list(State)), min_size=1, max_size=117))
def test_a_sign_in_one_state_all_the_time_costs_what_it_costs_the_index(
    states: list[State],
) -> None:
    spent = {
        State.UNKNOWN: Hours(0.0),
        State.NORMAL: Hours(24.0),
        State.ATTENTION: Hours(24.0, attention=24.0),
        State.WARNING: Hours(24.0, warning=24.0),
        State.ALARM: Hours(24.0, alarm=24.0),
    }
    found = receipt("a", _lines([(spent[state], 24.0) for state in states]))
    index = city_index([(f"S-{n}", state) for n, state in enumerate(states)], WEIGHTS)
    if index.value is None:
        assert found.score is None
        return
    # the index rounds halves to even, the receipt up: at most a hundredth a line
    assert found.score == pytest.approx(round(index.value * 100), abs=len(states))
    if len(states) == 117:
        assert found.score == round(index.value * 100)


def test_a_worked_example() -> None:
    # 24 of 24 h known: 6 h attention, 3 h warning, 1.5 h alarm; one of 103 signs
    # (0.25·6 + 0.75·3 + 2·1.5) / 24 · 11700 / 103 = 0.28125 · 113.592… = 31.947… hundredths
    assert points_of(Hours(24, 6, 3, 1.5), 103) == 32
    assert points_of(Hours(0), 103) == 0
    assert points_of(Hours(5), 103) == 0
    line = line_of("S", "g", "d", Hours(25), 24.0, 1)
    assert spent(line).coverage == 1.0
    assert spent(line_of("S", "g", "d", Hours(1), 0.0, 1)).coverage is None


@given(hours, st.integers(1, 130))
def test_the_reference_weights_make_the_points_that_they_always_made(
    spent: Hours, signs: int
) -> None:
    """The rule as it stood in code before weights were data, to the last bit."""
    weighted = 0.25 * spent.attention + 0.75 * spent.warning + 2.0 * spent.alarm
    before = floor(weighted / spent.known * (11700 / signs) + 0.5) if spent.known > 0 else 0
    assert points_of(spent, signs) == before


@given(st.lists(st.tuples(hours, hours), min_size=1, max_size=40))
def test_hours_cost_what_they_cost_when_they_were_spent(drawn: list[tuple[Hours, Hours]]) -> None:
    later = Weights(2, "2026-11-28", 0.5, 1.0, 4.0, 100)
    both = (WEIGHTS, later)
    lines = [
        line_of(f"S-{n}", "g", "d", parts, 24.0, len(drawn), weights=both)
        for n, parts in enumerate(drawn)
    ]
    made = rules.receipt("a", lines, both)
    assert made.weights == both and made.points == sum(line.points for line in lines)
    for line, parts in zip(lines, drawn, strict=True):
        known = sum(part.known for part in parts)
        assert spent(line).hours.known == known
        if known > 0:
            cost = sum(
                w.scale * (w.attention * h.attention + w.warning * h.warning + w.alarm * h.alarm)
                for w, h in zip(both, parts, strict=True)
            )
            exact = 100 * cost / known / len(drawn)
            assert abs(line.points - exact) <= 0.5 + 1e-6 * (1 + exact)


def test_coverage_and_usable_weight() -> None:
    full, half, none = (Hours(24.0), 24.0), (Hours(12.0), 24.0), (Hours(0.0), 24.0)
    later = (Hours(0.0), 0.0)
    found = receipt("a", _lines([full, half, none, later]))
    assert (found.coverage, found.usable, found.excluded) == (0.75, 2 / 3, 2)
    assert [line.why for line in found.lines] == [None, None, "no_data", "not_due"]
    empty = receipt("a", _lines([later]))
    assert (empty.coverage, empty.usable, empty.score) == (None, None, None)
