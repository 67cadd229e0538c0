"""Weighted indicators between floor and goal: the lines add up, and less than 70 % is no rank."""

from dataclasses import replace
from math import inf, nan

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.scoring.by_hours import spent
from domain.scoring.by_weights import Weighted, placed, receipt
from domain.scoring.ranking import ScoreUnit, Why, rank_scores
from domain.scoring.receipt import FULL, Receipt, Recipe, Subject, Unusable

numbers = st.floats(-1e6, 1e6)


drawn = st.tuples(
    numbers, numbers, st.none() | numbers, st.integers(1, 1000), st.sampled_from("ab")
)


def _indicators(parts: list[tuple[float, float, float | None, int, str]]) -> list[Weighted]:
    """Indicators of two groups and two owners; ends that coincide lie one apart."""
    return [
        Weighted(Subject(f"I-{n}", group, "xy"[n % 2]), value, floor, goal, weight)
        for n, (floor, end, value, weight, group) in enumerate(parts)
        for goal in ((end if end != floor else floor + 1.0),)
    ]


given_ones = st.lists(drawn, max_size=12).map(_indicators)


def one(value: float | None, weight: int = 1, code: str = "I", **ends: float) -> Weighted:
    about = Subject(code, "a", "x")
    return Weighted(about, value, ends.get("floor", 0.0), ends.get("goal", 100.0), weight)


@given(given_ones)
def test_what_the_lines_earn_is_the_score_to_the_last_digit(given_list: list[Weighted]) -> None:
    made = receipt("u", given_list)
    assert made.recipe is Recipe.WEIGHTS and made.count == len(given_list)
    assert (
        made.points
        == sum(line.points for line in made.lines)
        == sum(group.points for group in made.groups(("b",)))
    )
    known = [line for line in made.lines if line.why is None]
    if not known:
        assert made.score is None and made.points == 0
        return
    assert sum(placed(line).share for line in known) == FULL
    assert made.score == FULL - made.points == sum(placed(x).share - x.points for x in known)
    assert all(0 <= line.points <= placed(line).share for line in known)
    exact = sum(x.weight * x.reached for x in given_list if x.value is not None)
    exact *= FULL / sum(x.weight for x in given_list if x.value is not None)
    assert abs(made.score - exact) <= 1.5 * len(known)


@given(given_ones)
def test_an_indicator_without_a_value_is_left_out_and_named(given_list: list[Weighted]) -> None:
    made = receipt("u", given_list)
    for line, about in zip(made.lines, given_list, strict=True):
        assert (line.why is None) is (about.value is not None)
        assert line.why in (None, Unusable.NO_DATA) and line.subject is about.subject
        if line.why is not None:
            assert (line.points, placed(line).share) == (0, 0)
    assert made.excluded == sum(about.value is None for about in given_list)
    known = [about for about in given_list if about.value is not None]
    assert made.score == receipt("u", known).score, "its weight falls to the others"


@given(given_ones, st.data())
def test_a_better_value_never_scores_less(given_list: list[Weighted], data: st.DataObject) -> None:
    assume(any(about.value is not None for about in given_list))
    known = [n for n, about in enumerate(given_list) if about.value is not None]
    n, other = data.draw(st.sampled_from(known)), data.draw(numbers)
    about = given_list[n]
    moved = [*given_list[:n], replace(about, value=other), *given_list[n + 1 :]]
    before, after = (receipt("u", these).score for these in (given_list, moved))
    better = (other - (about.value or 0.0)) * (1 if about.goal > about.floor else -1)
    assert before is not None and after is not None
    assert after >= before if better >= 0 else after <= before


@given(given_ones)
def test_where_less_is_better_the_ends_change_places(given_list: list[Weighted]) -> None:
    mirrored = [
        replace(
            about,
            value=None if about.value is None else -about.value,
            floor=-about.floor,
            goal=-about.goal,
        )
        for about in given_list
    ]
    assert receipt("u", mirrored).score == receipt("u", given_list).score


def test_the_ends_earn_nothing_and_all_and_half_way_half() -> None:
    for value, earned in ((-5.0, 0), (0.0, 0), (50.0, 5_000), (100.0, FULL), (1e9, FULL)):
        assert receipt("u", [one(value)]).score == earned
    for value, earned in ((10.0, 0), (40.0, 0), (6.0, 5_000), (2.0, FULL), (0.0, FULL)):
        assert receipt("u", [one(value, floor=10.0, goal=2.0)]).score == earned


def test_a_worked_example() -> None:
    # weights 3 : 2 : 2, the last without a value: shares 60.00 and 40.00
    made = receipt("u", [one(25.0, 3, "a"), one(80.0, 2, "b"), one(None, 2, "c")])
    assert [(placed(x).share, x.points) for x in made.lines] == [(6000, 4500), (4000, 800), (0, 0)]
    assert (made.score, made.usable, made.excluded) == (4700, 5 / 7, 1)
    thirds = receipt("u", [one(100.0, 1, code) for code in "abc"])
    assert [placed(line).share for line in thirds.lines] == [3334, 3333, 3333]


def why(made: Receipt) -> Why | None:
    """What a ranking says of a unit with this receipt."""
    score = None if made.score is None else made.score / 100
    (row,) = rank_scores([ScoreUnit("u", score, (), made.coverage, made.usable or 0.0)]).rows
    assert (row.rank is None) is (row.why is not None)
    return row.why


@pytest.mark.parametrize("scale", [1, 3, 7, 10**9])
def test_exactly_seventy_per_cent_of_the_weight_is_enough(scale: int) -> None:
    parts = [one(50.0, 4 * scale, "a"), one(50.0, 3 * scale, "b")]
    assert why(receipt("u", [*parts, one(None, 3 * scale, "c")])) is None
    assert why(receipt("u", [*parts, one(None, 3 * scale + 1, "c")])) is Why.FEW_USABLE
    assert why(receipt("u", [one(None, scale)])) is Why.NO_DATA
    assert why(receipt("u", [])) is Why.NO_DATA


@given(given_ones)
def test_folding_and_the_caches_codec_lose_nothing(given_list: list[Weighted]) -> None:
    made = receipt("u", given_list)
    folded = made.without({x.subject.code for x in given_list if x.subject.owner == "x"})
    assert (folded.score, folded.points, folded.count) == (made.score, made.points, made.count)
    for each in (made, folded):
        raw = msgspec.msgpack.encode(each)
        assert msgspec.msgpack.decode(raw, type=Receipt) == each


@pytest.mark.parametrize(
    "wrong", [{"weight": 0}, {"weight": -1}, {"goal": 0.0}, {"value": nan}, {"floor": -inf}]
)
def test_what_is_no_indicator_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="I: "):
        replace(one(1.0), **wrong)


def test_hours_are_not_asked_of_a_value() -> None:
    (line,) = receipt("u", [one(1.0)]).lines
    with pytest.raises(TypeError, match="without hours"):
        spent(line)
