"""How children add up, and the identities that must hold from points to the district."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregation import Child, aggregate, quantile
from domain.indicator import Rule

values = st.floats(-1e6, 1e6)
masses = st.floats(0.01, 1e4)
children = st.lists(st.builds(Child, values, masses, st.integers(0, 10**12)), min_size=1)


def flat(value: float) -> float:
    return value


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule.SUM, 60.0),
        (Rule.MEAN, 20.0),
        (Rule.WEIGHTED, (10 * 1 + 20 * 2 + 30 * 3) / 6),
        (Rule.RATIO, (10 * 1 + 20 * 2 + 30 * 3) / 6),
        (Rule.MIN, 10.0),
        (Rule.MAX, 30.0),
        (Rule.P05, 11.0),
        (Rule.P95, 29.0),
        (Rule.WORST, 10.0),
        (Rule.VALUE, 20.0),
    ],
)
def test_each_rule(rule: Rule, expected: float) -> None:
    rows = [Child(10.0, 1, 1), Child(20.0, 2, 9), Child(30.0, 3, 5)]
    total = aggregate(rule, rows, badness=lambda v: -v)
    assert total is not None
    assert total.value == pytest.approx(expected)
    assert (total.children, total.observed_at) == (3, 9)
    assert total.denominator == 6


def test_not_applicable_and_nothing_are_no_number() -> None:
    assert aggregate(Rule.NA, [Child(1.0, 1, 1)], flat) is None
    assert aggregate(Rule.SUM, [], flat) is None


@given(st.lists(children, min_size=1, max_size=6))
def test_ratio_of_streets_is_the_ratio_of_all_points(streets: list[list[Child]]) -> None:
    """Σ/Σ at the street and Σ/Σ at the district give Σ/Σ over the points: no Simpson's paradox."""
    totals = [aggregate(Rule.RATIO, points, flat) for points in streets]
    parents = [Child(t.value, t.denominator, t.observed_at) for t in totals if t is not None]
    district = aggregate(Rule.RATIO, parents, flat)
    points = [p for street in streets for p in street]
    assert district is not None
    whole = math.fsum(p.value * p.mass for p in points) / math.fsum(p.mass for p in points)
    scale = max(abs(p.value) for p in points)
    assert district.value == pytest.approx(whole, rel=1e-9, abs=1e-9 * max(scale, 1))
    assert district.denominator == pytest.approx(math.fsum(p.mass for p in points))


@given(st.lists(children, min_size=1, max_size=6))
def test_sum_and_extremes_do_not_depend_on_the_grouping(streets: list[list[Child]]) -> None:
    points = [p for street in streets for p in street]
    scale = max(math.fsum(abs(p.value) for p in points), 1)
    for rule in (Rule.SUM, Rule.MIN, Rule.MAX):
        parents = [
            Child(t.value, t.denominator, t.observed_at)
            for t in (aggregate(rule, street, flat) for street in streets)
            if t is not None
        ]
        grouped, whole = aggregate(rule, parents, flat), aggregate(rule, points, flat)
        assert grouped is not None and whole is not None
        assert grouped.value == pytest.approx(whole.value, abs=1e-9 * scale)


@given(children, st.randoms(use_true_random=False))
def test_order_does_not_matter(rows: list[Child], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = rows[:]
    random.shuffle(shuffled)
    scale = max(math.fsum(abs(r.value) for r in rows), 1)
    for rule in Rule:
        one, other = aggregate(rule, rows, flat), aggregate(rule, shuffled, flat)
        if one is None or other is None:
            assert one is other is None
            continue
        assert one.value == pytest.approx(other.value, abs=1e-9 * scale)


@given(st.lists(values, min_size=1), st.floats(0, 1))
def test_quantile_stays_inside(numbers: list[float], q: float) -> None:
    assert min(numbers) <= quantile(numbers, q) <= max(numbers)
