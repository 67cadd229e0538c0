"""The table of a ranking, in light elements: who stands where, how surely, and what has changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components.light import Node, el, table
from dashboard.components.picking import Picking
from dashboard.components.times import grouped
from dashboard.components.view import View
from dashboard.desks.rankings.rank_strip import reach_of, strip, whisker
from domain.scoring.ranking import (
    LEAST_COVERAGE,
    LEAST_USABLE,
    SMALL_N,
    Change,
    Ranked,
    Ranking,
    Why,
)

MINUS, ABOUT, NONE = "\N{MINUS SIGN}", "\N{ALMOST EQUAL TO}", "—"
COLUMNS = ("rank", "name", "score", "place", "span", "change", "counts", "excluded", "completeness")
SORTS = ("rank", "name", "score", "change", "counts", "excluded", "completeness")
"""Columns to sort by; `-` in front turns the order round."""
NUMBERS = frozenset({"score", "counts", "excluded", "completeness"})


@dataclass(frozen=True, slots=True)
class Look:
    """How the rows of one ranking are shown."""

    view: View
    decimals: int  # of what is ranked
    rate: bool  # shrunk rates with numerator and denominator; else scores
    name: Callable[[str], str]  # of a code, in the reader's language
    page: Callable[[str], str | None]  # where a name leads
    receipt: Callable[[str], str | None]  # where a score leads
    sorting: Callable[[str], str]  # where the head of a column leads
    sort: str = "rank"
    chosen: str | None = None
    picking: Picking | None = None  # in the chart above: these rows alone are shown

    def shows(self, row: Ranked) -> bool:
        """Whether a row is left by what has been picked."""
        return self.picking is None or not self.picking.codes or row.code in self.picking.codes


def rank_table(look: Look, ranking: Ranking) -> Node | None:
    """Those who are ranked; None when there is nobody."""
    ranked = [row for row in ranking.rows if row.rank is not None]
    if not ranked:
        return None
    changes = [row.change for row in ranked if row.change is not None]
    reach = reach_of(edge for change in changes for edge in (change.low, change.high))
    chosen = next((row for row in ranked if row.code == look.chosen), None)
    made = table(
        [_head(look, name, len(ranked)) for name in COLUMNS],
        [
            _row(look, row, len(ranked), reach, chosen)
            for row in ordered(ranked, look)
            if look.shows(row)
        ],
        COLUMNS,
        numbers=NUMBERS,
        cls="grid-table rank-table",
    )
    _say_order(made, look.sort)
    return made


def out_table(look: Look, ranking: Ranking) -> Node | None:
    """Those who are not ranked, each with the reason; None when there is nobody."""
    out = [row for row in ranking.rows if row.rank is None and look.shows(row)]
    if not out:
        return None
    view = look.view
    columns = ("name", "why", "counts", "excluded", "completeness")
    rows = [
        {
            "name": linked(look.name(row.code), look.page(row.code)),
            "why": [
                el("span", view.text(f"rankings.why.{row.why}"), cls="rank-why"),
                because(view, row),
            ],
            "counts": counts(look, row),
            "excluded": excluded(view, row),
            "completeness": share(row.coverage),
        }
        for row in out
    ]
    heads = ["", "", *(view.text(f"rankings.col.{name}") for name in _named(look, columns[2:]))]
    return table(heads, rows, columns, numbers=NUMBERS, cls="grid-table rank-table rank-out")


def near(row: Ranked, chosen: Ranked) -> bool:
    """Whether either could stand where the other does: each rank lies in the other's interval."""
    return (
        row.code != chosen.code
        and _inside(row.rank, chosen.rank_low, chosen.rank_high)
        and _inside(chosen.rank, row.rank_low, row.rank_high)
    )


def ordered(rows: Sequence[Ranked], look: Look) -> list[Ranked]:
    """Rows by the wanted column; those without a figure last, equals by rank."""
    column = look.sort.removeprefix("-")
    down = look.sort.startswith("-")
    value = _VALUES.get(column, _VALUES["rank"])
    if column == "name":
        return sorted(rows, key=lambda row: look.name(row.code), reverse=down)
    known = [row for row in rows if value(row) is not None]
    known.sort(key=lambda row: value(row) or 0.0, reverse=down)
    return [*known, *(row for row in rows if value(row) is None)]


def places(view: View, low: int | None, high: int | None) -> str:
    """`第 3–9 位`; one place when the interval is one."""
    if low is None or high is None:
        return NONE
    if low == high:
        return view.text("rankings.place", n=low)
    return view.text("rankings.places", low=low, high=high)


def signed(value: float, decimals: int) -> str:
    """`+1.8`, `−0.3`, `0.0` with a real minus."""
    text = f"{abs(value):.{decimals}f}"
    if not float(text):
        return text
    return ("+" if value > 0 else MINUS) + text


def change_word(view: View, change: Change) -> str:
    """升 or 降 where the change is real, ≈ where it is within its uncertainty."""
    if not change.real:
        return ABOUT
    return view.text("rankings.up" if change.delta > 0 else "rankings.down")


