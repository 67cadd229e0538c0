"""What stands between a subject and its points on a receipt: by recipe."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dashboard.components.light import Node, el
from dashboard.desks.rankings.rank_table import NONE
from domain.scoring.by_hours import points_of, spent
from domain.scoring.by_weights import placed
from domain.scoring.receipt import FULL, Line, Receipt, Recipe
from domain.stays import Hours

GRADES = ("attention", "warning", "alarm")


class Shown(NamedTuple):
    """How the lines of a recipe are shown."""

    columns: tuple[str, ...]
    cells: Callable[[Line], list[Node]]  # of a line that counts, between its name and its points
    most: Callable[[Line, Receipt], int]  # hundredths that one that does not could have taken
    formula: str | None = None  # key of a label; None: made of the versions of the weights


def _hour_cells(line: Line) -> list[Node]:
    evidence = spent(line)
    cells = [_hours([getattr(part, grade) for part in evidence.parts]) for grade in GRADES]
    return [*cells, el("td", f"{evidence.hours.known:.1f}", cls="receipt-none")]


def _hours(ill: Sequence[float]) -> Node:
    """Hours in a state, apart for each version of the weights."""
    if not any(ill):
        return el("td", NONE, cls="receipt-none")
    return el("td", " + ".join(f"{hours:.1f}" for hours in ill))


def _alarm_all_the_time(_line: Line, receipt: Receipt) -> int:
    return points_of((Hours(known=1, alarm=1),), receipt.weights[-1:], receipt.count)


def _value_cells(line: Line) -> list[Node]:
    evidence = placed(line)
    value = NONE if evidence.value is None else f"{evidence.value:g}"
    ends = [el("td", f"{end:g}", cls="receipt-none") for end in (evidence.floor, evidence.goal)]
    return [el("td", value), *ends, el("td", str(evidence.weight), cls="receipt-none")]


def _whole_share(line: Line, receipt: Receipt) -> int:
    """Its share had every shown indicator a value."""
    whole = sum(placed(each).weight for each in receipt.lines)
    return round(FULL * placed(line).weight / whole)


RECIPES = {
    Recipe.HOURS: Shown(("sign", *GRADES, "known", "points"), _hour_cells, _alarm_all_the_time),
    Recipe.WEIGHTS: Shown(
        ("indicator", "value", "floor", "goal", "weight", "points"),
        _value_cells,
        _whole_share,
        "rankings.receipt.formula.weights",
    ),
}
"""A rate has no lines: `receipt_rate` shows its row of the ranking."""
