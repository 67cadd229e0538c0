"""Small pictures of a ranking, in light elements: where a place may stand, and what has changed.

Both have a drawing area of one size, scaled by the style sheet; what they show stands beside them
in words, so they are hidden from screen readers.
"""

from collections.abc import Iterable

from dashboard.components.light import Node, el

WIDTH, HEIGHT = 186, 18
EDGE = 10  # from the edge to the first place
MIDDLE = HEIGHT // 2
WHISKER_WIDTH, WHISKER_HEIGHT = 76, 14
HALF = WHISKER_WIDTH / 2 - 6  # room for the point at the end of the scale


def strip(places: int, rank: int, low: int, high: int) -> Node:
    """Dots for `places` places, a bar from place `low` to `high`, a point for the rank (from 1)."""
    bar = el("path", d=f"M{_at(low, places)} {MIDDLE}H{_at(high, places)}", cls="rank-bar")
    dots = (_dot(place, places, "1.4", "rank-place") for place in range(1, places + 1))
    return el(
        "svg",
        bar,
        *dots,
        _dot(rank, places, "4.4", "rank-point"),
        cls="rank-strip",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        aria_hidden="true",
    )


def whisker(change: float, low: float, high: float, reach: float, *, real: bool) -> Node:
    """A change with its interval around zero; `reach` is the largest distance that is drawn."""
    middle = WHISKER_HEIGHT // 2
    return el(
        "svg",
        el("path", d=f"M{_x(0, reach)} 1v{WHISKER_HEIGHT - 2}", cls="rank-zero"),
        el("path", d=f"M{_x(low, reach)} {middle}H{_x(high, reach)}", cls="rank-reach"),
        el("circle", cx=_x(change, reach), cy=str(middle), r="2.8", cls="rank-change-point"),
        cls="rank-whisker",
        viewBox=f"0 0 {WHISKER_WIDTH} {WHISKER_HEIGHT}",
        data_real="yes" if real else "no",
        aria_hidden="true",
    )


def reach_of(edges: Iterable[float]) -> float:
    """The distance from zero that a column of whiskers has to show; 1 when there is none."""
    return max((abs(edge) for edge in edges), default=0.0) or 1.0


def _at(place: int, places: int) -> str:
    step = (WIDTH - 2 * EDGE) / max(places - 1, 1)
    return f"{EDGE + step * (place - 1):.1f}"


def _dot(place: int, places: int, radius: str, cls: str) -> Node:
    return el("circle", cx=_at(place, places), cy=str(MIDDLE), r=radius, cls=cls)


def _x(value: float, reach: float) -> str:
    share = max(-1.0, min(1.0, value / reach))
    return f"{WHISKER_WIDTH / 2 + share * HALF:.1f}"
