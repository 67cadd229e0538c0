"""All who are ranked in one chart, from the first place to the last: value and its uncertainty.

Each column picks its row of the table below. Drawn so that it may be stretched to any width:
strokes keep their thickness, and words stand outside of the drawing.
"""

from dashboard.components.light import Node, el
from dashboard.desks.rankings.rank_table import Look
from domain.scoring.ranking import Ranked, Ranking

WIDTH, HEIGHT = 1000.0, 100.0
EDGE = 8.0  # room above the highest and below the lowest point
LEAST = 4  # columns that are worth a chart


def rank_plot(look: Look, ranking: Ranking) -> Node | None:
    """A column for each ranked row; None where there are too few of them, or no way to pick."""
    ranked = [row for row in ranking.rows if row.rank is not None and row.value is not None]
    ranked.sort(key=lambda row: (row.rank or 0, row.code))
    picking = look.picking
    if len(ranked) < LEAST or picking is None:
        return None
    low = min(_low(row) for row in ranked)
    high = max(_high(row) for row in ranked)
    reach = (high - low) or 1.0
    step = WIDTH / len(ranked)

    def y(value: float) -> float:
        return EDGE + (HEIGHT - 2 * EDGE) * (high - value) / reach

    def column(n: int, row: Ranked) -> Node:
        x, value = step * (n + 0.5), row.value or 0.0
        said = _said(look, row)
        drawn = el(
            "g",
            el("title", said),
            el("rect", cls="plot-column", x=step * n, y=0, width=step, height=HEIGHT),
            el("path", cls="plot-reach", d=f"M{x:.1f} {y(_low(row)):.1f}V{y(_high(row)):.1f}"),
            el("path", cls="plot-point", d=f"M{x:.1f} {y(value):.1f}h0"),
        )
        return picking.link(drawn, said, row.code)

    view = look.view
    svg = el(
        "svg",
        *(column(n, row) for n, row in enumerate(ranked)),
        viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}",
        preserveAspectRatio="none",
        role="group",
        aria_label=view.text("rankings.plot"),
    )
    ends = view.text("rankings.plot.ends", low=_figure(look, low), high=_figure(look, high))
    first, last = (view.text("rankings.place", n=row.rank) for row in (ranked[0], ranked[-1]))
    words = [el("span", first), el("span", ends), el("span", last)]
    return el("figure", svg, el("figcaption", *words), cls="rank-plot")


def _low(row: Ranked) -> float:
    return min(x for x in (row.low, row.value) if x is not None)


def _high(row: Ranked) -> float:
    return max(x for x in (row.high, row.value) if x is not None)


def _figure(look: Look, value: float) -> str:
    return f"{value:.{look.decimals}f}"


def _said(look: Look, row: Ranked) -> str:
    place = look.view.text("rankings.place", n=row.rank)
    return f"{look.name(row.code)} · {place} · {_figure(look, row.value or 0.0)}"