def because(view: View, row: Ranked) -> str:
    """Why a unit is not ranked, with the figure that decided."""
    match row.why:
        case Why.SMALL_SAMPLE:
            n, least = grouped(round(row.denominator or 0)), str(SMALL_N)
        case Why.LOW_COVERAGE:
            n, least = share(row.coverage), share(LEAST_COVERAGE)
        case Why.FEW_USABLE:
            n, least = share(row.usable), share(LEAST_USABLE)
        case _:
            return view.text("rankings.because.no_data")
    return view.text(f"rankings.because.{row.why}", n=n, least=least.removesuffix(".0"))


def share(part: float | None) -> str:
    """A share in per cent with one decimal, never rounded up to a whole."""
    if part is None:
        return NONE
    return "100" if part >= 1 else f"{min(part * 100, 99.9):.1f}"


def linked(text: str, href: str | None) -> Node:
    """The text, as a link where there is a page to go to."""
    return text if href is None else el("a", text, href=href)


def excluded(view: View, row: Ranked) -> str:
    """Hours without a known value, which count for nothing."""
    return view.text("rankings.hours", n=grouped(round(row.excluded)))


def counts(look: Look, row: Ranked) -> list[Node]:
    """Numerator and denominator with the raw rate; for scores the share of signs that counted."""
    if not look.rate:
        return [share(row.usable)]
    if row.numerator is None or not row.denominator or row.raw is None:
        return [NONE]
    n, of = grouped(round(row.numerator)), grouped(round(row.denominator))
    return [f"{n} / {of}", el("small", f"{row.raw:.{look.decimals}f}")]


_VALUES: dict[str, Callable[[Ranked], float | None]] = {
    "rank": lambda row: row.rank,
    "score": lambda row: row.value,
    "change": lambda row: None if row.change is None else row.change.delta,
    "counts": lambda row: row.usable if row.denominator is None else row.denominator,
    "excluded": lambda row: row.excluded,
    "completeness": lambda row: row.coverage,
}


def _inside(rank: int | None, low: int | None, high: int | None) -> bool:
    return rank is not None and low is not None and high is not None and low <= rank <= high


def _named(look: Look, columns: Sequence[str]) -> list[str]:
    """The names of columns: what is ranked decides what two of them are."""
    own = {"score": "rate", "counts": "counts"} if look.rate else {"counts": "usable"}
    return [own.get(name, name) for name in columns]


def _head(look: Look, name: str, count: int) -> Node:
    text = look.view.text(f"rankings.col.{_named(look, [name])[0]}")
    if name == "place":
        ends = (el("span", "1"), el("span", text), el("span", str(count)))
        return el("span", *ends, cls="rank-axis")
    if name not in SORTS:
        return text
    return el("a", text, href=look.sorting(name), data_stay=True)


def _say_order(made: list[Any], sort: str) -> None:
    """Tell which column the rows are ordered by."""
    heads = made[2][2][2:]
    n = COLUMNS.index(sort.removeprefix("-"))
    heads[n][1]["aria-sort"] = "descending" if sort.startswith("-") else "ascending"


def _row(
    look: Look, row: Ranked, count: int, reach: float, chosen: Ranked | None
) -> dict[str, Any]:
    view = look.view
    tie = el("small", view.text("rankings.tied")) if row.tied else None
    about: dict[str, Any] = {"data_code": row.code}
    if chosen is not None:
        about["data_chosen"] = row.code == chosen.code
        about["data_near"] = near(row, chosen)
    low, high = row.rank_low or 1, row.rank_high or count
    return {
        "": about,
        "rank": [el("b", str(row.rank)), *([tie] if tie else []), *_before(view, row)],
        "name": linked(look.name(row.code), look.page(row.code)),
        "score": _score(look, row),
        "place": strip(count, row.rank or 1, low, high),
        "span": places(view, row.rank_low, row.rank_high),
        "change": _change(look, row.change, reach),
        "counts": counts(look, row),
        "excluded": excluded(view, row),
        "completeness": share(row.coverage),
    }


def _before(view: View, row: Ranked) -> list[Node]:
    """The rank of the period before, with the way it went."""
    if row.rank is None or row.rank_before is None:
        return []
    way = "same" if row.rank == row.rank_before else "up" if row.rank < row.rank_before else "down"
    said = view.text("rankings.before", n=row.rank_before)
    return [el("small", said, cls="rank-before", data_way=way)]


def _score(look: Look, row: Ranked) -> list[Node]:
    text = NONE if row.value is None else f"{row.value:.{look.decimals}f}"
    href = look.receipt(row.code)
    nodes: list[Node] = [
        el("b", text) if href is None else el("a", text, href=href, data_stay=True)
    ]
    if row.low is not None and row.high is not None:
        nodes.append(el("small", f"{row.low:.{look.decimals}f}–{row.high:.{look.decimals}f}"))
    return nodes


def _change(look: Look, change: Change | None, reach: float) -> Node:
    if change is None:
        return el("span", NONE, cls="rank-change")
    half = (change.high - change.low) / 2
    return el(
        "span",
        whisker(change.delta, change.low, change.high, reach, real=change.real),
        el("i", change_word(look.view, change)),
        el("b", signed(change.delta, look.decimals)),
        el("span", f"±{half:.{look.decimals}f}"),
        cls="rank-change",
        data_real="yes" if change.real else "no",
    )
