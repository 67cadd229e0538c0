"""Simulated streets and departments whose true ranks are known, to see what intervals hold."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.scoring import resampling
from domain.scoring.ranking import DRAWS, dispersion

Floats = NDArray[np.float64]
Intervals = list[tuple[int, int]]
DAYS = 28


@dataclass(frozen=True, slots=True)
class Trial:
    """True ranks (1 = best) of units and two sets of intervals for them."""

    truth: NDArray[np.int64]
    ours: Intervals
    naive: Intervals


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares of units whose true rank lies inside, and mean widths, over many trials."""

    ours: float
    naive: float
    ours_width: float
    naive_width: float


def outcome(trials: Iterator[Trial]) -> Outcome:
    """How often the intervals hold the truth, over all units of all trials."""
    held: list[list[float]] = [[], []]
    width: list[list[float]] = [[], []]
    for trial in trials:
        for n, found in enumerate((trial.ours, trial.naive)):
            low, high = np.array(found).T
            held[n].append(float(np.mean((low <= trial.truth) & (trial.truth <= high))))
            width[n].append(float(np.mean(high - low + 1)))
    return Outcome(*(float(np.mean(x)) for x in (*held, *width)))


@dataclass(frozen=True, slots=True)
class RateScenario:
    """Units whose true rates are drawn from a Beta, and how many cases each has."""

    name: str
    mean: float
    spread: float  # standard deviation of the true rates; 0 with `pairs`: near ties
    units: int
    cases: tuple[int, int]  # smallest and largest n, drawn evenly in the logarithm
    clusters: int = 0  # instead of a Beta: so many rates, nearly shared by all
    drift: float = 0.0  # by how much a unit's log odds move from day to day

    def trials(self, count: int, seed: int, draws: int = DRAWS) -> Iterator[Trial]:
        """`count` trials, the same for the same seed."""
        rng = np.random.default_rng(seed)
        for trial in range(count):
            rates = self._rates(rng)
            low, high = np.log(self.cases)
            n = np.rint(np.exp(rng.uniform(low, high, self.units)))
            n = np.maximum(1, n // DAYS) * DAYS if self.drift else n
            k, factor = self._counted(rng, rates, n)
            pairs = list(zip((k / factor).tolist(), (n / factor).tolist(), strict=True))
            yield Trial(
                _ranks(rates),
                resampling.rate_ranks(pairs, True, seed + trial, draws),
                _naive_rates(rng, k, n, draws),
            )

    def _counted(self, rng: np.random.Generator, rates: Floats, n: Floats) -> tuple[Floats, float]:
        """Cases of each unit, and how much more they vary than independent ones."""
        if not self.drift:
            return rng.binomial(n.astype(np.int64), rates).astype(np.float64), 1.0
        odds = np.log(rates / (1 - rates)) + rng.normal(0, self.drift, (DAYS, len(rates)))
        daily = n / DAYS
        k = rng.binomial(daily.astype(np.int64), 1 / (1 + np.exp(-odds))).astype(np.float64)
        total = k.sum(0)
        scatter = (k**2 / daily).sum(0) - total**2 / n
        counts = zip(total.tolist(), n.tolist(), scatter.tolist(), [DAYS] * len(n), strict=True)
        return total, dispersion(counts)

    def _rates(self, rng: np.random.Generator) -> Floats:
        if self.clusters:
            centres = np.linspace(self.mean - self.spread, self.mean + self.spread, self.clusters)
            near = centres[rng.integers(0, self.clusters, self.units)]
            return np.clip(near + rng.normal(0, 0.0005, self.units), 0.001, 0.999)
        strength = self.mean * (1 - self.mean) / self.spread**2 - 1
        return rng.beta(self.mean * strength, (1 - self.mean) * strength, self.units)


@dataclass(frozen=True, slots=True)
class ScoreScenario:
    """Units whose daily (or hourly) scores scatter around a true one."""

    name: str
    spread: float  # standard deviation of the true scores
    units: int
    blocks: int
    noise: float = 3.0  # typical standard deviation of a block; units differ
    shared: float = 3.0  # of what a block does to all units alike
    carried: float = 0.0  # correlation of a block with the one before
    bursts: bool = False  # most blocks calm, few very bad

    def trials(self, count: int, seed: int, draws: int = DRAWS) -> Iterator[Trial]:
        """`count` trials, the same for the same seed."""
        rng = np.random.default_rng(seed)
        for trial in range(count):
            true = 90 + rng.normal(0, self.spread, self.units)
            own = self.noise * np.exp(rng.normal(0, 0.4, self.units))
            series = true + own * self._noise(rng, self.units)
            series += self.shared * self._noise(rng, 1)
            blocks = series.T.tolist()
            scores = series.mean(0).tolist()
            yield Trial(
                _ranks(true),
                resampling.score_ranks(scores, blocks, seed + trial, draws),
                _naive_scores(rng, series, draws),
            )

    def _noise(self, rng: np.random.Generator, units: int) -> Floats:
        shape = (self.blocks, units)
        fresh = rng.normal(0, 1, shape)
        if self.bursts:  # mean 0, variance 1
            fresh = 5 / 3 * (rng.exponential(1, shape) * (rng.random(shape) < 0.2) - 0.2)
        rest = np.sqrt(1 - self.carried**2)
        for block in range(1, self.blocks):
            fresh[block] = self.carried * fresh[block - 1] + rest * fresh[block]
        return fresh


RATES = (
    RateScenario("wide spread", 0.85, 0.08, 36, (30, 3000)),
    RateScenario("narrow spread", 0.95, 0.01, 36, (30, 3000)),
    RateScenario("near ties", 0.90, 0.03, 36, (30, 3000), clusters=4),
    RateScenario("all but equal", 0.97, 0.001, 36, (30, 3000)),
    RateScenario("small n", 0.80, 0.05, 36, (30, 80)),
    RateScenario("rare cases", 0.011, 0.006, 36, (30, 3000)),
    RateScenario("days that differ", 0.90, 0.03, 36, (300, 30000), drift=0.6),
    RateScenario("few units, unequal n", 0.90, 0.03, 10, (30, 3000)),
)
SCORES = (
    ScoreScenario("28 days, wide spread", 3.0, 36, 28),
    ScoreScenario("28 days, narrow spread", 0.3, 36, 28),
    ScoreScenario("28 days, carried over", 1.0, 36, 28, carried=0.4),
    ScoreScenario("28 days, rare bad days", 1.0, 36, 28, bursts=True),
    ScoreScenario("7 days", 1.0, 12, 7),
    ScoreScenario("24 hours, carried over", 2.0, 24, 24, carried=0.7),
    ScoreScenario("few departments", 2.0, 6, 28),
)


def _ranks(true: Floats) -> NDArray[np.int64]:
    return np.argsort(np.argsort(-true)) + 1


def _naive_rates(rng: np.random.Generator, k: Floats, n: Floats, draws: int) -> Intervals:
    """The plain bootstrap: every unit's cases drawn again at its observed rate."""
    again = rng.binomial(n.astype(np.int64), k / n, size=(draws, len(n))) / n
    return _spans(rng, again)


def _naive_scores(rng: np.random.Generator, series: Floats, draws: int) -> Intervals:
    """The plain bootstrap: blocks drawn with replacement, the same for all units."""
    count = len(series)
    weights = rng.multinomial(count, np.full(count, 1 / count), size=draws) / count
    return _spans(rng, weights @ series)


def _spans(rng: np.random.Generator, drawn: Floats) -> Intervals:
    """The middle 90 % of the ranks; equal values in an order of chance."""
    order = np.argsort(-drawn - rng.uniform(0, 1e-9, drawn.shape), axis=1)
    ranks = np.empty(drawn.shape, dtype=np.int16)
    numbers = np.arange(1, drawn.shape[1] + 1, dtype=np.int16)
    np.put_along_axis(ranks, order, numbers[None, :], axis=1)
    ranks.sort(axis=0)
    cut = int(0.05 * len(drawn))
    return list(zip(ranks[cut].tolist(), ranks[-1 - cut].tolist(), strict=True))
