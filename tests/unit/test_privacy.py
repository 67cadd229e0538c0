"""The rules for small counts, rates and bands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.privacy import (
    Mark,
    Rates,
    Shown,
    SmallCounts,
    band,
    coarser,
    release_rates,
    release_row,
    shown_count,
    shown_rate,
)

RULES = SmallCounts()
ROWS = st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=2, max_size=40)


@pytest.mark.parametrize(
    ("count", "mark", "value", "low", "high"),
    [
        (0, Mark.EXACT, 0, 0, 0),
        (1, Mark.FEW, None, 1, 4),
        (4, Mark.FEW, None, 1, 4),
        (5, Mark.ROUNDED, 5, 5, 7),
        (7, Mark.ROUNDED, 5, 5, 7),
        (8, Mark.ROUNDED, 10, 8, 12),
        (12, Mark.ROUNDED, 10, 8, 12),
        (13, Mark.ROUNDED, 15, 13, 17),
    ],
)
def test_a_count_is_shown_by_its_size(
    count: int, mark: Mark, value: int | None, low: int, high: int
) -> None:
    assert shown_count(count, RULES) == Shown(mark, value, low, high)


@given(st.integers(0, 10_000), st.integers(3, 9), st.data())
def test_every_count_lies_in_its_interval_and_neighbours_share_it(
    count: int, few: int, data: st.DataObject
) -> None:
    rules = SmallCounts(few, data.draw(st.integers(3, 2 * (few + 1))), 4 * few)
    shown = shown_count(count, rules)
    assert shown.low is not None and shown.high is not None
    assert shown.low <= count <= shown.high
    assert {shown_count(n, rules) for n in range(int(shown.low), int(shown.high) + 1)} == {shown}


def test_rules_that_cannot_hold_are_refused() -> None:
    for few, base, thin in ((2, 5, 12), (4, 11, 12), (4, 2, 12), (4, 5, 11)):
        with pytest.raises(ValueError, match="few"):
            SmallCounts(few, base, thin)
    with pytest.raises(ValueError, match="negative"):
        shown_count(-1, RULES)


@given(ROWS, st.integers(0, 99))
def test_a_suppressed_cell_keeps_its_whole_range(counts: list[int | None], turn: int) -> None:
    row = release_row(counts, turn, RULES)
    if row.cells is None:
        return
    total = sum(n for n in counts if n is not None)
    lows = sum(c.low or 0 for c in row.cells)
    highs = sum(
        total if c.high is None and c.mark is not Mark.MISSING else c.high or 0 for c in row.cells
    )
    for cell, count in zip(row.cells, counts, strict=True):
        assert (cell.mark is Mark.MISSING) == (count is None)
        if cell.mark is Mark.FEW:
            assert total - (lows - 1) >= 4, "the rest can be so small that this one is 4"
            assert total - (highs - 4) <= 1, "the rest can be so large that this one is 1"


@given(ROWS, st.integers(0, 99))
def test_no_small_count_is_ever_written_down(counts: list[int | None], turn: int) -> None:
    row = release_row(counts, turn, RULES)
    for cell, count in zip(row.cells or (), counts, strict=False):
        if count is not None and 1 <= count <= RULES.few:
            assert cell.mark in (Mark.FEW, Mark.UNLISTED) and cell.value is None


def test_a_row_of_large_counts_and_noughts_is_never_withheld() -> None:
    row = release_row([0, 5, 0, 22], 1, RULES)
    assert row.cells is not None and [c.value for c in row.cells] == [0, 5, 0, 20]
    assert row.total.value == 27


def test_one_small_count_among_noughts_is_withheld_but_its_total_stands() -> None:
    row = release_row([0, 0, 3, 0], 0, RULES)
    assert row.cells is None and row.total.value == 3


def test_the_total_of_a_single_street_is_shown_as_a_streets() -> None:
    assert release_row([None, 3, None], 0, RULES).total.mark is Mark.FEW
    assert release_row([None, None], 0, RULES).total.mark is Mark.MISSING


def test_a_thin_row_loses_the_cell_whose_turn_it_is() -> None:
    counts = [3, 9, 30, 0]
    for turn, cell in ((1, 1), (2, 2), (5, 1)):
        row = release_row(counts, turn, RULES)
        assert row.cells is not None
        assert [c.mark for c in row.cells].index(Mark.UNLISTED) == cell


def test_longer_periods_add_up_what_was_released() -> None:
    few, ten, nought = (shown_count(n, RULES) for n in (2, 10, 0))
    assert coarser([(nought, 9), (nought, 8)]) == Shown(Mark.EXACT, 0, 0, 0)
    assert coarser([(few, 90), (ten, 80)]) == Shown(Mark.ROUNDED, None, 9, 16)
    assert coarser([(ten, 90), (Shown(Mark.WITHHELD), 3)]) == Shown(Mark.ROUNDED, None, 8, 15)
    assert coarser([(ten, 90), (Shown(Mark.MISSING), 3)]).mark is Mark.MISSING
    assert coarser([(ten, 90), (Shown(Mark.WITHHELD), None)]).mark is Mark.WITHHELD
    assert coarser([]).mark is Mark.MISSING


@pytest.mark.parametrize(
    ("percent", "cases", "mark"),
    [
        (90.0, 29, Mark.WITHHELD),
        (90.0, 100, Mark.ROUNDED),
        (96.0, 100, Mark.WITHHELD),
        (99.0, 1000, Mark.ROUNDED),
        (99.0, 200, Mark.WITHHELD),
        (2.0, 100, Mark.WITHHELD),
        (100.0, 60, Mark.ROUNDED),
        (0.0, 60, Mark.ROUNDED),
    ],
)
def test_a_rate_goes_with_its_count(percent: float, cases: float, mark: Mark) -> None:
    assert shown_rate(percent, cases, Rates(), RULES).mark is mark


@pytest.mark.parametrize(
    ("rate", "cases", "mark"),
    [(4.0, 10_000, Mark.WITHHELD), (4.0, 20_000, Mark.ROUNDED), (9_997.0, 10_000, Mark.WITHHELD)],
)
def test_a_rate_of_ten_thousand_goes_with_its_count_too(
    rate: float, cases: float, mark: Mark
) -> None:
    assert shown_rate(rate, cases, Rates(), RULES, whole=10_000).mark is mark


def test_a_mean_over_cases_has_no_hits() -> None:
    assert shown_rate(12.4, 29, Rates(), RULES, None).mark is Mark.WITHHELD
    assert shown_rate(0.1, 30, Rates(), RULES, None).mark is Mark.ROUNDED


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        ((900, 400, 40), (900, 400, 40)),
        ((900, 400, 4), (900,)),  # 400 joins: else the district's rate gives the four away
        ((900, 400, 29, 29), (900, 400)),
        ((900, 400, 31, 10, 10), (900, 400)),  # twenty are not enough
        ((900, 4), ()),
        ((4,), ()),
    ],
)
def test_the_streets_left_out_are_many_enough_together(
    cases: tuple[int, ...], told: tuple[int, ...]
) -> None:
    streets = {str(n): (60.0, float(mass)) for n, mass in enumerate(cases)}
    shown = release_rates(streets, Rates(), RULES)
    assert tuple(cases[int(n)] for n in sorted(shown)) == told


def test_bands() -> None:
    edges = (0, 1000, 2000)
    assert band(0, edges) == Shown(Mark.BAND, None, 0, 999)
    assert band(1999, edges) == Shown(Mark.BAND, None, 1000, 1999)
    assert band(2000, edges) == Shown(Mark.BAND, None, 2000, None)
    with pytest.raises(ValueError, match="below"):
        band(-1, edges)
