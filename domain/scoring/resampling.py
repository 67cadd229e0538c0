"""Draws of what the true ranks may be, by empirical Bayes. Imports numpy: import it when needed.

Resampling each unit on its own is too sure of itself where units lie close together: chance has
spread the observed values wider than the true ones. So the spread of the true values is estimated
from the group, and true values are drawn given both (Efron & Morris 1975; for league tables:
Marshall & Spiegelhalter 1998). The spread itself stays uncertain: it is drawn from its posterior
on a grid under a prior that is uniform in the amount of shrinkage (Christiansen & Morris 1997).

- Rates: k_i ~ Binomial(n_i, θ_i), θ_i ~ Beta(μM, (1−μ)M); drawn from Beta(k+μM, n−k+(1−μ)M).
- Scores: x_i ~ N(θ_i, s_i²), θ_i ~ N(μ, τ²), with s_i from the blocks (days or hours). Each draw
  weighs the blocks anew, alike for all units (multiplier bootstrap), so a bad day that was bad for
  all moves nobody's rank. Few blocks: t instead of normal, and each variance is drawn towards the
  group's (Smyth 2004). Blocks that resemble the one before count less (`serial_factor`).
"""

from collections.abc import Sequence
from math import lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


_TAIL = 0.05  # on each side of a 90 % interval
_LOGITS = np.linspace(-9.0, 7.0, 33)  # of the shrinkage M/(M + n), s²/(s² + τ²)
_PRIOR_DF = 4.0  # how many blocks the group's variance is worth
_LEAST_BLOCKS = 3


def rate_ranks(
    pairs: Sequence[tuple[float, float]], higher_is_better: bool, seed: int, draws: int
) -> list[tuple[int, int]]:
    """90 % interval of each unit's rank (1 = best) given its (k, n), n > 0; in the same order."""
    if len(pairs) < 2:
        return [(1, 1)] * len(pairs)
    rng = np.random.default_rng(seed)
    k, n = (np.array(column) for column in zip(*pairs, strict=True))
    shrinkage = 1 / (1 + np.exp(-_LOGITS))
    strength = np.median(n) * shrinkage / (1 - shrinkage)  # M of each point of the grid
    weight = n / (n + strength[:, None])
    edge = 0.5 / (n.sum() + 1)
    mean = np.clip((weight * (k / n)).sum(1) / weight.sum(1), edge, 1 - edge)
    fit = _beta_binomial(k, n, mean * strength, (1 - mean) * strength)
    chosen = rng.choice(len(strength), size=draws, p=_posterior(fit, shrinkage))
    a, b = (mean * strength)[chosen, None], ((1 - mean) * strength)[chosen, None]
    return _intervals(rng.beta(k + a, n - k + b), higher_is_better)


def score_ranks(
    scores: Sequence[float], blocks: Sequence[Sequence[float]], seed: int, draws: int
) -> list[tuple[int, int]]:
    """90 % interval of each unit's rank (1 = highest) given scores and blocks; in their order.

    `blocks` holds a row a unit, all of the same length. Fewer than three blocks say nothing about
    certainty: then every rank is possible.
    """
    units = len(scores)
    if units < 2:
        return [(1, 1)] * units
    if len(blocks[0]) < _LEAST_BLOCKS:
        return [(1, units)] * units
    rng = np.random.default_rng(seed)
    noise, count = _centred(blocks), len(blocks[0])
    factor = _factor(noise)
    df = max(2.0, count / factor - 1)
    own = (noise**2).sum(0) / (count - 1) / count * factor * units / (units - 1)
    if not own.any():  # nothing ever moved: the scores are what they are
        return _intervals(np.array([scores]), True)
    error = (df * own + _PRIOR_DF * own.mean()) / (df + _PRIOR_DF)
    centre, spread = _normal_posterior(np.array(scores), error, rng, draws)
    length = np.sqrt((noise**2).sum(0))
    still = length == 0
    shaken = rng.standard_normal((draws, count)) @ (noise / np.where(still, 1.0, length))
    shaken[:, still] = rng.standard_normal((draws, int(still.sum())))
    shaken /= np.sqrt(rng.chisquare(df + _PRIOR_DF, size=(draws, 1)) / (df + _PRIOR_DF))
    return _intervals(centre + spread * shaken, True)


