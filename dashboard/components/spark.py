"""A small line of values as an inline drawing; where there is no value, there is no line."""

from collections.abc import Sequence

from dashboard.components.gauge import shape
from dashboard.components.light import Node, el
from domain.sign import State

WIDTH = 160.0
HEIGHT = 40.0
AIR = 5.0  # kept free on every side for the last point's mark


def spark(
    values: Sequence[float | None],
    state: State = State.NORMAL,
    *,
    marks: Sequence[float] = (),
    bridge: int = 1,
    said: str = "",
) -> Node:
    """A line over evenly spaced `values`, its newest point in the shape of `state`.

    `marks` are thresholds: drawn when they lie within the range of the values, which they do not
    stretch. A value reaches `bridge` steps: a slow source has no gap between its reports. `said`
    is what a reader without the drawing is told.
    """
    known = [v for v in values if v is not None]
    parts: list[Node] = []
    if known:
        low, high = min(known), max(known)
        width = high - low or 1.0

        def y(value: float) -> float:
            middle = high == low
            return (
                HEIGHT / 2 if middle else HEIGHT - AIR - (HEIGHT - 2 * AIR) * (value - low) / width
            )

        for mark in marks:
            if low < mark < high:
                parts.append(el("line", cls="spark-mark", x1=0, x2=WIDTH, y1=y(mark), y2=y(mark)))
        step = (WIDTH - 2 * AIR) / max(len(values) - 1, 1)
        points = [None if v is None else (AIR + n * step, y(v)) for n, v in enumerate(values)]
        parts.append(el("path", cls="spark-line", d=path(points, bridge)))
        last = next((p for p in reversed(points[-bridge:]) if p is not None), None)
        if last is not None:
            parts.append(shape(state, round(last[0], 1), round(last[1], 1), 3.5))
    box = f"0 0 {WIDTH:g} {HEIGHT:g}"
    return el("svg", *parts, cls="spark", viewBox=box, role="img", aria_label=said or None)


def path(points: Sequence[tuple[float, float] | None], bridge: int = 1) -> str:
    """SVG path data through points; more than `bridge` steps without one break the line.

    A point alone becomes a dot.
    """
    pieces: list[list[tuple[float, float]]] = []
    last: int | None = None
    for n, point in enumerate(points):
        if point is None:
            continue
        if last is None or n - last > bridge:
            pieces.append([])
        pieces[-1].append(point)
        last = n
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece) + ("h0.1" if len(piece) == 1 else "")
        for piece in pieces
    )
