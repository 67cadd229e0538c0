"""How children add up to their parent: points to a street, streets to the district.

Every child is a pair (value, mass). The mass is the denominator of a ratio or the weight of a
weighted mean; it is 1 where nothing was given. Whatever the rule, a parent's numerator is
Σ value·mass and its denominator Σ mass, so that ratios are always summed before they are divided
(a mean of rates is not the rate of the whole: Simpson's paradox).
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import mul
from typing import Any, NamedTuple

from domain.indicator import Indicator, Rule

Badness = Callable[[float], float]


class Child(NamedTuple):
    """One contribution: a value in the sign's unit, its mass (> 0), when observed (ms)."""

    value: float
    mass: float
    observed_at: int


class Total(NamedTuple):
    """What children add up to."""

    value: float
    numerator: float
    denominator: float
    children: int
    observed_at: int  # newest contribution


_total = partial(tuple.__new__, Total)  # a Total without the cost of its constructor


def quantile(values: Sequence[float], q: float) -> float:
    """The q-quantile (0 ≤ q ≤ 1) of a non-empty sequence, linear between order statistics.

    Hyndman & Fan 1996, type 7.
    """
    ordered = sorted(values)
    position = (len(ordered) - 1) * q
    below = int(position)
    if below + 1 >= len(ordered):
        return ordered[-1]
    share = position - below
    return ordered[below] + (ordered[below + 1] - ordered[below]) * share


def aggregate(rule: Rule, children: Sequence[Child], badness: Badness) -> Total | None:
    """Add children up by `rule`; None when there are none or the rule is `na`.

    `badness` orders values for `worst`: the larger, the nearer to alarm. The result does not
    depend on the order of the children beyond the rounding of floating-point sums.
    """
    if not children or rule is Rule.NA:
        return None
    if len(children) == 1:
        value, mass, observed_at = children[0]
        return _total((value, value * mass, mass, 1, observed_at))
    values, masses, instants = zip(*children, strict=True)
    numerator = sum(map(mul, values, masses))
    denominator = sum(masses)
    value = _combine(rule, children, values, numerator, denominator, badness)
    return _total((value, numerator, denominator, len(children), max(instants)))


def mass_of(rule: Rule, weight: float | None, denominator: float | None) -> float:
    """The mass of a reading: its denominator for ratios, else its weight; 1 where none is given."""
    first, second = (denominator, weight) if rule is Rule.RATIO else (weight, denominator)
    if first is not None:
        return first
    return 1.0 if second is None else second


def bucket_value(indicator: Indicator, rule: Rule, row: tuple[Any, ...]) -> float:
    """The value that stands for a bucket of samples, by the rule that holds there.

    What its amounts add up to (before they are rounded) where it tells amounts; else Σ/Σ for
    ratios, the extreme or the mean.
    `row` is a row of a roll-up: place, sign, bucket, numerator, denominator, count, sum, min, max.
    """
    numerator, denominator, count, total, low, high = row[3:9]
    if indicator.adds_up:
        return float(numerator)
    match rule:
        case Rule.RATIO | Rule.WEIGHTED:
            value = numerator / denominator
        case Rule.MAX:
            value = high
        case Rule.MIN:
            value = low
        case _:
            value = total / count
    return float(value)


def _combine(
    rule: Rule,
    children: Sequence[Child],
    values: Sequence[float],
    numerator: float,
    denominator: float,
    badness: Badness,
) -> float:
    match rule:
        case Rule.SUM:
            return sum(values)
        case Rule.MEAN:
            return sum(values) / len(values)
        case Rule.WEIGHTED | Rule.RATIO:
            return numerator / denominator
        case Rule.MIN:
            return min(values)
        case Rule.MAX:
            return max(values)
        case Rule.P05:
            return quantile(values, 0.05)
        case Rule.P95:
            return quantile(values, 0.95)
        case Rule.WORST:
            return max(values, key=lambda v: (badness(v), v))
        case _:  # Rule.VALUE: the newest speaks; equal instants are settled by the value
            return max(children, key=lambda c: (c.observed_at, c.value)).value