def serial_factor(blocks: Sequence[Sequence[float]]) -> float:
    """How many times larger the variance of a mean of blocks is than if each stood for itself.

    From the correlation of neighbours, taken together over all units and freed of the bias that
    short series have (Marriott & Pope 1954); at least 1.
    """
    if not blocks or len(blocks[0]) < _LEAST_BLOCKS:
        return 1.0
    return _factor(_centred(blocks))


def _centred(blocks: Sequence[Sequence[float]]) -> Floats:
    """Blocks × units, free of each unit's level and of what each block did to all alike."""
    table: Floats = np.array(blocks, dtype=np.float64).T.copy()
    table -= table.mean(0)
    if table.shape[1] > 1:
        table -= table.mean(1, keepdims=True)
    # what is left of a constant is rounding, not variation
    table[np.abs(table) < 1e-9] = 0.0
    return table


def _factor(noise: Floats) -> float:
    count = len(noise)
    power = float((noise**2).sum())
    if power == 0:
        return 1.0
    seen = float((noise[1:] * noise[:-1]).sum()) / power
    near = (count * seen + 1) / (count - 3) if count > 8 else seen + 1 / count
    near = min(max(near, 0.0), 0.9)
    lags = np.arange(1, count)
    return float(1 + 2 * ((1 - lags / count) * near**lags).sum())


def _beta_binomial(k: Floats, n: Floats, a: Floats, b: Floats) -> Floats:
    """Log marginal likelihood of all counts at each point (a, b) of the grid."""
    fit: Floats = _log_beta(k + a[:, None], n - k + b[:, None]).sum(1)
    fit -= len(k) * _log_beta(a, b)
    return fit


def _log_beta(a: Floats, b: Floats) -> Floats:
    return _log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)


def _log_gamma(x: Floats) -> Floats:
    return np.array([lgamma(v) for v in x.ravel().tolist()]).reshape(x.shape)


def _normal_posterior(
    scores: Floats, error: Floats, rng: np.random.Generator, draws: int
) -> tuple[Floats, Floats]:
    """(mean, standard deviation) of each unit's true score, draws × units."""
    shrinkage = 1 / (1 + np.exp(-_LOGITS))
    between = np.median(error) * (1 - shrinkage) / shrinkage  # τ² of each point of the grid
    weight = 1 / (error + between[:, None])
    total = weight.sum(1)
    mean = (weight * scores).sum(1) / total
    off = scores - mean[:, None]
    fit = 0.5 * (np.log(weight).sum(1) - np.log(total) - (weight * off**2).sum(1))
    chosen = rng.choice(len(between), size=draws, p=_posterior(fit, shrinkage))
    kept = between[:, None] * weight  # 1 − shrinkage of each unit
    centre = mean[:, None] + kept * off
    variance = kept * error + (1 - kept) ** 2 / total[:, None]
    return centre[chosen], np.sqrt(variance)[chosen]


def _posterior(fit: Floats, shrinkage: Floats) -> Floats:
    """Weights of the grid: uniform in the shrinkage, whose steps are even in its logit."""
    likelihood = np.exp(fit - fit.max())
    weight: Floats = likelihood * shrinkage * (1 - shrinkage)
    weight /= weight.sum()
    return weight


def _intervals(drawn: Floats, higher_is_better: bool) -> list[tuple[int, int]]:
    """From draws × units of true values to the middle 90 % of each unit's ranks."""
    draws, units = drawn.shape
    order = np.argsort(-drawn if higher_is_better else drawn, axis=1)
    ranks: NDArray[Any] = np.empty(drawn.shape, dtype=np.int16)
    np.put_along_axis(ranks, order, np.arange(1, units + 1, dtype=np.int16)[None, :], axis=1)
    ranks.sort(axis=0)
    low = ranks[int(draws * _TAIL)]
    high = ranks[draws - 1 - int(draws * _TAIL)]
    return [(int(a), int(b)) for a, b in zip(low, high, strict=True)]
