"""A receipt of hours: what each sign's time in attention, warning and alarm costs.

    points = floor(Σ weighted / known · (100 · scale / n) + 0.5) hundredths
    weighted = a·attention + w·warning + l·alarm

over the n signs that apply to the place; hours are those of the period in each state, `known`
those judged at all. The weights a, w, l and the scale are the index's (`domain.index`): a sign in
one state all the time costs what it costs the index. Where they change within the period, Σ runs
over the versions, each with the hours of its own days; nearly always there is one. A sign without
known hours deducts nothing and counts as excluded.

A browser computes the very same in IEEE doubles, operation by operation in this order:

    x = x + (a * attention + w * warning + l * alarm) / known * (100 * scale / n)
    points = Math.floor(x + 0.5)
    score = Math.max(0, 10000 - sum(points))

What-if: the hours in a state of one line are changed at the cost of its hours in the normal
state (attention + warning + alarm ≤ known), and nothing else.
"""

from collections.abc import Iterable, Sequence
from math import floor

from domain.scoring.evidence import Spent
from domain.scoring.receipt import Line, Receipt, Recipe, Subject, Unusable, added_up
from domain.stays import Hours
from domain.weights import Weights


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


def points_of(parts: Sequence[Hours], weights: Sequence[Weights], count: int) -> int:
    """Hundredths that a sign takes away as one of `count`; 0 where nothing is known.

    `parts` are its hours under each of `weights`.
    """
    known = whole(parts).known
    if known <= 0:
        return 0
    lost = 0.0
    for spent, w in zip(parts, weights, strict=True):
        weighted = w.attention * spent.attention + w.warning * spent.warning + w.alarm * spent.alarm
        lost += weighted / known * (100 * w.scale / count)
    return floor(lost + 0.5)


def line_of(
    subject: Subject,
    parts: Sequence[Hours],
    *,
    expected: float,
    weights: Sequence[Weights],
    count: int,
) -> Line:
    """The line of a sign among the `count` that apply."""
    hours, why = whole(parts), None
    if hours.known <= 0:
        why = Unusable.NO_DATA if expected > 0 else Unusable.NOT_DUE
    points = points_of(parts, weights, count)
    return Line(subject, Spent(hours, tuple(parts), expected), points, why)


def receipt(unit: str, lines: Iterable[Line], weights: Sequence[Weights]) -> Receipt:
    """The receipt of a unit from the lines of all signs that apply to it, made by `weights`."""
    lines = tuple(lines)
    known = sum(line.why is None for line in lines)
    due = sum(line.why is not Unusable.NOT_DUE for line in lines)
    return added_up(unit, Recipe.HOURS, lines, known / due if due else None, weights)


def spent(line: Line) -> Spent:
    """The hours behind a line; TypeError for a line of another recipe."""
    if not isinstance(line.evidence, Spent):
        raise TypeError(f"{line.subject.code}: a line without hours")
    return line.evidence
