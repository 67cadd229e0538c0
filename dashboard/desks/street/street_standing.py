"""How a place stands at the moment: its worst sign, its index, and how many signs in each state.

Nothing is judged here: states, and how bad they are, come from the engine's picture.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_access.series.index_history import Past
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.index import Index, blind, condition
from domain.picture import Cell, Picture, troubles
from domain.place import Street
from domain.sign import GRADED, Sign, State

SHOWN_STATES = tuple(state.value for state in (*reversed(GRADED), State.NORMAL, State.UNKNOWN))
WORST_FIRST = (*reversed(GRADED), State.NORMAL, State.UNKNOWN)
STALE, ABSENT, WHOLE = "stale", "absent", "whole"


@dataclass(frozen=True, slots=True)
class Counts:
    """The signs of the catalogue at one place, each counted once; late ones once more."""

    alarm: int
    warning: int
    attention: int
    normal: int
    stale: int  # with a value that is too old to be judged
    unknown: int  # never reported, or not judged
    absent: int  # not defined at this place (不适用)
    whole: int  # judged for the district only (只评全区)
    late: int

    @property
    def applies(self) -> int:
        """Signs that are defined at the place."""
        known = self.alarm + self.warning + self.attention + self.normal
        return known + self.stale + self.unknown

    @property
    def blind(self) -> bool:
        """Whether fewer than half of them are known: silence is no good news then."""
        return blind(self.stale + self.unknown, self.applies)

    def of(self, state: State) -> int:
        """Signs in a state; stale ones are not among the unknown."""
        return int(getattr(self, state.value))


@dataclass(frozen=True, slots=True)
class Standing:
    """A place at the moment."""

    place: Street
    state: State
    worst: str | None  # code of the worst sign, None when none is in trouble
    index: Index
    counts: Counts
    day_ago: Past | None = None  # its index at the same minute yesterday
    week_ago: Past | None = None


def standing(
    catalogue: Catalogue,
    picture: Picture,
    place: Street,
    past: Sequence[Past | None] = (None, None),
) -> Standing:
    """How a place stands; `past` = its index a day and a week ago."""
    cells = picture.at_place(place.code)
    worst = next(iter(exceptions(catalogue, cells)), None)
    state = condition([cell.state for cell in cells.values()])
    index = picture.index(place.code)
    return Standing(place, state, worst, index, count(catalogue, cells), past[0], past[1])


def exceptions(catalogue: Catalogue, cells: Mapping[str, Cell]) -> list[str]:
    """The signs in trouble at a place, the worst first."""
    return troubles((code, cell) for code, cell in cells.items() if code in catalogue.sign)


def bucket(sign: Sign, cell: Cell | None) -> str:
    """The one heading under which a sign at a place is counted: the names of `Counts`."""
    if cell is None:
        return WHOLE if sign.whole_only else ABSENT
    return STALE if cell.freshness is Freshness.STALE else cell.state.value


def count(
    catalogue: Catalogue, cells: Mapping[str, Cell], signs: Sequence[Sign] | None = None
) -> Counts:
    """Count the signs of the catalogue, or those given, by what their cells are."""
    among = catalogue.signs if signs is None else signs
    found = Counter(bucket(sign, cells.get(sign.code)) for sign in among)
    here = [cells[sign.code] for sign in among if sign.code in cells]
    late = sum(cell.freshness is Freshness.LATE for cell in here)
    names = (*(state.value for state in WORST_FIRST), STALE, ABSENT, WHOLE)
    return Counts(**{name: found[name] for name in names}, late=late)


def density(place: Street) -> float | None:
    """Residents per km²; None where either is not known."""
    if not place.population or not place.area_km2:
        return None
    return place.population / place.area_km2
