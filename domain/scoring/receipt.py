"""The score receipt (得分小票): the sum behind a score, line by line, exact to the last digit.

    score = max(0, 100 − Σ points)

Every line says what it is about (its subject), what its points rest on (its evidence) and what it
takes away. Points are whole hundredths, so lines and groups add up exactly. Two recipes make the
lines: `by_hours` of time spent in states, `by_weights` of values between floor and goal.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.scoring.evidence import Evidence
from domain.weights import Weights

FULL = 10_000  # hundredths of a point


class Recipe(StrEnum):
    """How a unit is scored."""

    HOURS = "hours"  # what its hours in trouble cost (`by_hours`)
    WEIGHTS = "weights"  # what its weighted indicators earn (`by_weights`)
    RATE = "rate"  # cases out of cases (`ranking.rank_rates`): no sum, so there are no lines


class Unusable(StrEnum):
    """Why a line takes no part in the sum."""

    NO_DATA = "no_data"  # nothing known though something was due
    NOT_DUE = "not_due"  # nothing known, and nothing due yet in a period this short


@dataclass(frozen=True, slots=True)
class Subject:
    """What a line is about: a sign, an indicator."""

    code: str
    group: str  # lines of one group stand together: the code of a goal
    owner: str  # the department whose own matter it is


@dataclass(frozen=True, slots=True)
class Line:
    """One subject of a receipt."""

    subject: Subject
    evidence: Evidence
    points: int  # hundredths taken away
    why: Unusable | None  # None: the line counts


@dataclass(frozen=True, slots=True)
class Folded:
    """Lines shown as one: how many there are, how many of them count, what they take together."""

    lines: int
    usable: int
    points: int  # hundredths


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one group of subjects."""

    code: str
    lines: tuple[Line, ...]
    points: int  # hundredths


@dataclass(frozen=True, slots=True)
class Receipt:
    """A score and the lines that make it: FULL − Σ points + floored = score.

    `coverage` and `usable` describe the whole, also what is folded.
    """

    unit: str
    recipe: Recipe
    count: int  # n: how many subjects apply, folded ones too
    lines: tuple[Line, ...]
    folded: Folded | None
    points: int  # hundredths taken away by lines and folded ones together
    floored: int  # hundredths given back because a score is never below 0
    score: int | None  # hundredths; None when no subject is known
    coverage: float | None  # mean of the usable lines that had something due
    usable: float | None  # share of the lines, or of their weight, that counts
    weights: tuple[Weights, ...] = ()  # by hours: the versions it was made by, oldest first

    @property
    def excluded(self) -> int:
        """How many of the shown lines do not count."""
        return sum(1 for line in self.lines if line.why is not None)

    @property
    def missing(self) -> float:
        """Hours that should have been known and are not, of the shown lines."""
        return sum(line.evidence.missing for line in self.lines)

    def groups(self, order: Sequence[str]) -> tuple[Group, ...]:
        """The lines by group, in `order`, others last; groups without a line are left out."""
        own = dict.fromkeys(line.subject.group for line in self.lines)
        found = []
        for code in dict.fromkeys((*order, *own)):
            mine = tuple(line for line in self.lines if line.subject.group == code)
            if mine:
                found.append(Group(code, mine, sum(line.points for line in mine)))
        return tuple(found)

    def without(self, subjects: Container[str]) -> "Receipt":
        """The same receipt with the lines of `subjects` summed in one; the total stays exact."""
        hidden = [line for line in self.lines if line.subject.code in subjects]
        if not hidden:
            return self
        before = self.folded or Folded(0, 0, 0)
        folded = Folded(
            before.lines + len(hidden),
            before.usable + sum(1 for line in hidden if line.why is None),
            before.points + sum(line.points for line in hidden),
        )
        shown = tuple(line for line in self.lines if line.subject.code not in subjects)
        return replace(self, lines=shown, folded=folded)


def added_up(
    unit: str,
    recipe: Recipe,
    lines: Iterable[Line],
    usable: float | None,
    weights: Sequence[Weights] = (),
) -> Receipt:
    """The receipt of a unit from the lines of all subjects that apply to it."""
    lines = tuple(lines)
    points = sum(line.points for line in lines)
    known = [line for line in lines if line.why is None]
    shares = [line.evidence.coverage for line in known]
    due = [share for share in shares if share is not None]
    return Receipt(
        unit=unit,
        recipe=recipe,
        count=len(lines),
        lines=lines,
        folded=None,
        points=points,
        floored=max(0, points - FULL),
        score=max(0, FULL - points) if known else None,
        coverage=sum(due) / len(due) if due else None,
        usable=usable,
        weights=tuple(weights),
    )
