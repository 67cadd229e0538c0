"""What may be said of small counts: rounding, suppression, bands, dominance. Our construction.

A table of counts of one sign over the streets, for one closed period, is released once, together
with its exact total T. Every other public figure about streets is computed from what was released
(see `coarser`), never from the counts. So what an attacker holds about a street's count is:
the marks and intervals of its row, and the one equation that the row adds up to T.

    0            shown
    1 … few      「少于 5」: the interval [1, few] and nothing else
    above        rounded to the nearest multiple of `base`: an interval of `base` numbers

A row is released only when T − Σ lows ≥ few − 1 and Σ highs − T ≥ few − 1. Then whatever value in
[1, few] a suppressed cell is given, the other cells can make up for it within their intervals, so
none can be narrowed. Both sides of the test are public figures, so that passing it says nothing
more, not even to somebody who knows this file. In a thin row one cell more is left out
(「未单列」): which one is decided beforehand, and whether, by the other cells' marks alone. A row
that fails is withheld as a whole: the total stands, no street does.

All of it holds for counts of one instant over one set of streets. Which totals may be told beside
each other, in the present, by hour, day and week, is said in `domain.telling`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Mark(StrEnum):
    """How much is said."""

    EXACT = "exact"
    ROUNDED = "rounded"
    FEW = "few"  # 1 … few
    UNLISTED = "unlisted"  # left out to protect another cell; may be any number
    WITHHELD = "withheld"  # the row, or a rate with its count
    BAND = "band"
    MISSING = "missing"  # nothing was measured


class Shown(NamedTuple):
    """A figure as the public sees it, here and in every download."""

    mark: Mark
    value: float | None = None
    low: float | None = None  # the least and the most it can be; None: no bound is said
    high: float | None = None


MISSING = Shown(Mark.MISSING)
UNLISTED = Shown(Mark.UNLISTED, None, 0, None)
WITHHELD = Shown(Mark.WITHHELD)


@dataclass(frozen=True, slots=True)
class SmallCounts:
    """The rules for tables of counts."""

    few: int = 4  # 1 … few are suppressed
    base: int = 5  # larger counts are rounded to a multiple of it
    thin: int = 12  # a row whose other cells leave less room than this loses one cell more

    def __post_init__(self) -> None:
        # with less room than this a withheld row could be the only one of its total
        room = self.few >= 3 and self.base >= 3 and self.thin >= 4 * (self.few - 1)
        if not room or self.base > 2 * (self.few + 1):
            raise ValueError("few: 3 or more; base: 3 … 2·(few + 1); thin: 4·(few - 1) or more")


@dataclass(frozen=True, slots=True)
class Row:
    """A released row: the total and the cells in the order given; no cells when withheld."""

    total: Shown
    cells: tuple[Shown, ...] | None


def shown_count(count: int, rules: SmallCounts) -> Shown:
    """One count of a street. ValueError when negative."""
    if count < 0:
        raise ValueError("a count is never negative")
    if count == 0:
        return Shown(Mark.EXACT, 0, 0, 0)
    if count <= rules.few:
        return Shown(Mark.FEW, None, 1, rules.few)
    half = rules.base // 2
    value = (count + half) // rules.base * rules.base
    low = max(rules.few + 1, value - half)
    return Shown(Mark.ROUNDED, value, low, value + (rules.base - 1) // 2)


def release_row(counts: Sequence[int | None], turn: int, rules: SmallCounts) -> Row:
    """The row of a closed period; None = the street told nothing, which is public.

    `turn` chooses the cell that a thin row loses; it must not depend on the counts.
    """
    present = [n for n, count in enumerate(counts) if count is not None]
    shown = [MISSING if count is None else shown_count(count, rules) for count in counts]
    total = sum(count for count in counts if count is not None)
    if len(present) < 2:  # the total would be the street's own count
        return Row(shown[present[0]] if present else MISSING, None)
    whole = Shown(Mark.EXACT, total, total, total)
    if len(present) == 2:  # that such a row is withheld would tell which of the two it is
        return Row(whole, None)
    spare = present[turn % len(present)]
    if _is_thin([shown[n] for n in present if n != spare], rules):
        shown[spare] = UNLISTED
    if not _is_safe([shown[n] for n in present], total, rules):
        return Row(whole, None)
    return Row(whole, tuple(shown))


def _is_thin(others: Sequence[Shown], rules: SmallCounts) -> bool:
    few = sum(1 for cell in others if cell.mark is Mark.FEW)
    room = sum((cell.high or 0) - (cell.low or 0) for cell in others)
    return few > 0 and room < rules.thin


def _is_safe(cells: Sequence[Shown], total: int, rules: SmallCounts) -> bool:
    """Whether every suppressed cell may still be anything from 1 to `few`."""
    if all(cell.mark is not Mark.FEW for cell in cells):
        return True
    margin = rules.few - 1
    if total - sum(cell.low or 0 for cell in cells) < margin:
        return False
    if any(cell.high is None for cell in cells):
        return True
    return sum(cell.high or 0 for cell in cells) - total >= margin


def coarser(cells: Iterable[tuple[Shown, float | None]]) -> Shown:
    """A longer period from its released periods: pairs of (the cell, the total of its row).

    Nothing but what is public enters. A cell of a withheld row may be anything up to the total;
    a period without one makes the whole one unknown.
    """
    low = high = 0.0
    exact, bounded, parts = True, True, 0
    for cell, total in cells:
        parts += 1
        if cell.mark is Mark.MISSING:
            return MISSING
        if cell.mark is Mark.WITHHELD and total is None:
            return WITHHELD
        top = total if cell.high is None else cell.high
        bounded = bounded and top is not None
        low, high = low + (cell.low or 0), high + (top or 0)
        exact = exact and cell.mark is Mark.EXACT
    if not parts:
        return MISSING
    if exact:
        return Shown(Mark.EXACT, low, low, low)
    return Shown(Mark.ROUNDED, None, low, high if bounded else None)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rules for rates: suppressed with their count."""

    least: int = 30  # cases below which no rate is told
    digits: int = 0  # after the point, of a street's rate


