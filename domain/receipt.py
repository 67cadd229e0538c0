"""The score receipt (得分小票): the sum behind a score, line by line, exact to the last digit.

    score = max(0, 100 − Σ points)
    points = floor(Σ weighted / known · (100 · scale / n) + 0.5) hundredths
    weighted = a·attention + w·warning + l·alarm

over the n signs that apply to the place; hours are those of the period in each state, `known`
those judged at all. The weights a, w, l and the scale are the index's (`domain.index`): a sign in
one state all the time costs what it costs the index. Where they change within the period, Σ runs
over the versions, each with the hours of its own days; nearly always there is one. A sign without
known hours deducts nothing and counts as excluded. Points are whole hundredths, so lines and
groups add up exactly.

A browser computes the very same in IEEE doubles, operation by operation in this order:

    x = x + (a * attention + w * warning + l * alarm) / known * (100 * scale / n)
    points = Math.floor(x + 0.5)
    score = Math.max(0, 10000 - sum(points))

What-if: the hours in a state of one line are changed at the cost of its hours in the normal
state (attention + warning + alarm ≤ known), and nothing else.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import floor

from domain.weights import Weights

FULL = 10_000  # hundredths of a point
_SLACK_H = 0.001  # hours are rounded where they are summed


class Unusable(StrEnum):
    """Why a line takes no part in the sum."""

    NO_DATA = "no_data"  # nothing known though something was due
    NOT_DUE = "not_due"  # nothing known, and nothing due yet in a period this short


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a period that a sign spent in each state; `known` holds the normal ones too."""

    known: float
    attention: float = 0.0
    warning: float = 0.0
    alarm: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One sign of a receipt."""

    sign: str
    goal: str
    department: str
    hours: Hours
    parts: tuple[Hours, ...]  # the same by version of the weights, as `Receipt.weights` has them
    expected: float  # hours that the sign should have been known by now
    points: int  # hundredths taken away
    why: Unusable | None  # None: the line counts

    @property
    def coverage(self) -> float | None:
        """Share of the expected hours that are known, at most 1; None where none was due."""
        if self.expected <= 0:
            return None
        return min(1.0, self.hours.known / self.expected)


@dataclass(frozen=True, slots=True)
class Folded:
    """Lines shown as one: how many there are, how many of them count, what they take together."""

    lines: int
    usable: int
    points: int  # hundredths


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one goal."""

    goal: str
    lines: tuple[Line, ...]
    points: int  # hundredths


@dataclass(frozen=True, slots=True)
class Receipt:
    """A score and the lines that make it: FULL − Σ points + floored = score.

    `coverage` and `usable` describe the whole, also what is folded.
    """

    place: str
    signs: int  # n: how many apply, folded ones too
    lines: tuple[Line, ...]
    folded: Folded | None
    points: int  # hundredths taken away by lines and folded ones together
    floored: int  # hundredths given back because a score is never below 0
    score: int | None  # hundredths; None when no sign is known
    coverage: float | None  # mean of the usable lines that had something due
    usable: float | None  # share of the lines that count among those that should
    weights: tuple[Weights, ...]  # the versions that it was made by, oldest first

    @property
    def excluded(self) -> int:
        """How many of the shown lines do not count."""
        return sum(1 for line in self.lines if line.why is not None)

    def groups(self, goals: Sequence[str]) -> tuple[Group, ...]:
        """The lines by goal, in the order of `goals`; goals without a line are left out."""
        found = []
        for goal in goals:
            mine = tuple(line for line in self.lines if line.goal == goal)
            if mine:
                found.append(Group(goal, mine, sum(line.points for line in mine)))
        return tuple(found)

    def without(self, signs: Container[str]) -> "Receipt":
        """The same receipt with the lines of `signs` summed in one; the total stays exact."""
        hidden = [line for line in self.lines if line.sign in signs]
        if not hidden:
            return self
        before = self.folded or Folded(0, 0, 0)
        folded = Folded(
            before.lines + len(hidden),
            before.usable + sum(1 for line in hidden if line.why is None),
            before.points + sum(line.points for line in hidden),
        )
        shown = tuple(line for line in self.lines if line.sign not in signs)
        return replace(self, lines=shown, folded=folded)


def whole(parts: Sequence[Hours]) -> Hours:
    """Hours by version added up."""
    if len(parts) == 1:
        return parts[0]
    return Hours(
        sum(part.known for part in parts),
        sum(part.attention for part in parts),
        sum(part.warning for part in parts),
        sum(part.alarm for part in parts),
    )


def points_of(parts: Sequence[Hours], weights: Sequence[Weights], signs: int) -> int:
    """Hundredths that a sign takes away as one of `signs`; 0 where nothing is known.

    `parts` are its hours under each of `weights`.
    """
    known = whole(parts).known
    if known <= 0:
        return 0
    lost = 0.0
    for spent, w in zip(parts, weights, strict=True):
        weighted = w.attention * spent.attention + w.warning * spent.warning + w.alarm * spent.alarm
        lost += weighted / known * (100 * w.scale / signs)
    return floor(lost + 0.5)


def line_of(
    *about: str, parts: Sequence[Hours], expected: float, weights: Sequence[Weights], signs: int
) -> Line:
    """The line of a sign (its code, goal and department) among `signs` of the place."""
    sign, goal, department = about
    hours, why = whole(parts), None
    if hours.known <= 0:
        why = Unusable.NO_DATA if expected > 0 else Unusable.NOT_DUE
    points = points_of(parts, weights, signs)
    return Line(sign, goal, department, hours, tuple(parts), expected, points, why)


def receipt(place: str, lines: Iterable[Line], weights: Sequence[Weights]) -> Receipt:
    """The receipt of a place from the lines of all signs that apply to it, made by `weights`."""
    lines = tuple(lines)
    points = sum(line.points for line in lines)
    known = [line for line in lines if line.why is None]
    due = [line for line in lines if line.why is not Unusable.NOT_DUE]
    shares = [line.coverage for line in known if line.coverage is not None]
    return Receipt(
        place=place,
        signs=len(lines),
        lines=lines,
        folded=None,
        points=points,
        floored=max(0, points - FULL),
        score=max(0, FULL - points) if known else None,
        coverage=sum(shares) / len(shares) if shares else None,
        usable=len(known) / len(due) if due else None,
        weights=tuple(weights),
    )


def what_if(given: Receipt, sign: str, parts: Sequence[Hours]) -> int | None:
    """The score (hundredths) had `sign` spent its hours like that, all else as it was.

    KeyError for a sign without a line of its own; ValueError where hours are negative or others
    than those that are known. None where the receipt has no score.
    """
    line = {known.sign: known for known in given.lines}[sign]
    for now, then in zip(parts, line.parts, strict=True):
        spent = (now.attention, now.warning, now.alarm)
        if min(spent) < 0 or now.known != then.known or sum(spent) > then.known + _SLACK_H:
            raise ValueError(f"{sign}: these hours do not fit into the {then.known} that are known")
    if given.score is None:
        return None
    taken = points_of(parts, given.weights, given.signs)
    return max(0, FULL - (given.points - line.points + taken))
