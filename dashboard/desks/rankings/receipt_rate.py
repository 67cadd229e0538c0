"""How a rate came about, in light elements: counted, drawn towards the mean, ranked."""

from typing import Any

from dashboard.components.light import Node, el
from dashboard.components.times import grouped
from dashboard.desks.rankings.rank_table import places
from dashboard.desks.rankings.receipt_panel import Slip, heading
from dashboard.desks.rankings.receipt_whatif import whatif_rate
from data_access.scoring.rates import base_of
from domain.indicator import Direction
from domain.scoring.ranking import SHRINK_M, Ranked, Ranking
from domain.sign import Sign


def rate_panel(slip: Slip, row: Ranked, ranking: Ranking, sign: Sign) -> list[Any]:
    """The panel beside a ranking of rates, whose values are in the sign's unit."""
    view, mean, decimals, base = slip.view, ranking.mean, ranking.decimals, base_of(sign)
    unit = view.name(sign.measured_in)
    told = row.numerator is not None and row.denominator and row.raw is not None
    if not told or row.value is None or mean is None:
        return el("section", heading(slip, "rankings.rate.receipt"), _empty(slip), cls="receipt")

    def figure(value: float | None) -> str:
        return "" if value is None else f"{value:.{decimals}f}{unit}"

    n, of = grouped(round(row.numerator or 0)), grouped(round(row.denominator or 0))
    lines = [
        ("counted", f"{n} / {of}"),
        ("raw", figure(row.raw)),
        ("wilson", f"{figure(row.low)} – {figure(row.high)}"),
        ("mean", figure(mean)),
    ]
    rank = view.text(f"rankings.why.{row.why}") if row.rank is None else None
    rank = rank or view.text(
        "rankings.receipt.rank_tied" if row.tied else "rankings.receipt.rank",
        n=row.rank,
        places=places(view, row.rank_low, row.rank_high),
    )
    m = f"{SHRINK_M:g}"
    return el(
        "section",
        heading(slip, "rankings.rate.receipt"),
        el(
            "p",
            el("b", figure(row.value)),
            el("span", rank),
            el("span", slip.period),
            cls="receipt-score",
        ),
        el("p", view.text("rankings.rate.formula", m=m), cls="receipt-formula"),
        el(
            "table",
            el("tbody", *(_line(view.text(f"rankings.rate.{name}"), text) for name, text in lines)),
            el("tfoot", _line(view.text("rankings.rate.shrunk"), figure(row.value))),
            cls="receipt-table",
        ),
        whatif_rate(view, ranking, row, sign.direction is Direction.LOWER_WORSE, base, unit),
        cls="receipt",
        aria_label=view.text("rankings.rate.receipt"),
    )


def _line(text: str, figure: str) -> Node:
    return el("tr", el("td", text), el("td", figure))


def _empty(slip: Slip) -> Node:
    return el("p", slip.view.text("rankings.receipt.no_data"), cls="desk-empty")
