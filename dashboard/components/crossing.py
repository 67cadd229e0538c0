"""What stands behind a graded state, in the words that the wall uses too (label `crossing.…`).

Which side was crossed and whether the value has come back is the engine's to say: both are in the
cell. So a value that is merely not cleared yet never stands beside a relation it does not meet.
"""

from dashboard.components import mark
from dashboard.components.view import View
from domain.indicator import Indicator
from domain.picture import Cell


def side(cell: Cell) -> str:
    """`high` or `low`: the side on which the cell's threshold was crossed."""
    return "high" if cell.upper else "low"


def crossing(view: View, indicator: Indicator, cell: Cell) -> str:
    """`≥ 25 cm`, 已回落，未到解除线 23.75 cm; nothing where no threshold stands behind a state."""
    if cell.crossed is None or cell.upper is None:
        return ""
    if cell.clear is not None:
        return held(view, indicator, cell)
    edge = mark.with_unit(view, indicator, cell.crossed, threshold=True)
    return view.text(f"crossing.{side(cell)}", edge=edge)


def held(view: View, indicator: Indicator, cell: Cell) -> str:
    """That the value has come back across its threshold, and the line that will clear it."""
    line = mark.with_unit(view, indicator, cell.clear, threshold=True)
    return view.text(f"crossing.held.{side(cell)}", edge=line)
