"""One module for every ranking: what ranks, with what certainty, and who does not qualify.

Rates are shown shrunk towards the mean of their group, (k + m·p̄) / (n + m) with m = 30, beside the
95 % score interval of the raw rate (Wilson 1927); fewer than 30 cases are not ranked. Scores are
shown as they are, with a t interval over their blocks (days or hours). A 90 % rank interval
("3rd to 9th") comes from 2,000 draws (`resampling`); a change against the period before is called
real when its own 95 % interval leaves out zero (rates: Newcombe 1998, the hybrid of two score
intervals; scores: Welch 1947). Values equal at the precision in which they are shown share
a rank. That league tables mislead without such intervals: Goldstein & Spiegelhalter 1996.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from math import sqrt
from statistics import NormalDist, fmean

SMALL_N = 30  # a rate of fewer cases is not ranked
SHRINK_M = 30.0
LEAST_COVERAGE = 0.95
LEAST_USABLE = 0.70
DRAWS = 2_000
Z95 = 1.96


class Why(StrEnum):
    """Why a unit is not ranked."""

    NO_DATA = "no_data"  # nothing known in the period
    SMALL_SAMPLE = "small_sample"  # fewer than 30 cases
    LOW_COVERAGE = "low_coverage"  # less than 95 % of the expected hours are known
    FEW_USABLE = "few_usable"  # less than 70 % of the signs have any known hour


@dataclass(frozen=True, slots=True)
class RateUnit:
    """A unit's rate k/n in a period, and in the period before."""

    code: str
    k: float
    n: float
    excluded: float = 0.0  # hours without a known value
    coverage: float | None = None  # share of the expected hours that are known, 0 … 1
    before: tuple[float, float] | None = None  # (k, n) of the period before


