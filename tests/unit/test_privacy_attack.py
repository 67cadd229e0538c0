"""Nobody gets a suppressed count back, though all that was ever published lies before him."""

import itertools
import random
from collections.abc import Callable
from functools import partial

import pytest

from domain.privacy import (
    WITHHELD,
    Mark,
    Row,
    Shown,
    SmallCounts,
    coarser,
    release_row,
    shown_count,
)
from tests.unit.privacy_attack import Counts, Release, bounds, exhaustive, tables

RULES = SmallCounts()


def naive(counts: Counts) -> Row:
    """What is often done: small cells are left out, everything else and the total are exact."""
    total = sum(counts)
    cells = [
        shown_count(n, RULES) if n <= RULES.few else Shown(Mark.EXACT, n, n, n) for n in counts
    ]
    return Row(Shown(Mark.EXACT, total, total, total), tuple(cells))


def test_the_attack_is_worth_its_name() -> None:
    found = exhaustive(4, range(1, 13), naive, RULES.few)
    assert found.recovered > 500 and found.narrowed_few > 2000


@pytest.mark.parametrize(
    ("rules", "cells", "top"),
    [
        (RULES, 2, 30),
        (RULES, 3, 24),
        (RULES, 4, 17),
        (RULES, 5, 14),
        (RULES, 6, 10),
        (SmallCounts(3, 3, 8), 4, 15),
        (SmallCounts(3, 8, 30), 4, 15),
        (SmallCounts(9, 10, 32), 3, 36),
    ],
)
def test_somebody_who_tries_every_table_and_knows_the_rules(
    rules: SmallCounts, cells: int, top: int
) -> None:
    for turn in range(min(cells, 2)):  # which cell it is makes no difference but for its place
        release: Release = partial(release_row, turn=turn, rules=rules)
        found = exhaustive(cells, range(1, top + 1), release, rules.few)
        assert found.suppressed > 0
        assert found.recovered == 0, found.examples[:5]
        assert found.narrowed_few == 0
        # two values left: only where a total of one or two is all there is to share out
        assert found.nearly <= found.suppressed / 4


def recovered_from_two_days(week: Callable[[Row, Row, Counts, Counts], object]) -> int:
    """Small counts that are certain to somebody who has two days of three streets and `week`."""
    days = [
        (counts, release_row(counts, turn, RULES)) for turn in (0, 1) for counts in _tables_to(9)
    ]
    half = len(days) // 2
    alike: dict[object, list[Counts]] = {}
    for (one, first), (two, second) in itertools.product(days[:half], days[half:]):
        known = (first, second, week(first, second, one, two))
        alike.setdefault(known, []).append((*one, *two))
    return sum(
        1 <= members[0][cell] <= RULES.few and len({m[cell] for m in members}) == 1
        for members in alike.values()
        for cell in range(6)
    )


def _tables_to(top: int) -> list[Counts]:
    return [counts for total in range(1, top + 1) for counts in tables(3, total)]


def test_weeks_made_from_released_days_say_nothing_new_and_true_sums_would() -> None:
    def ours(first: Row, second: Row, _one: Counts, _two: Counts) -> object:
        pairs = zip(first.cells or (WITHHELD,) * 3, second.cells or (WITHHELD,) * 3, strict=True)
        totals = first.total.value, second.total.value
        return tuple(coarser([(a, totals[0]), (b, totals[1])]) for a, b in pairs)

    def true_sums(_first: Row, _second: Row, one: Counts, two: Counts) -> object:
        return tuple(a + b for a, b in zip(one, two, strict=True))

    assert recovered_from_two_days(true_sums) > 100
    assert recovered_from_two_days(ours) == 0


@pytest.mark.parametrize("mean", [0.1, 0.5, 2, 6, 40])
def test_a_district_of_36_streets_over_a_year(mean: float) -> None:
    """Linear bounds for every cell of every day, from marks and totals."""
    chance = random.Random(round(mean * 10))
    sizes = [chance.uniform(0.2, 3) for _ in range(36)]
    released = recovered = narrowed = 0
    for day in range(365):
        counts = [sum(chance.random() < mean * s / 50 for _ in range(50)) for s in sizes]
        row = release_row(counts, day, RULES)
        for count, cell, (low, high) in zip(counts, row.cells or (), bounds(row), strict=False):
            assert low <= count <= high
            if cell.mark is Mark.FEW:
                released += 1
                narrowed += (low, high) != (1, RULES.few)
            if 1 <= count <= RULES.few:
                recovered += low == high
    assert (recovered, narrowed) == (0, 0)
    assert released > 0 or mean in (0.1, 40)
