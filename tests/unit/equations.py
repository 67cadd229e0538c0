"""What follows from sums of unknown whole numbers: a small exact solver for attackers.

Unknowns have a lowest and a highest value; sums of unknowns lie between two numbers (an equation
where they are the same). `narrow` tightens all intervals together, also over differences of sums;
`possible` decides by search whether an unknown can have a value.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

Unknown = Hashable
Terms = tuple[tuple[Unknown, int], ...]  # unknown and factor
MOST = 10**12
NODES = 20_000
WIDTH = 60  # values tried of one unknown


class Contradiction(Exception):
    """No numbers fit."""


class Undecided(Exception):
    """The search was given up."""


@dataclass
class System:
    """Everything an attacker knows."""

    low: dict[Unknown, int] = field(default_factory=dict)
    high: dict[Unknown, int] = field(default_factory=dict)
    sums: dict[Terms, tuple[int, int]] = field(default_factory=dict)
    differences: dict[Terms, tuple[int, int]] = field(default_factory=dict)

    def know(self, unknown: Unknown, low: int = 0, high: int = MOST) -> None:
        """An unknown lies in [low, high]."""
        self.low[unknown] = max(low, self.low.get(unknown, 0))
        self.high[unknown] = min(high, self.high.get(unknown, MOST))

    def add(self, unknowns: Iterable[Unknown], low: int, high: int) -> None:
        """The sum of unknowns lies in [low, high]."""
        terms = _terms({unknown: 1 for unknown in unknowns})
        for unknown, _ in terms:
            self.know(unknown)
        before = self.sums.get(terms, (-MOST, MOST))
        self.sums[terms] = max(low, before[0]), min(high, before[1])

    def holds(self, truth: Mapping[Unknown, int]) -> bool:
        """Whether the true numbers fit: otherwise the attacker has misunderstood something."""
        inside = all(self.low[u] <= truth[u] <= self.high[u] for u in self.low)
        return inside and all(
            low <= sum(truth[u] * f for u, f in terms) <= high
            for terms, (low, high) in self.sums.items()
        )

    def subtract(self) -> None:
        """Add the differences of sums that share unknowns, those that differ least first."""
        by_unknown: dict[Unknown, list[Terms]] = {}
        for terms in self.sums:
            by_unknown.setdefault(terms[0][0] if terms else None, [])
            for unknown, _ in terms:
                by_unknown.setdefault(unknown, []).append(terms)
        pairs: set[tuple[Terms, Terms]] = set()
        for found in by_unknown.values():
            found.sort(key=len)
            pairs.update((a, b) for n, a in enumerate(found) for b in found[n + 1 :])
        for a, b in pairs:
            difference = dict(b)
            for unknown, factor in a:
                difference[unknown] = difference.get(unknown, 0) - factor
            if 0 < sum(1 for f in difference.values() if f) < len(b):
                (low_a, high_a), (low_b, high_b) = self.sums[a], self.sums[b]
                self.differences[_terms(difference)] = low_b - high_a, high_b - low_a

    def narrow(self) -> None:
        """Tighten every interval until nothing changes; Contradiction when one is empty."""
        _narrow(self._index({**self.differences, **self.sums}), self.low, self.high)

    def _index(self, sums: Mapping[Terms, tuple[int, int]]) -> "Index":
        by_unknown: dict[Unknown, list[tuple[Terms, int, int]]] = {u: [] for u in self.low}
        for terms, (low, high) in sums.items():
            for unknown, _ in terms:
                by_unknown[unknown].append((terms, low, high))
        return by_unknown

    def searcher(self, truth: Mapping[Unknown, int]) -> "Searcher":
        """Decides what is possible; `truth` only says where the search begins."""
        return Searcher(self._index(self.sums), self.low, self.high, truth)


def _terms(factors: Mapping[Unknown, int]) -> Terms:
    return tuple(sorted(((u, f) for u, f in factors.items() if f), key=repr))


Index = dict[Unknown, list[tuple[Terms, int, int]]]


class Searcher:
    """Looks for numbers that fit, near the true ones first."""

    def __init__(
        self,
        index: Index,
        low: dict[Unknown, int],
        high: dict[Unknown, int],
        truth: Mapping[Unknown, int],
    ) -> None:
        self._index, self._low, self._high, self._truth = index, low, high, truth

    def possible(self, unknown: Unknown, value: int) -> bool:
        """Whether numbers fit in which an unknown has a value; Undecided when it takes long."""
        if not self._low[unknown] <= value <= self._high[unknown]:
            return False
        if self._by_one_other(unknown, value):
            return True
        self._left = NODES
        return self._fits(self._low, self._high, unknown, value)

    def _by_one_other(self, unknown: Unknown, value: int) -> bool:
        """Whether the true numbers fit with this one changed and at most one other for it."""
        change = value - self._truth[unknown]
        others = {u: None for terms, _, _ in self._index[unknown] for u, _ in terms}
        for other in others:
            changed = {unknown: value}
            if other != unknown:
                changed[other] = self._truth[other] - change
            if all(self._low[u] <= v <= self._high[u] for u, v in changed.items()) and all(
                low <= sum(changed.get(u, self._truth[u]) * f for u, f in terms) <= high
                for name in changed
                for terms, low, high in self._index[name]
            ):
                return True
        return False

    def _fits(
        self,
        low: dict[Unknown, int],
        high: dict[Unknown, int],
        unknown: Unknown,
        value: int,
    ) -> bool:
        self._left -= 1
        if not self._left:
            raise Undecided
        low, high = {**low, unknown: value}, {**high, unknown: value}
        try:
            _narrow(self._index, low, high, [unknown])
        except Contradiction:
            return False
        # with the true numbers, but where they no longer fit, all may be well already
        guess = {u: min(max(self._truth[u], low[u]), high[u]) for u in low}
        broken = next((found for found in self._broken(guess)), None)
        if broken is None:
            return True
        free = [u for u, _ in broken if low[u] < high[u]]
        if not free:
            return False
        pick = min(free, key=lambda u: high[u] - low[u])
        values = sorted(range(low[pick], high[pick] + 1), key=lambda v: abs(v - guess[pick]))
        if any(self._fits(low, high, pick, v) for v in values[:WIDTH]):
            return True
        if len(values) > WIDTH:
            raise Undecided
        return False

    def _broken(self, guess: Mapping[Unknown, int]) -> Iterable[Terms]:
        seen = set()
        for sums in self._index.values():
            for terms, low, high in sums:
                if terms not in seen:
                    seen.add(terms)
                    if not low <= sum(guess[u] * f for u, f in terms) <= high:
                        yield terms


def _narrow(
    index: Index,
    low: dict[Unknown, int],
    high: dict[Unknown, int],
    begin: Iterable[Unknown] | None = None,
) -> None:
    todo = list(index if begin is None else begin)
    waiting = set(todo)
    while todo:
        changed = todo.pop()
        waiting.discard(changed)
        for terms, least, most in index[changed]:
            for unknown in _tighten(terms, least, most, low, high):
                if unknown not in waiting:
                    waiting.add(unknown)
                    todo.append(unknown)


def _tighten(
    terms: Terms, least: int, most: int, low: dict[Unknown, int], high: dict[Unknown, int]
) -> list[Unknown]:
    ends = [(low[u] * f, high[u] * f) if f > 0 else (high[u] * f, low[u] * f) for u, f in terms]
    lows, highs = sum(a for a, _ in ends), sum(b for _, b in ends)
    if lows > most or highs < least:
        raise Contradiction
    changed = []
    for (unknown, factor), (first, last) in zip(terms, ends, strict=True):
        bottom, top = max(first, least - (highs - last)), min(last, most - (lows - first))
        if bottom == first and top == last:
            continue
        if factor < 0:
            bottom, top = -top, -bottom
        factor = abs(factor)
        bottom, top = -(-bottom // factor), top // factor
        if bottom > top:
            raise Contradiction
        if (bottom, top) != (low[unknown], high[unknown]):
            low[unknown], high[unknown] = bottom, top
            changed.append(unknown)
    return changed