@dataclass(frozen=True, slots=True)
class ScoreUnit:
    """A unit's score in a period, and in the period before.

    `blocks` says what each day or hour did to the score: their mean is the score. Every unit of a
    ranking has the same blocks in the same order; empty where nothing is known.
    """

    code: str
    score: float | None
    blocks: tuple[float, ...] = ()
    coverage: float | None = None
    usable: float = 1.0  # share of the weight that could be judged, 0 … 1
    excluded: float = 0.0  # hours without a known value
    before: float | None = None
    blocks_before: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A difference to the period before, in the unit's own unit, with its 95 % interval."""

    delta: float
    low: float
    high: float

    @property
    def real(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking. `rank` is None exactly when `why` is not."""

    code: str
    value: float | None  # what is ranked and shown: the shrunk rate, the score
    raw: float | None  # the rate as counted, k/n; for scores the same as `value`
    low: float | None  # 95 % interval of `raw`
    high: float | None
    rank: int | None
    tied: bool
    rank_low: int | None  # 90 % interval of the rank, best place first
    rank_high: int | None
    why: Why | None
    change: Change | None
    numerator: float | None
    denominator: float | None
    excluded: float
    coverage: float | None
    usable: float
    rank_before: int | None = None  # among those whose period before could be ranked


@dataclass(frozen=True, slots=True)
class Ranking:
    """A group of peers: those ranked by rank, then the others by code."""

    rows: tuple[Ranked, ...]
    mean: float | None  # of the group: Σk/Σn for rates
    decimals: int  # the precision at which equal values share a rank
    dispersion: float = 1.0  # variance of the counts over the binomial's, as used

    @property
    def ranked(self) -> int:
        """How many units are ranked."""
        return sum(1 for row in self.rows if row.rank is not None)


def wilson(k: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Score interval of the proportion k/n (Wilson 1927); (0, 1) when n = 0.

    ValueError unless 0 ≤ k ≤ n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"not a proportion: {k} of {n}")
    if n == 0:
        return 0.0, 1.0
    p, zz = k / n, z * z
    centre = (p + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    # at the edges the formula gives 0 and 1 but for rounding
    return (0.0 if k == 0 else max(0.0, centre - half)), (
        1.0 if k == n else min(1.0, centre + half)
    )


def shrunk(k: float, n: float, mean: float, m: float = SHRINK_M) -> float:
    """The rate k/n drawn towards `mean` as if m further cases had come out like the mean."""
    return (k + m * mean) / (n + m)


def rate_change(now: tuple[float, float], before: tuple[float, float]) -> Change:
    """Difference of two independent proportions (k, n) with its interval (Newcombe 1998)."""
    (k1, n1), (k0, n0) = now, before
    p1, p0 = k1 / n1, k0 / n0
    (l1, u1), (l0, u0) = wilson(k1, n1), wilson(k0, n0)
    below = sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2)
    above = sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)
    return Change(p1 - p0, p1 - p0 - below, p1 - p0 + above)


def dispersion(counts: Iterable[tuple[float, float, float, int]]) -> float:
    """How much more counts vary from block to block than independent cases would, at least 1.

    Of each unit (k, n, Σk²/n − k²/n over its blocks, number of blocks): Pearson's statistic against
    the unit's own rate over its degrees of freedom, all units together. A source that repeats the
    day's running figure in each report would look far surer than it is without this.
    """
    statistic, freedom = 0.0, 0
    for k, n, scatter, blocks in counts:
        variance = k * (n - k) / (n * n) if n > 0 else 0.0
        if variance > 0 and blocks > 1:
            statistic += scatter / variance
            freedom += blocks - 1
    return max(1.0, statistic / freedom) if freedom else 1.0


def rank_rates(
    units: Sequence[RateUnit],
    *,
    higher_is_better: bool,
    base: float = 1.0,
    decimals: int = 3,
    dispersion: float = 1.0,
) -> Ranking:
    """Rank rates, best first. Values are in 1/`base` (100: per cent), shown with `decimals`.

    `dispersion` (≥ 1) says how much more the counts vary than independent cases would; n counts
    that much less in every interval.
    """
    from domain.scoring import resampling  # numpy: not at start-up

    units = sorted(units, key=lambda u: u.code)
    total = sum(u.n for u in units)
    mean = sum(u.k for u in units) / total if total else None
    whys = {u.code: _why_rate(u) for u in units}
    able = [u for u in units if whys[u.code] is None]
    pairs = [(u.k / dispersion, u.n / dispersion) for u in able]
    seed = _seed([(u.code, u.k, u.n) for u in able], dispersion, higher_is_better)
    spans = resampling.rate_ranks(pairs, higher_is_better, seed, DRAWS)
    values = {
        u.code: round(shrunk(u.k, u.n, mean) * base, decimals)
        for u in units
        if mean is not None and u.n > 0
    }
    places = _places({u.code: values[u.code] for u in able}, higher_is_better)
    spanned = dict(zip((u.code for u in able), spans, strict=True))
    then = _rates_before(units, higher_is_better, base, decimals)
    rows = [
        replace(
            _ranked_rate(u, values.get(u.code), whys[u.code], places, spanned, base, dispersion),
            rank_before=then.get(u.code),
        )
        for u in units
    ]
    shown = None if mean is None else mean * base
    return Ranking(_in_order(rows), shown, decimals, dispersion)


def rank_scores(units: Sequence[ScoreUnit], *, decimals: int = 1) -> Ranking:
    """Rank scores, the highest first."""
    from domain.scoring import resampling  # numpy: not at start-up

    units = sorted(units, key=lambda u: u.code)
    whys = {u.code: _why_score(u) for u in units}
    able = [u for u in units if whys[u.code] is None]
    scores = [u.score for u in able if u.score is not None]
    seed = _seed([(u.code, u.score, u.blocks) for u in able])
    spans = resampling.score_ranks(scores, [u.blocks for u in able], seed, DRAWS)
    factor = resampling.serial_factor([u.blocks for u in units if u.blocks])
    values = {u.code: round(u.score, decimals) for u in able if u.score is not None}
    places = _places(values, higher_is_better=True)
    spanned = dict(zip((u.code for u in able), spans, strict=True))
    then = _ranks({u.code: round(u.before, decimals) for u in units if u.before is not None}, True)
    rows = [
        replace(
            _ranked_score(u, whys[u.code], places, spanned, decimals, factor),
            rank_before=then.get(u.code),
        )
        for u in units
    ]
    return Ranking(_in_order(rows), fmean(scores) if scores else None, decimals)


def _rates_before(
    units: Sequence[RateUnit], higher_is_better: bool, base: float, decimals: int
) -> dict[str, int]:
    """Ranks of the period before by code, by the same rule."""
    before = {u.code: u.before for u in units if u.before is not None}
    total = sum(n for _, n in before.values())
    if not total:
        return {}
    mean = sum(k for k, _ in before.values()) / total
    able = {c: (k, n) for c, (k, n) in before.items() if n >= SMALL_N}
    values = {c: round(shrunk(k, n, mean) * base, decimals) for c, (k, n) in able.items()}
    return _ranks(values, higher_is_better)


def _ranks(values: dict[str, float], higher_is_better: bool) -> dict[str, int]:
    return {code: rank for code, (rank, _) in _places(values, higher_is_better).items()}


def _why_rate(unit: RateUnit) -> Why | None:
    if unit.n <= 0:
        return Why.NO_DATA
    if unit.n < SMALL_N:
        return Why.SMALL_SAMPLE
    return _too_little(unit.coverage)


def _why_score(unit: ScoreUnit) -> Why | None:
    if unit.score is None:
        return Why.NO_DATA
    if unit.usable < LEAST_USABLE:
        return Why.FEW_USABLE
    return _too_little(unit.coverage)


def known_enough(coverage: float | None, usable: float) -> bool:
    """Whether a score rests on enough signs and hours to be set beside others."""
    return usable >= LEAST_USABLE and _too_little(coverage) is None


def _too_little(coverage: float | None) -> Why | None:
    return Why.LOW_COVERAGE if coverage is not None and coverage < LEAST_COVERAGE else None


def _ranked_rate(
    unit: RateUnit,
    value: float | None,
    why: Why | None,
    places: dict[str, tuple[int, bool]],
    spans: dict[str, tuple[int, int]],
    base: float,
    dispersion: float,
) -> Ranked:
    raw = low = high = None
    change = None
    if unit.n > 0:
        raw = unit.k / unit.n * base
        low, high = (edge * base for edge in wilson(unit.k / dispersion, unit.n / dispersion))
    if unit.before is not None and min(unit.n, unit.before[1]) >= SMALL_N:
        k0, n0 = unit.before
        found = rate_change(
            (unit.k / dispersion, unit.n / dispersion), (k0 / dispersion, n0 / dispersion)
        )
        change = Change(found.delta * base, found.low * base, found.high * base)
    rank, tied, rank_low, rank_high = _standing(unit.code, places, spans)
    return Ranked(
        *(unit.code, value, raw, low, high, rank, tied, rank_low, rank_high, why, change),
        *(unit.k, unit.n, unit.excluded, unit.coverage, 1.0),
    )


def _ranked_score(
    unit: ScoreUnit,
    why: Why | None,
    places: dict[str, tuple[int, bool]],
    spans: dict[str, tuple[int, int]],
    decimals: int,
    factor: float,
) -> Ranked:
    value = None if unit.score is None else round(unit.score, decimals)
    low = high = None
    error = standard_error(unit.blocks, factor)
    if unit.score is not None and error is not None:
        half = error[0] * t_quantile(0.975, error[1])
        low, high = max(0.0, unit.score - half), min(100.0, unit.score + half)
    rank, tied, rank_low, rank_high = _standing(unit.code, places, spans)
    return Ranked(
        *(unit.code, value, unit.score, low, high, rank, tied, rank_low, rank_high, why),
        *(score_change(unit, factor), None, None, unit.excluded, unit.coverage, unit.usable),
    )


def score_change(unit: ScoreUnit, factor: float = 1.0) -> Change | None:
    """Change of a score with its interval (Welch 1947); None where blocks are too few to tell."""
    now, then = (standard_error(b, factor) for b in (unit.blocks, unit.blocks_before))
    if unit.score is None or unit.before is None or now is None or then is None:
        return None
    delta = unit.score - unit.before
    a, b = now[0] ** 2, then[0] ** 2
    if a + b == 0:
        return Change(delta, delta, delta)
    df = (a + b) ** 2 / (a * a / now[1] + b * b / then[1])
    half = sqrt(a + b) * t_quantile(0.975, df)
    return Change(delta, delta - half, delta + half)


def standard_error(blocks: Sequence[float], factor: float = 1.0) -> tuple[float, float] | None:
    """(standard error of the mean of blocks, degrees of freedom); None for fewer than three.

    `factor` is by how much blocks that follow one another resemble each other: the variance of
    the mean is that many times what independent blocks would have.
    """
    count = len(blocks)
    if count < 3:
        return None
    mean = fmean(blocks)
    variance = sum((b - mean) ** 2 for b in blocks) / (count - 1)
    return sqrt(variance * factor / count), max(2.0, count / factor - 1)


def t_quantile(p: float, df: float) -> float:
    """The p-quantile of Student's t (0.5 ≤ p < 1, df ≥ 2), within 1 % for 0.9 ≤ p ≤ 0.99.

    Cornish–Fisher expansion around the normal quantile; exact for two degrees of freedom.
    """
    if df <= 2:
        return (2 * p - 1) / sqrt(2 * p * (1 - p))
    z = NormalDist().inv_cdf(p)
    z3, z5, z7, z9 = z**3, z**5, z**7, z**9
    found = z + (z3 + z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * z) / (96 * df**2)
    found += (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * df**3)
    return found + (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * df**4)


def _places(values: dict[str, float], higher_is_better: bool) -> dict[str, tuple[int, bool]]:
    """(rank, shared with others) by code: one more than the number of those that are better."""
    sign = -1 if higher_is_better else 1
    ordered = sorted(sign * v for v in values.values())
    found = {}
    for code, value in values.items():
        better = ordered.index(sign * value)
        found[code] = (better + 1, ordered.count(sign * value) > 1)
    return found


def _standing(
    code: str, places: dict[str, tuple[int, bool]], spans: dict[str, tuple[int, int]]
) -> tuple[int | None, bool, int | None, int | None]:
    if code not in places:
        return None, False, None, None
    rank, tied = places[code]
    low, high = spans[code]
    # the place that is shown always lies inside the interval that stands beside it
    return rank, tied, min(low, rank), max(high, rank)


def _in_order(rows: list[Ranked]) -> tuple[Ranked, ...]:
    return tuple(sorted(rows, key=lambda r: (r.rank is None, r.rank or 0, r.code)))


def _seed(*content: object) -> int:
    """A seed that depends on what is ranked and on nothing else: every page draws the same."""
    return int.from_bytes(blake2b(repr(content).encode(), digest_size=8).digest())