def shown_rate(
    rate: float, cases: float, rules: Rates, counts: SmallCounts, whole: float | None = 100
) -> Shown:
    """A street's rate over a closed period; `cases` is its denominator, which is never told.

    `whole` is what the rate counts out of: 100 for per cent, 10,000 for 「每万」; None for a mean
    over cases (minutes), which has no hits.
    """
    if cases < rules.least:
        return WITHHELD
    if whole is not None:
        hits = round(cases * rate / whole)
        small = range(1, counts.few + 1)
        if hits in small or round(cases) - hits in small:
            return WITHHELD
    value = round(rate, rules.digits)
    return Shown(Mark.ROUNDED, value, value, value)


def release_rates(
    streets: Mapping[str, tuple[float, float]],
    rules: Rates,
    counts: SmallCounts,
    whole: float | None = 100,
) -> dict[str, Shown]:
    """The rates of a closed period by street, from (rate, cases): those that are told.

    What is not told must not follow from the district's rate either: the streets left out are
    none, or at least two with `least` cases between them. The smallest of the others join them
    until they are. A street without a case is left out like one with few: it tells as much.
    """
    shown = {
        place: shown_rate(rate, cases, rules, counts, whole)
        for place, (rate, cases) in streets.items()
    }
    told = [place for place in shown if shown[place].mark is not Mark.WITHHELD]
    told.sort(key=lambda place: (-streets[place][1], place))
    hidden = [streets[place][1] for place in streets if shown[place].mark is Mark.WITHHELD]
    while told and hidden and (len(hidden) < 2 or sum(hidden) < rules.least):
        hidden.append(streets[told.pop()][1])
    return {place: shown[place] for place in told}


def band(count: float, edges: Sequence[float]) -> Shown:
    """The band [edge, next edge) of a count; the last one has no upper end.

    ValueError below the first edge.
    """
    if not edges or count < edges[0]:
        raise ValueError("the count lies below the first band")
    n = max(n for n, edge in enumerate(edges) if edge <= count)
    high = edges[n + 1] - 1 if n + 1 < len(edges) else None
    return Shown(Mark.BAND, None, edges[n], high)


@dataclass(frozen=True, slots=True)
class Dominance:
    """The rules for figures of enterprises."""

    firms: int = 3  # fewer are never told
    share: float = 0.7  # one with more than this part of the whole hides the cell
