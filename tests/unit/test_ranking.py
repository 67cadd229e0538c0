"""Rankings are fair by construction: intervals, ties, those who do not qualify, changes."""

import random
import subprocess
import sys
from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.ranking_trials import RATES, SCORES, RateScenario, ScoreScenario, outcome
from domain.scoring.ranking import (
    RateUnit,
    ScoreUnit,
    Why,
    dispersion,
    rank_rates,
    rank_scores,
    rate_change,
    score_change,
    shrunk,
    standard_error,
    t_quantile,
    wilson,
)

counts = st.integers(0, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_wilson_solves_the_score_equation(pair: tuple[int, int]) -> None:
    k, n = pair
    low, high = wilson(k, n)
    assert 0 <= low <= high <= 1
    if n == 0:
        assert (low, high) == (0, 1)
        return
    assert low <= k / n <= high
    for edge in (low, high):
        if 0 < edge < 1:  # |p̂ − p| = z·√(p(1−p)/n) at both ends: the test that is inverted
            assert abs(k / n - edge) == pytest.approx(1.96 * sqrt(edge * (1 - edge) / n), rel=1e-6)


def test_wilson_refuses_what_is_no_proportion() -> None:
    for k, n in ((-1, 5), (6, 5), (1, 0)):
        with pytest.raises(ValueError, match="proportion"):
            wilson(k, n)


def test_shrinkage_is_strong_where_cases_are_few() -> None:
    assert shrunk(0, 0, 0.8) == 0.8
    assert shrunk(30, 30, 0.8) == pytest.approx(0.9)
    assert shrunk(3000, 3000, 0.8) == pytest.approx(0.998, abs=1e-3)


def test_quantiles_of_t() -> None:
    table = {2: 4.3027, 3: 3.1824, 5: 2.5706, 10: 2.2281, 27: 2.0518, 120: 1.9799}  # two-sided 5 %
    for df, value in table.items():
        assert t_quantile(0.975, df) == pytest.approx(value, rel=0.01)
    assert t_quantile(0.975, 1e9) == pytest.approx(NormalDist().inv_cdf(0.975), rel=1e-6)
    assert t_quantile(0.95, 2) == pytest.approx(2.91999, rel=1e-4)


@st.composite
def rate_units(draw: st.DrawFn) -> list[RateUnit]:
    found = draw(st.lists(counts, max_size=40))
    return [RateUnit(f"u{n:02d}", k, total) for n, (k, total) in enumerate(found)]


@settings(max_examples=40)
@given(rate_units(), st.booleans(), st.randoms())
def test_every_ranking_is_consistent(
    units: list[RateUnit], higher: bool, dice: random.Random
) -> None:
    found = rank_rates(units, higher_is_better=higher, base=100, decimals=1)
    assert sorted(row.code for row in found.rows) == [u.code for u in units]
    ranked = [row for row in found.rows if row.rank is not None]
    assert found.ranked == len(ranked) == sum(1 for u in units if u.n >= 30)
    assert list(found.rows[: len(ranked)]) == ranked
    for row in found.rows:
        assert (row.rank is None) is (row.why is not None)
        if row.rank is None:
            assert row.rank_low is None and row.rank_high is None and not row.tied
            continue
        assert row.rank_low is not None and row.rank_high is not None
        assert 1 <= row.rank_low <= row.rank <= row.rank_high <= len(ranked)
        # as many are better as the rank says, at the precision that is shown
        better = sum(1 for o in ranked if (o.value > row.value) is higher and o.value != row.value)
        assert row.rank == better + 1
        assert row.tied is (sum(1 for o in ranked if o.value == row.value) > 1)
    dice.shuffle(units)  # what is drawn depends on the content, not on its order
    assert rank_rates(units, higher_is_better=higher, base=100, decimals=1) == found


def test_equal_at_the_shown_precision_shares_a_rank() -> None:
    units = [RateUnit(c, k, 10_000) for c, k in (("a", 9015), ("b", 9017), ("c", 9500), ("d", 100))]
    found = rank_rates(units, higher_is_better=True, base=100, decimals=1)
    assert [(r.code, r.rank, r.tied) for r in found.rows] == [
        ("c", 1, False),
        ("a", 2, True),
        ("b", 2, True),
        ("d", 4, False),
    ]
    assert found.mean == pytest.approx(100 * (9015 + 9017 + 9500 + 100) / 40_000)


def test_who_does_not_qualify_and_why() -> None:
    found = rank_rates(
        [
            RateUnit("few", 20, 29),
            RateUnit("gaps", 90, 100, 12.0, 0.949),
            RateUnit("just", 90, 100, 1.0, 0.95),
            RateUnit("none", 0, 0),
        ],
        higher_is_better=True,
    )
    assert {r.code: r.why for r in found.rows} == {
        "just": None,
        "few": Why.SMALL_SAMPLE,
        "gaps": Why.LOW_COVERAGE,
        "none": Why.NO_DATA,
    }
    few = next(r for r in found.rows if r.code == "few")
    assert few.raw == pytest.approx(20 / 29) and few.low is not None  # shown, though not ranked
    blocks = (90.0, 91.0, 92.0)
    scores = rank_scores(
        [
            ScoreUnit("good", 91.0, blocks),
            ScoreUnit("gaps", 91.0, blocks, coverage=0.9),
            ScoreUnit("thin", 91.0, blocks, usable=0.69),
            ScoreUnit("none", None),
        ]
    )
    assert {r.code: r.why for r in scores.rows} == {
        "good": None,
        "gaps": Why.LOW_COVERAGE,
        "thin": Why.FEW_USABLE,
        "none": Why.NO_DATA,
    }
    assert scores.rows[0].rank == scores.rows[0].rank_high == 1


def test_changes_are_real_only_beyond_their_uncertainty() -> None:
    small = rate_change((45, 50), (40, 50))
    assert small.delta == pytest.approx(0.1) and not small.real
    # Newcombe 1998, table II, method 10: 56/70 against 48/80
    known = rate_change((56, 70), (48, 80))
    assert (known.low, known.high) == (
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )
    assert known.real
    unit = RateUnit("a", 90, 100, before=(20, 29))
    row = rank_rates([unit], higher_is_better=True).rows[0]
    assert row.change is None  # too few cases then to compare with


def test_dispersion_widens_every_interval() -> None:
    units = [RateUnit(f"u{n}", 800 + 5 * n, 1000, before=(800, 1000)) for n in range(20)]
    sure = rank_rates(units, higher_is_better=True)
    unsure = rank_rates(units, higher_is_better=True, dispersion=10.0)
    for a, b in zip(sure.rows, unsure.rows, strict=True):
        assert (a.value, a.rank, a.denominator) == (b.value, b.rank, b.denominator)
        assert b.high - b.low > 2 * (a.high - a.low)
        assert b.change.high - b.change.low > 2 * (a.change.high - a.change.low)
    assert _width(unsure) > _width(sure)


def _width(found: object) -> float:
    return sum(r.rank_high - r.rank_low for r in found.rows)  # type: ignore[attr-defined]


def test_repeated_figures_do_not_look_sure() -> None:
    # 24 reports a day that repeat the day's figure: as if one case were 24
    dice = random.Random(5)
    counts = []
    for _ in range(30):
        k = [24 * sum(dice.random() < 0.8 for _ in range(50)) for _ in range(28)]
        n, total = 24 * 50, sum(k)
        scatter = sum(x * x / n for x in k) - total * total / (28 * n)
        counts.append((total, 28 * n, scatter, 28))
    assert dispersion(counts) == pytest.approx(24, rel=0.15)
    assert dispersion((k, n, 0.0, 28) for k, n, _, _ in counts) == 1.0
    assert dispersion([]) == dispersion([(0, 0, 0.0, 0), (5, 5, 0.0, 9)]) == 1.0


def test_blocks_give_scores_their_intervals() -> None:
    blocks = (88.0, 90.0, 92.0, 90.0)
    error, df = standard_error(blocks)
    assert error == pytest.approx(sqrt(8 / 3 / 4)) and df == 3
    assert standard_error(blocks[:2]) is None
    unit = ScoreUnit("a", 90.0, blocks, before=70.0, blocks_before=tuple(b - 20 for b in blocks))
    change = score_change(unit)
    assert change is not None and change.real and change.delta == 20
    half = error * sqrt(2) * t_quantile(0.975, 6)
    assert change.high - change.delta == pytest.approx(half)
    assert score_change(ScoreUnit("a", 90.0, blocks, before=70.0)) is None


def test_a_day_that_was_bad_for_all_moves_nobodys_rank() -> None:
    dice = random.Random(7)
    own = [[80 + 2 * n + dice.gauss(0, 1) for _ in range(28)] for n in range(8)]
    storm = [0.0 if day % 5 else -40.0 for day in range(28)]
    shaken = [[v + s for v, s in zip(row, storm, strict=True)] for row in own]

    def spans(table: list[list[float]]) -> list[tuple[int | None, int | None]]:
        units = [ScoreUnit(f"u{n}", sum(r) / 28, tuple(r)) for n, r in enumerate(table)]
        return [(r.rank_low, r.rank_high) for r in rank_scores(units).rows]

    for calm, stormy in zip(spans(own), spans(shaken), strict=True):
        assert calm[0] == pytest.approx(stormy[0], abs=1)
        assert calm[1] == pytest.approx(stormy[1], abs=1)
    assert all(high - low <= 2 for low, high in spans(shaken))


def test_too_few_blocks_leave_every_rank_open_and_calm_ones_none() -> None:
    two = [ScoreUnit(c, s, (s, s)) for c, s in (("a", 90.0), ("b", 80.0), ("c", 70.0))]
    assert {(r.rank_low, r.rank_high) for r in rank_scores(two).rows} == {(1, 3)}
    calm = [ScoreUnit(c, s, (s,) * 28) for c, s in (("a", 90.0), ("b", 80.0), ("c", 70.0))]
    assert [(r.rank_low, r.rank_high) for r in rank_scores(calm).rows] == [(1, 1), (2, 2), (3, 3)]
    still = ScoreUnit("d", 85.0, (85.0,) * 28)
    moving = [
        ScoreUnit(f"m{n}", 80 + n, tuple(80 + n + (-1) ** d for d in range(28))) for n in (1, 9)
    ]
    assert rank_scores([still, *moving]).ranked == 3
    assert rank_scores([]).rows == () and rank_rates([], higher_is_better=True).rows == ()


@pytest.mark.parametrize("scenario", [*RATES, *SCORES], ids=lambda s: s.name)
def test_rank_intervals_hold_the_true_rank(scenario: RateScenario | ScoreScenario) -> None:
    found = outcome(scenario.trials(40, seed=5, draws=400))
    assert found.ours >= 0.86  # 40 trials: the bench asks 88 % of 1,000
    # and they say something: not simply every rank
    assert found.ours_width < scenario.units * 0.95


def test_numpy_is_loaded_by_the_first_ranking_only() -> None:
    modules = "domain.scoring.ranking, data_access.rankings.standings"
    code = f"import sys, {modules}; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_rank_of_the_period_before_stands_beside_by_the_same_rule() -> None:
    rates = [
        RateUnit("a", 50, 100, before=(90, 100)),
        RateUnit("b", 90, 100, before=(50, 100)),
        RateUnit("c", 70, 100, before=(9, 10)),  # too few cases then
        RateUnit("d", 60, 100),
    ]
    found = {r.code: r for r in rank_rates(rates, higher_is_better=True, base=100).rows}
    assert [found[c].rank for c in "abcd"] == [4, 1, 2, 3]
    assert [found[c].rank_before for c in "abcd"] == [1, 2, None, None]
    scores = [
        ScoreUnit("a", 80.0, before=70.0),
        ScoreUnit("b", 90.0, before=60.0),
        ScoreUnit("c", 85.0),
    ]
    ranked = {r.code: r for r in rank_scores(scores).rows}
    assert [ranked[c].rank_before for c in "abc"] == [1, 2, None]
