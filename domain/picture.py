"""The whole picture of a moment: every sign at every place, as the engine judged it.

The wall and every page of the desk take their present numbers from one of these, so that none can
contradict another. Whoever holds an old one has to let it age: what was alive then may not be now.

Here is the one order of what is worse than what: the graver state first, then the value that lies
deeper past the cut-offs that judged it, then what has stood longer; equals stay as they are given,
which is the catalogue's order. The engine measures, everybody else sorts by what it measured.
Between signs depth counts in tenths of a grade and only in trouble, so that a list does not jump
with every flicker of a value; the places of one sign, whose values compare at sight, go by all
of it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

from domain.catalogue import Catalogue
from domain.freshness import Freshness, freshness
from domain.index import Index, city_index
from domain.sign import GRADED, SEVERITY, State
from domain.weights import Weights

T = TypeVar("T")


class Cell(NamedTuple):
    """One sign at one place."""

    value: float | None  # in the sign's unit, rounded as it is shown
    state: State  # unknown unless fresh
    freshness: Freshness
    at: int | None  # epoch ms of the newest contributing observation
    since: int | None  # epoch ms from which the state holds
    demo: bool
    crossed: float | None = None  # the threshold behind a graded state, in the sign's unit
    upper: bool | None = None  # whether it was crossed upwards
    clear: float | None = None  # the line that clears it, once the value is back across `crossed`
    badness: float | None = None  # 0 typical, 1 at attention … 3 at alarm; None: not judged
    version: int | None = None  # of the thresholds that it was judged by; None: not judged


NOTHING = Cell(None, State.UNKNOWN, Freshness.NEVER, None, None, False)


class Measured(Protocol):
    """A cell, as far as it says how bad it is."""

    @property
    def state(self) -> State:
        """The judged state."""

    @property
    def badness(self) -> float | None:
        """How far past its cut-offs the value lies; None where nothing is judged."""

    @property
    def since(self) -> int | None:
        """Epoch ms from which the state holds."""


_STEPS = 10  # of a grade


def how_bad(cell: Measured) -> tuple[int, int, int]:
    """The key to sort signs by, the worst first: state, badness in tenths, beginning.

    A state whose beginning is not known has stood at least as long as any other. Signs that are not
    in trouble are equals.
    """
    if cell.state not in GRADED:
        return (-SEVERITY[cell.state], 0, 0)
    steps = int((cell.badness or 0.0) * _STEPS + 1e-9)
    return (-SEVERITY[cell.state], -steps, cell.since or 0)


def how_deep(cell: Measured) -> tuple[int, float, int]:
    """The key to sort the places of one sign by: as `how_bad`, with the badness as it is."""
    return (-SEVERITY[cell.state], -(cell.badness or 0.0), cell.since or 0)


def worst_first(items: Iterable[T], cell: Callable[[T], Measured]) -> list[T]:
    """Signs, given in the catalogue's order, from the worst to the best."""
    return sorted(items, key=lambda item: how_bad(cell(item)))


def deepest_first(items: Iterable[T], cell: Callable[[T], Measured]) -> list[T]:
    """Places of one sign, given in the catalogue's order, from the worst to the best."""
    return sorted(items, key=lambda item: how_deep(cell(item)))


def troubles(cells: Iterable[tuple[T, Measured]]) -> list[T]:
    """Signs in attention, warning or alarm, the worst first; given in the catalogue's order."""
    graded = [pair for pair in cells if pair[1].state in GRADED]
    return [item for item, _ in worst_first(graded, lambda pair: pair[1])]


def reached(badness: float) -> State:
    """The state whose cut-off a value has reached, whatever holds before its waiting time is up."""
    return (State.NORMAL, *GRADED)[min(int(badness), len(GRADED))]


def index_of(cells: Iterable[tuple[str, Cell]], weights: Weights) -> Index:
    """The index of a group of signs, its receipt in the order of worst."""
    ordered = worst_first(cells, lambda pair: pair[1])
    return city_index([(code, cell.state) for code, cell in ordered], weights)


