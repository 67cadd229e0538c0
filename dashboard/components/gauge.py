"""The threshold gauge: how far past, or how far from, a value is, whatever its unit.

The notches 关 预 告 stand at fixed places and worse is always to the right, for signs where high is
bad, where low is bad and for bands alike. Between the notches the scale is linear. Where a mark
stands is what the engine measured; nothing is judged here.
"""

from dashboard.components.light import Node, el
from dashboard.components.view import View
from domain.picture import Cell
from domain.sign import GRADED, State

WIDTH = 100
HEIGHT = 16
PLACES = (0.0, 40.0, 62.0, 84.0)  # of the typical value and of the three notches
END = 100.0
_RADIUS = 4.0


def position(badness: float) -> float:
    """Where a value stands, 0 (typical or better) … 100 (far beyond alarm)."""
    grade = min(int(badness), len(GRADED))
    low, high = (*PLACES, END)[grade : grade + 2]
    return min(END, low + (badness - grade) * (high - low))


def gauge(view: View, cell: Cell | None) -> Node:
    """The gauge of a cell as an inline drawing; without a mark when there is no fresh value."""
    middle = HEIGHT / 2
    parts: list[Node] = [el("line", cls="gauge-rail", x1=0, x2=END, y1=middle, y2=middle)]
    parts += [
        el("line", cls="gauge-notch", x1=place, x2=place, y1=middle - 4, y2=middle + 4)
        for place in PLACES[1:]
    ]
    if cell is not None and cell.badness is not None:
        x = min(max(position(cell.badness), _RADIUS), END - _RADIUS)
        parts.append(shape(cell.state, x, middle, _RADIUS))
    said = view.text("gauge.said") if cell is None else view.text(f"state.{cell.state}")
    return el(
        "svg", *parts, cls="gauge", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=said
    )


def head(view: View) -> Node:
    """The head of a column of gauges: the notches' names above the notches."""
    names = [
        el("text", view.text(f"gauge.{state}"), x=place, y=11, text_anchor="middle")
        for state, place in zip(GRADED, PLACES[1:], strict=True)
    ]
    return el(
        "svg", *names, cls="gauge gauge-head", viewBox=f"0 0 {WIDTH} {HEIGHT}", aria_hidden="true"
    )


def shape(state: State, x: float, y: float, radius: float) -> Node:
    """The mark of a state inside a drawing: disc, triangle, diamond, square, ring."""
    about = {"cls": "shape", "data_state": state.value}
    r = radius
    match state:
        case State.ATTENTION:
            return el("path", d=f"M{x} {y - r:.2f}l{r} {1.8 * r:.2f}h{-2 * r}z", **about)
        case State.WARNING:
            w = round(1.15 * r, 2)
            return el("path", d=f"M{x} {y - w:.2f}l{w} {w}l{-w} {w}l{-w} {-w}z", **about)
        case State.ALARM:
            return el("rect", x=x - 0.9 * r, y=y - 0.9 * r, width=1.8 * r, height=1.8 * r, **about)
        case _:
            return el("circle", cx=x, cy=y, r=0.75 * r, **about)
