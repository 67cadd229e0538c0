"""The marks of a cell: state (shape, colour, word), freshness, and the value that goes with them.

A stale value is hatched and says from when it is, one that never was is a dash. Numbers are
written as assets/js/base/format.js writes them on the wall, so that the two never differ.
"""

import math
from decimal import ROUND_HALF_UP, Decimal

from dashboard.components.light import Node, el
from dashboard.components.times import span, stamp
from dashboard.components.view import View
from domain.freshness import Freshness
from domain.indicator import Indicator
from domain.picture import Cell
from domain.sign import State
from domain.zone import Zone

DASH = "—"
MINUS = "−"
SHORTEN_FROM = 100_000
GLYPHS = {
    State.NORMAL: "●",
    State.ATTENTION: "▲",
    State.WARNING: "◆",
    State.ALARM: "■",
    State.UNKNOWN: "○",
}
"""The shapes of the states as characters: for texts."""
_SHAPES = {
    State.NORMAL: el("circle", cls="mark-normal", cx=8, cy=8, r=5.6),
    State.ATTENTION: el("path", cls="mark-attention", d="M8 .6 16 15H0z"),
    State.WARNING: el("path", cls="mark-warning", d="M8 0l8 8-8 8-8-8z"),
    State.ALARM: el("path", cls="mark-alarm", d="M1 1h14v14H1z"),
    State.UNKNOWN: el("circle", cls="mark-unknown", cx=8, cy=8, r=6.8),
}
_CARRY = 0.99995  # so near to the next step, the step below would round up to it


def absence(view: View, indicator: Indicator) -> str:
    """Why a sign has no cell at a street: 不适用, or 只评全区."""
    return view.text("mark.whole" if indicator.whole_only else "mark.na")


def no_state(view: View, indicator: Indicator) -> Node:
    """What stands in place of a state where a sign has no cell."""
    return el("span", absence(view, indicator), cls="mark-na")


def drawn(found: State) -> Node:
    """The shape of a state as assets/js/base/dom.js draws it, and the ring that it ages into."""
    shapes = [_SHAPES[s] for s in dict.fromkeys((found, State.UNKNOWN))]
    drawing = el("svg", *shapes, viewBox="0 0 16 16")
    return el("i", drawing, cls="mark", data_state=found.value, aria_hidden="true")


def state(view: View, cell: Cell | State, *, word: bool = True) -> Node:
    """The mark of a state with its word. Without `word` the word is a title."""
    found = cell.state if isinstance(cell, Cell) else cell
    text = view.text(f"state.{found}")
    shape = drawn(found)
    if word:
        said = el("span", text, data_word="state")  # for assets/js/desk/desk_ageing.js
        return el("span", shape, said, cls="mark-state", data_state=found.value)
    named = {"role": "img", "title": text, "aria_label": text}
    return el("span", shape, cls="mark-state", data_state=found.value, **named)


def freshness(view: View, cell: Cell | None, now_ms: int, zone: Zone) -> Node | None:
    """The second mark: nothing when live, an age when late, the instant when stale; None = none."""
    if cell is None or cell.freshness is Freshness.LIVE:
        return None
    mark = cell.freshness
    if mark is Freshness.NEVER or cell.at is None:
        text = view.text("freshness.never")
    elif mark is Freshness.LATE:
        text = view.text("mark.late", age=span(view, max(0, now_ms - cell.at)))
    else:
        text = view.text("mark.stale", time=stamp(cell.at, now_ms, zone))
    return el("span", text, cls="fresh", data_freshness=mark.value, data_word="age")


def freshness_or_later(view: View, cell: Cell | None, now_ms: int, zone: Zone) -> Node:
    """The second mark, or the empty place where the browser writes how late a value has become."""
    found = freshness(view, cell, now_ms, zone)
    return el("span", cls="fresh-later", data_word="age") if found is None else found


def value(view: View, indicator: Indicator, cell: Cell | None) -> list[Node]:
    """The value of a cell and, apart, its unit: `[span.value, span.unit]`."""
    if cell is None:
        return [el("span", absence(view, indicator), cls="value value-na")]
    kind = "value"
    if cell.value is None or cell.freshness is Freshness.NEVER:
        return [el("span", DASH, cls="value value-never"), unit(view, indicator)]
    if cell.freshness is Freshness.STALE:
        kind = "value value-stale"
    return [
        el("span", figure(view, indicator, cell.value), cls=kind),
        unit(view, indicator, cell.value),
    ]


def unit(view: View, indicator: Indicator, beside: float | None = None) -> Node:
    """Its unit of measure, empty where it has none or where its levels have names."""
    text = "" if indicator.value_labels else indicator.unit_beside(beside, view.lang)
    return el("span", text, cls="unit")


def figure(view: View, indicator: Indicator, given: float | None) -> str:
    """A number of a sign as text: the name of its level, or digits with 万/亿; a dash for None."""
    names = indicator.value_labels
    if given is not None and names and given == int(given) and 0 <= given < len(names):
        return view.name(names[int(given)])
    return number(given, indicator.decimals, view.text("number.scale"))


def edge(view: View, indicator: Indicator, given: float) -> str:
    """A threshold as text: one digit more where a street's share of it is no round number."""
    if abs(given - round(given, indicator.decimals)) < 1e-9:
        return figure(view, indicator, given)
    return number(given, indicator.decimals + 1, view.text("number.scale"))


def with_unit(
    view: View, indicator: Indicator, given: float | None, *, threshold: bool = False
) -> str:
    """A number of a sign with its unit in one text: for sentences."""
    whole = given is None or not threshold
    text = figure(view, indicator, given) if whole else edge(view, indicator, given or 0.0)
    if text == DASH:
        return text
    name = "" if indicator.value_labels else indicator.unit_beside(given, view.lang)
    return text + name if name.startswith("%") else f"{text} {name}".rstrip()


def number(given: float | None, decimals: int, scale: str = "") -> str:
    """A number in about five digits, decimals giving way first: 0.22, −4.2, 12,345, 123.5 万.

    `scale` names large steps (`10000 万;100000000 亿`); without it no digit before the point goes.
    """
    if given is None or not math.isfinite(given):
        return DASH
    size = abs(_rounded(given, decimals))
    places = 0 if size >= 10_000 else min(decimals, 1) if size >= 1_000 else decimals
    large = bool(scale) and size >= SHORTEN_FROM
    text = _shortened(size, scale) if large else f"{_rounded(size, places):,.{places}f}"
    return MINUS + text if given < 0 and size != 0 else text


def signed(given: float, decimals: int, scale: str = "") -> str:
    """A difference: always with its sign."""
    text = number(given, decimals, scale)
    return "+" + text if _rounded(given, decimals) > 0 else text


def _shortened(size: float, scale: str) -> str:
    steps = sorted(((float(s), n) for s, n in map(str.split, scale.split(";"))), reverse=True)
    for step, name in steps:
        mantissa = size / step
        if mantissa < _CARRY:
            continue
        places = 0 if mantissa >= 999.95 else 1
        return f"{_rounded(mantissa, places):,.{places}f}".removesuffix(".0") + " " + name
    return f"{_rounded(size, 0):,.0f}"


def _rounded(given: float, places: int) -> float:
    """Half away from zero on the exact binary value, as a browser's toFixed does."""
    return float(Decimal(given).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
