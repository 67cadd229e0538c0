"""What somebody makes of everything that a watched city has published: equations, and answers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.clock import DAY_MS, HOUR_MS
from domain.privacy import Mark
from tests.data.watched_city import COUNTS, MEAN, RATES, Figure, WatchedCity
from tests.unit.equations import System

Cell = tuple[str, int]  # street, day
SCALE = 1000  # means are reckoned in thousandths
SLACK = 0.11  # half of the last digit told, of the streets and of the district


@dataclass
class Loot:
    """What was found out."""

    small: int = 0  # counts of 1 … few that there were
    recovered: list[tuple[str, Cell]] = field(default_factory=list)
    narrowed: list[tuple[str, Cell]] = field(default_factory=list)  # 「少于」, and yet less
    told_means: list[Figure] = field(default_factory=list)  # of fewer than `least`
    recovered_means: list[tuple[str, Cell]] = field(default_factory=list)
    equations: int = 0

    @property
    def nothing(self) -> bool:
        """Whether all the work was for nothing."""
        return not (self.recovered or self.narrowed or self.told_means or self.recovered_means)


class Observer:
    """Somebody with every figure, the times of all readings, and patience."""

    def __init__(self, city: WatchedCity) -> None:
        self.city = city
        rules = city.catalogue.publication
        assert rules is not None
        self.few, self.least = rules.counts.few, rules.rates.least
        self._by_sign: dict[str, list[Figure]] = defaultdict(list)
        for figure in city.figures:
            self._by_sign[figure.sign].append(figure)

    def rob(self) -> Loot:
        """Try everything."""
        loot = Loot()
        for sign in COUNTS:
            self._counts(sign, loot)
        for sign in RATES:
            self._means(sign, loot)
        return loot

    # counts

    def _counts(self, sign: str, loot: Loot) -> None:
        system = System()
        truth = {(p, d): n for (code, p, d), n in self.city.count.items() if code == sign}
        for cell in truth:
            system.know(cell)
        few = []
        for figure in self._by_sign[sign]:
            cells = self._cells(figure)
            if cells and figure.low is not None:
                high = figure.low if figure.high is None else figure.high
                system.add(cells, round(figure.low), round(high))
            if figure.mark == Mark.FEW and figure.period == "day":
                few += [cell for cell in cells if len(cells) == 1]
        assert system.holds(truth), f"{sign}: the observer has misunderstood something"
        loot.equations += len(system.sums)
        system.subtract()
        system.narrow()
        searcher = system.searcher(truth)
        for cell, count in truth.items():
            if not 1 <= count <= self.few:
                continue
            loot.small += 1
            around = sorted(range(count + 9), key=lambda v: abs(v - count))
            if not any(searcher.possible(cell, v) for v in around if v != count):
                loot.recovered.append((sign, cell))
        for cell in few:
            if not all(searcher.possible(cell, v) for v in range(1, self.few + 1)):
                loot.narrowed.append((sign, cell))

    def _cells(self, figure: Figure) -> list[Cell]:
        """Which unknowns a figure is the sum of; none where it says nothing."""
        sign, city = figure.sign, self.city
        if figure.mark in (Mark.WITHHELD, Mark.MISSING, Mark.UNLISTED):
            return []
        if figure.period == "present":
            return self._standing(sign, figure.start, figure.seen)
        if figure.period == "hour":
            return self._hour(figure)
        days = [figure.start]
        if figure.period == "week":
            days = [figure.start + n * DAY_MS for n in range(7)]
        if figure.place != city.catalogue.code:
            return [(figure.place, day) for day in days]
        told = self._row(figure) if sign in COUNTS else []
        if told:
            return [(place, day) for place in told for day in days]
        if figure.period == "week":
            return []  # the total of the days' totals
        return self._end_of_day(figure)

    def _standing(self, sign: str, instant: int, known_at: int) -> list[Cell]:
        found = self.city.standing(sign, instant, known_at)
        return [(street, self.city.day_of(at)) for street, at in found.items()]

    def _row(self, total: Figure) -> list[str]:
        """The streets that a row of the same period speaks of."""
        return [
            f.place
            for f in self._by_sign[total.sign]
            if (f.period, f.start) == (total.period, total.start)
            and f.place != total.place
            and f.mark not in (Mark.MISSING, Mark.WITHHELD)
        ]

    def _hour(self, figure: Figure) -> list[Cell]:
        ends = self._ends(figure.sign, figure.start, figure.start + HOUR_MS)
        told = {f.value for f in self._presents(figure.sign, ends)}
        if figure.low != figure.high or figure.value in told:
            return []  # a mean of several, or what the present has said
        sets = [self._standing(figure.sign, end, figure.seen) for end in ends]
        return max(reversed(sets), key=len)

    def _end_of_day(self, figure: Figure) -> list[Cell]:
        end = figure.start + DAY_MS
        ends = self._ends(figure.sign, figure.start, end)
        said = {f.value for f in self._presents(figure.sign, ends)}
        if figure.mark == Mark.EXACT and figure.value in said:
            return []
        return self._standing(figure.sign, end, figure.seen)

    def _ends(self, sign: str, start: int, end: int) -> list[int]:
        width = self.city.catalogue.sign[sign].slot_ms
        return list(range(start + width, end + 1, width))

    def _presents(self, sign: str, ends: list[int]) -> Iterator[Figure]:
        wanted = set(ends)
        for figure in self._by_sign[sign]:
            if figure.period == "present" and figure.start in wanted:
                yield figure

    # means

    def _means(self, sign: str, loot: Loot) -> None:
        city, system = self.city, System()
        most = 240 if sign == MEAN else 100
        known = {(p, d): told for (code, p, d), told in city.mean.items() if code == sign}
        for cell, (_, cases) in known.items():
            system.know(cell, 0, most * cases * SCALE)
        for figure in self._by_sign[sign]:
            cells = self._cells(figure)
            if not cells or figure.value is None:
                continue
            cases = sum(known[cell][1] for cell in cells)
            if cases < self.least:
                loot.told_means.append(figure)
            slack = SLACK if figure.place == city.catalogue.code else 0.51 + SLACK
            low, high = ((figure.value + s) * cases * SCALE for s in (-slack, slack))
            system.add(cells, int(low), int(high) + 1)
        truth = {cell: round(value * cases * SCALE) for cell, (value, cases) in known.items()}
        assert system.holds(truth), f"{sign}: the observer has misunderstood something"
        loot.equations += len(system.sums)
        system.subtract()
        system.narrow()
        for cell, (_, cases) in known.items():
            width = (system.high[cell] - system.low[cell]) / cases / SCALE
            if cases < self.least and width < 1:
                loot.recovered_means.append((sign, cell))