def crossing_facts(cell: Cell) -> dict[str, float | str | None]:
    """What a program is told of the threshold behind a state, ready for JSON."""
    side = None if cell.upper is None else "high" if cell.upper else "low"
    return {"threshold": cell.crossed, "side": side, "clear": cell.clear}


@dataclass(frozen=True)
class Picture:
    """Cells by place and sign; a sign that is not defined at a place (不适用) has none."""

    version: int  # of the wall's snapshot that was made from the same cells
    as_of: int  # epoch ms
    catalogue: str  # version of the catalogue
    signs: tuple[str, ...]
    places: tuple[str, ...]  # the district first
    cells: tuple[tuple[Cell | None, ...], ...]  # a row a place, in the order of `signs`
    weights: Weights  # what a state costs at the moment

    @cached_property
    def _row(self) -> dict[str, int]:
        return {place: n for n, place in enumerate(self.places)}

    @cached_property
    def _column(self) -> dict[str, int]:
        return {sign: n for n, sign in enumerate(self.signs)}

    @property
    def district(self) -> str:
        """The place code of the district."""
        return self.places[0]

    def cell(self, sign: str, place: str) -> Cell | None:
        """The cell of a sign at a place; None: 不适用. KeyError: no such sign or place."""
        return self.cells[self._row[place]][self._column[sign]]

    def at_place(self, place: str) -> dict[str, Cell]:
        """The cells of a place by sign, in the catalogue's order; KeyError: no such place."""
        row = self.cells[self._row[place]]
        return {s: c for s, c in zip(self.signs, row, strict=True) if c is not None}

    def of_sign(self, sign: str) -> dict[str, Cell]:
        """The cells of a sign by place, the district among them; KeyError: no such sign."""
        column = self._column[sign]
        found = ((p, row[column]) for p, row in zip(self.places, self.cells, strict=True))
        return {place: cell for place, cell in found if cell is not None}

    def data_time(
        self, place: str | None = None, signs: Collection[str] | None = None
    ) -> int | None:
        """Epoch ms of the newest observation at a place (None: the district), of all signs or of
        these; None when nothing was ever observed there. What pages mean by 「数据截至」."""
        cells = self.at_place(self.district if place is None else place)
        wanted = cells if signs is None else [code for code in signs if code in cells]
        observed = (cells[code].at for code in wanted)
        return max((at for at in observed if at is not None), default=None)

    def index(self, place: str, signs: Iterable[str] | None = None) -> Index:
        """The index of a place over its signs, or over those of `signs` (a domain, a goal)."""
        cells = self.at_place(place)
        wanted = cells if signs is None else [code for code in signs if code in cells]
        return index_of([(code, cells[code]) for code in wanted], self.weights)

    def every(self) -> Iterator[tuple[str, str, Cell]]:
        """(place, sign, cell) of every cell there is."""
        for place, row in zip(self.places, self.cells, strict=True):
            for sign, cell in zip(self.signs, row, strict=True):
                if cell is not None:
                    yield place, sign, cell

    def aged(self, now_ms: int, catalogue: Catalogue) -> "Picture":
        """The same picture seen at a later instant: what has become stale has no state."""
        rules = [catalogue.sign.get(code) for code in self.signs]

        def old(cell: Cell | None, n: int) -> Cell | None:
            sign = rules[n]
            if cell is None or sign is None:
                return cell
            mark = freshness(cell.at, now_ms, sign.cadence_s, sign.stale_after_s)
            if mark is cell.freshness:
                return cell
            if mark in (Freshness.LIVE, Freshness.LATE):
                return cell._replace(freshness=mark)
            return Cell(cell.value, State.UNKNOWN, mark, cell.at, None, cell.demo)

        rows = tuple(tuple(old(cell, n) for n, cell in enumerate(row)) for row in self.cells)
        return replace(self, cells=rows)
