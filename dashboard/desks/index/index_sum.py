"""The district's index opened up: the figure, every deduction, what is not known, what is calm.

All points are whole hundredths as the index itself has them, so the lines that stand here add up
to the figure on the wall.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components import mark
from dashboard.components.light import Node, el, table
from dashboard.components.moment import ageing
from dashboard.components.times import stamp
from dashboard.components.units import sign_path, unit_path
from dashboard.components.versions import Editions, cut_words, weights_words
from dashboard.components.view import View
from dashboard.desks.index.index_question import IndexQuestion
from dashboard.desks.spec import Visit
from dashboard.desks.street.street_head import hundredths, minus, plain
from dashboard.desks.street.street_words import index_text, lasting
from data_access.series.editions import editions
from domain.actor import PEOPLE, Actor
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS
from domain.index import Index
from domain.picture import Cell, Picture
from domain.sign import Sign, State
from domain.unit import DEPARTMENT

FULL = 10_000  # hundredths
COLUMNS = ("sign", "state", "since", "value", "owner", "version", "points")
DARK_COLUMNS = ("sign", "state", "value", "owner", "points")


@dataclass(frozen=True, slots=True)
class Opened:
    """The index of the moment with all that its page is made of."""

    view: View
    city: Catalogue
    picture: Picture
    cells: dict[str, Cell]  # of the district, by sign
    index: Index
    editions: Editions  # the cut-offs that judge the signs
    actor: Actor

    @property
    def dark(self) -> list[Sign]:
        """The signs that nothing is known of, those with an old value first."""
        found = [s for s in self.city.signs if self.cells[s.code].state is State.UNKNOWN]
        return sorted(found, key=lambda sign: self.cells[sign.code].at is None)

    @property
    def calm(self) -> list[Sign]:
        """The signs that are known and take nothing."""
        taking = {d.sign for d in self.index.detractors}
        return [
            s
            for s in self.city.signs
            if s.code not in taking and self.cells[s.code].state is not State.UNKNOWN
        ]


def opened(visit: Visit[IndexQuestion]) -> Opened:
    """The index of the picture that is published."""
    city, picture = visit.city, visit.published
    cells = picture.at_place(city.code)
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    cuts = editions(visit.db, visit.actor, city, tuple(cells), minute, minute + MINUTE_MS)
    return Opened(visit.view, city, picture, cells, picture.index(city.code), cuts, visit.actor)


def figure(now: Opened) -> list[Node]:
    """The figure as the wall has it, the sentence, the lower bound, the goals."""
    view, index = now.view, now.index
    if index.value is None:
        return [
            el("h1", view.text("index.title")),
            el("p", mark.DASH, cls="index-figure", data_blind=True),
            el("p", view.text("wall.index.none"), cls="desk-lead"),
        ]
    text = index_text(index.value, 2)
    said = view.text(
        "index.say",
        signs=index.signs,
        taking=len(index.detractors),
        unknown=index.excluded,
        calm=len(now.calm),
    )
    lines: list[Node] = [
        el("h1", view.text("index.title")),
        el("p", text, cls="index-figure", data_figure="index", data_blind=index.blind),
        el("p", said, cls="desk-lead"),
    ]
    if index.blind:
        blind = view.text("wall.say.blind", total=index.signs, unknown=index.excluded)
        lines.append(el("p", blind, cls="index-blind"))
    goals = [
        el(
            "div",
            el("dt", view.name(goal.name)),
            el("dd", index_text(_goal(now, goal.code))),
            data_goal=goal.code,
        )
        for goal in now.city.goals
    ]
    return [*lines, el("dl", *goals, cls="index-goals")]


def _goal(now: Opened, goal: str) -> float | None:
    codes = [sign.code for sign in now.city.signs if sign.goal == goal]
    return now.picture.index(now.city.code, codes).value


def formula(now: Opened) -> list[Node]:
    """How it is made, in words, and by which versions."""
    view, weights, index = now.view, now.picture.weights, now.index
    costs = {state.value: f"{weights.of(state):g}" for state in State}
    listed = {d.sign: now.editions[d.sign] for d in index.detractors if d.sign in now.editions}
    said = [
        view.text("about.index.formula"),
        view.text("index.costs", scale=weights.scale, n=index.signs, **costs),
        weights_words(view, weights),
        *cut_words(view, now.city, listed),
    ]
    return [el("p", text, cls="index-rule") for text in said]


def deductions(now: Opened) -> list[Node]:
    """Every sign that takes points away, the worst first, and the sum."""
    view, index = now.view, now.index
    title = el("h2", view.text("index.taking", n=len(index.detractors)))
    if index.value is None:
        return []
    if not index.detractors:
        return [title, el("p", view.text("wall.detractors.none"), cls="desk-empty"), *_sum(now)]
    rows = [_taking(now, d.sign, hundredths([d])) for d in index.detractors]
    return [title, _table(now, COLUMNS, rows, "index-taking"), *_sum(now)]


def _taking(now: Opened, code: str, points: int) -> dict[str, Any]:
    view, sign, cell = now.view, now.city.sign[code], now.cells[code]
    since: Node = mark.DASH
    if cell.since is not None:
        at = stamp(cell.since, now.picture.as_of, now.city.zone)
        age = lasting(view, now.picture.as_of - cell.since)
        since = el("span", at, " ", el("small", age))
    cut = now.editions.get(code, ())
    return {
        **_common(now, sign, cell),
        "since": [since],
        "version": str(cut[-1].version) if cut else mark.DASH,
        "points": el("b", minus(points), data_points=str(points)),
        "": {"data_sign": code, "data_state": cell.state.value, **ageing(sign, cell)},
    }


def _common(now: Opened, sign: Sign, cell: Cell) -> dict[str, Any]:
    later = mark.freshness_or_later(now.view, cell, now.picture.as_of, now.city.zone)
    return {
        "sign": _name(now, sign),
        "state": el("span", mark.state(now.view, cell)),
        "value": [*mark.value(now.view, sign, cell), later],
        "owner": _owner(now, sign),
    }


def _sum(now: Opened) -> list[Node]:
    """100 − what was taken = the figure; what a hundred cannot give is given back."""
    view, lost = now.view, hundredths(now.index.detractors)
    value = max(0, FULL - lost)
    rows = [(view.text("index.sum.lost"), minus(lost) if lost else plain(0), "lost")]
    if lost > FULL:
        rows.append((view.text("index.sum.floored"), f"+{plain(lost - FULL)}", "floored"))
    rows.append((view.text("index.sum"), f"{plain(FULL)} − {plain(FULL - value)}", "sum"))
    rows.append((view.text("index.title"), plain(value), "index"))
    lines = [el("div", el("dt", what), el("dd", n, data_sum=key)) for what, n, key in rows]
    return [el("dl", *lines, cls="index-sum")]


def unknown(now: Opened) -> list[Node]:
    """What is not known takes nothing; what it could take at worst makes the lower bound."""
    view, index, dark = now.view, now.index, now.dark
    if not dark or index.low is None:
        return []
    each = round(index.hidden * 100)
    rows = [
        {
            **_common(now, sign, now.cells[sign.code]),
            "points": f"({plain(each)})",
            "": {"data_sign": sign.code, **ageing(sign, now.cells[sign.code])},
        }
        for sign in dark
    ]
    low = view.text("index.low", n=len(dark), each=plain(each), low=index_text(index.low, 2))
    return [
        el("h2", view.text("index.unknown", n=len(dark))),
        el("p", low, cls="desk-note", data_low=index_text(index.low, 2)),
        _table(now, DARK_COLUMNS, rows, "index-unknown"),
    ]


def calm(now: Opened) -> list[Node]:
    """How many take nothing; their names on demand."""
    if not now.calm:
        return []
    view = now.view
    names: list[Node] = []
    for sign in now.calm:
        names += [_name(now, sign), view.text("versions.join")]
    return [
        el(
            "details",
            el("summary", view.text("index.calm", n=len(now.calm))),
            el("p", *names[:-1]),
            cls="index-calm",
            id="index-calm-names",
        )
    ]


def _table(now: Opened, columns: Sequence[str], rows: list[dict[str, Any]], cls: str) -> Node:
    heads = [now.view.text(f"index.col.{name}") for name in columns]
    return table(heads, rows, columns, numbers={"points"}, cls=f"grid-table {cls}")


def _name(now: Opened, sign: Sign) -> Node:
    """A link to the sign, for whoever may open it."""
    view = now.view
    text = view.name(sign.name)
    if now.actor.role not in PEOPLE:
        return text
    return el("a", text, href=view.href(sign_path(sign.code)))


def _owner(now: Opened, sign: Sign) -> Node:
    """The owner; a link to its page, for whoever may open that."""
    view, owner = now.view, now.city.department[sign.department]
    text = view.name(owner.tight)
    if not now.actor.owns(owner.code):
        return text
    return el("a", text, href=view.href(unit_path(DEPARTMENT, owner.code)))
