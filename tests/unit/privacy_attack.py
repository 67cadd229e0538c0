"""Attackers on released rows: they know every public figure and the rules themselves."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from domain.privacy import Mark, Row

Counts = tuple[int, ...]
Release = Callable[[Counts], Row]


@dataclass
class Findings:
    """What an attack brought: suppressed counts of 1 … few, by how far they were narrowed."""

    suppressed: int = 0
    recovered: int = 0  # one value is left
    nearly: int = 0  # two values are left
    narrowed_few: int = 0  # marked 「少于」, yet less than the whole range is left
    examples: list[tuple[Counts, int]] = field(default_factory=list)

    def note(self, counts: Counts, cell: int, left: set[int], mark: Mark, few: int) -> None:
        """Count one suppressed cell with the values that are left for it."""
        self.suppressed += 1
        small = {value for value in left if 1 <= value <= few}
        if len(left) == 1:
            self.recovered += 1
            self.examples.append((counts, cell))
        elif len(left) == 2:
            self.nearly += 1
        if mark is Mark.FEW and small != set(range(1, few + 1)):
            self.narrowed_few += 1


@lru_cache(maxsize=64)
def tables(cells: int, total: int) -> tuple[Counts, ...]:
    """Every way to share `total` out over so many cells."""
    return tuple(_tables(cells, total))


def _tables(cells: int, total: int) -> Iterator[Counts]:
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _tables(cells - 1, total - first):
            yield (first, *rest)


def exhaustive(cells: int, totals: Sequence[int], release: Release, few: int) -> Findings:
    """Every table with one of the totals, attacked by somebody who has tried them all.

    Tables with the same release cannot be told apart, and nothing else is known: so what is left
    of a cell are its values over all of them.
    """
    found = Findings()
    for total in totals:
        alike: dict[Row, list[Counts]] = defaultdict(list)
        for counts in tables(cells, total):
            alike[release(counts)].append(counts)
        for row, members in alike.items():
            for cell in range(cells):
                left = {counts[cell] for counts in members}
                mark = row.cells[cell].mark if row.cells else Mark.WITHHELD
                if mark in (Mark.EXACT, Mark.ROUNDED, Mark.MISSING):
                    continue
                for counts in members:
                    if 1 <= counts[cell] <= few:
                        found.note(counts, cell, left, mark, few)
    return found


def bounds(row: Row) -> list[tuple[float, float]]:
    """The tightest interval of every cell from the row's intervals and its total.

    For one equation over independent intervals this is the exact solution of the linear program,
    and of the integer one.
    """
    total = row.total.value or 0
    if row.cells is None:
        return []
    given = [
        (c.low or 0, total if c.high is None else c.high) if c.mark is not Mark.MISSING else (0, 0)
        for c in row.cells
    ]
    lows, highs = sum(low for low, _ in given), sum(high for _, high in given)
    return [
        (max(low, total - (highs - high)), min(high, total - (lows - low))) for low, high in given
    ]
