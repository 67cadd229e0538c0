"""The alarm log counted sign by sign over a period; the same counts for page and export."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.components import mark
from dashboard.components.light import Node, el, table
from dashboard.components.times import grouped, span
from dashboard.components.units import sign_path
from dashboard.components.view import View
from dashboard.desks.episodes.episode_filters import PATH
from dashboard.desks.episodes.episode_question import SORTS, Question
from dashboard.desks.episodes.episode_table import sign_then, silent_at
from data_access.series.episode_counts import held_by_sign
from data_access.series.terms import terms_of
from data_access.store.db import Database
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.picture import Picture
from domain.sign import Sign
from domain.tally import Counting, Held, Tally
from domain.terms import Ledger

COLUMNS = ("sign", "began", "held", "still", "spent", "longest", "median", "places", "owner")
NUMBERS = frozenset(COLUMNS) - {"sign", "owner"}


@dataclass(frozen=True, slots=True)
class SignCounts:
    """One sign with its counts."""

    code: str
    sign: Sign | None  # None: nobody has kept what it was
    tally: Tally


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of a question, in its order, and all signs together."""

    lines: tuple[SignCounts, ...]
    total: Tally


def count(
    db: Database,
    city: Catalogue,
    actor: Actor,
    question: Question,
    picture: Picture | None,
    now_ms: int,
) -> Counted:
    """Count what the log of the same question holds; Forbidden as there."""
    wanted = question.wanted(now_ms, city.zone)
    since, until = wanted.from_ms or 0, min(wanted.to_ms or now_ms, now_ms + 1)
    every, own = Counting(since, until, now_ms), dict[str, Counting]()
    still: dict[str, list[Held]] = {}
    for code, rows in held_by_sign(db, city, actor, wanted):
        own[code] = Counting(since, until, now_ms)
        still[code] = [row for row in rows if row.until is None]
        ended = [row for row in rows if row.until is not None]
        own[code].add(ended)
        every.add(ended)
    codes = {code for code, rows in still.items() if rows} | (own.keys() - city.sign.keys())
    terms = terms_of(db, city, codes)
    for code, rows in still.items():
        heard = [_as_heard(row, code, terms, city, picture) for row in rows]
        own[code].add(heard)
        every.add(heard)
    lines = [
        SignCounts(code, _sign(code, terms, city, now_ms), c.made()) for code, c in own.items()
    ]
    found = [line for line in lines if line.tally.held]
    return Counted(tuple(_ordered(question, found)), every.made())


def _as_heard(
    row: Held, code: str, terms: Ledger, city: Catalogue, picture: Picture | None
) -> Held:
    """An episode that has not ended, unless its value has gone stale: the log says the same."""
    sign = sign_then(terms, city, code, row.since)
    silent = None if sign is None else silent_at(picture, sign, row.place, row.since)
    return row._replace(until=silent)


def _sign(code: str, terms: Ledger, city: Catalogue, now_ms: int) -> Sign | None:
    """The sign as it is called now, or was when it was last known."""
    return city.sign.get(code) or sign_then(terms, city, code, now_ms)


def _ordered(question: Question, lines: list[SignCounts]) -> list[SignCounts]:
    """By the wanted column: the largest first, names from the beginning; equals by code."""
    column = (question.sort or SORTS[0]).removeprefix("-")
    turned = (question.sort or "").startswith("-")
    lines = sorted(lines, key=lambda line: line.code)
    if column == "sign":
        return sorted(lines, key=lambda line: _name(question.view, line), reverse=turned)
    known = [line for line in lines if _VALUES[column](line.tally) is not None]
    known.sort(key=lambda line: _VALUES[column](line.tally) or 0, reverse=not turned)
    return known + [line for line in lines if _VALUES[column](line.tally) is None]


_VALUES: dict[str, Callable[[Tally], float | None]] = {
    "began": lambda t: t.began,
    "held": lambda t: t.held,
    "still": lambda t: t.still,
    "spent": lambda t: t.spent_ms,
    "longest": lambda t: t.longest_ms,
    "median": lambda t: t.median_ms,
    "places": lambda t: t.places,
}


def sentence(view: View, counted: Counted) -> str:
    """How many began, of how many signs, and how many reach in from before."""
    total = counted.total
    if not total.held:
        return view.text("episodes.say.none")
    said = view.text("episodes.counts.say", n=grouped(total.began), signs=len(counted.lines))
    if total.held > total.began:
        said += view.text("episodes.counts.earlier", n=grouped(total.held - total.began))
    return said


def count_table(question: Question, city: Catalogue, counted: Counted) -> Node | None:
    """A row for each sign and one for all; None when there is nothing to count."""
    if not counted.lines:
        return None
    view = question.view
    rows = [_row(question, city, line) for line in counted.lines]
    every: dict[str, Any] = {
        "": {"data_total": ""},
        "sign": view.text("episodes.counts.total", n=len(counted.lines)),
        **_figures(view, counted.total),
        "owner": "",
    }
    every["began"] = _listed(question, counted.total, None)
    made = table(
        [_head(question, name) for name in COLUMNS],
        [*rows, every],
        COLUMNS,
        numbers=NUMBERS,
        cls="grid-table count-table",
    )
    sort = question.sort or SORTS[0]
    rising = sort.startswith("-") is not (sort.removeprefix("-") == "sign")
    head = made[2][2][2 + COLUMNS.index(sort.removeprefix("-"))]
    head[1]["aria-sort"] = "ascending" if rising else "descending"
    return made


def _head(question: Question, name: str) -> Node:
    text = question.view.text(f"episodes.counts.col.{name}")
    if name not in SORTS:
        return text
    turned = (question.sort or SORTS[0]) == name
    sort = f"-{name}" if turned else None if name == SORTS[0] else name
    href = question.view.href(PATH, **{**question.chosen(), "sort": sort})
    return el("a", text, href=href, data_stay="")


def _row(question: Question, city: Catalogue, line: SignCounts) -> dict[str, Any]:
    view = question.view
    name: Node = _name(view, line)
    if line.code in city.sign:
        name = el("a", name, href=view.href(sign_path(line.code)))
    return {
        "": {"data_sign": line.code},
        "sign": [name, el("small", line.code)],
        **_figures(view, line.tally),
        "began": _listed(question, line.tally, line.code),
        "owner": owner_name(view, city, line.sign),
    }


def _figures(view: View, tally: Tally) -> dict[str, Any]:
    return {
        "held": grouped(tally.held),
        "still": grouped(tally.still),
        "spent": view.text("sign.hours", n=f"{tally.spent_ms / HOUR_MS:,.1f}"),
        "longest": _span(view, tally.longest_ms),
        "median": _span(view, tally.median_ms),
        "places": grouped(tally.places),
    }


def _listed(question: Question, tally: Tally, sign: str | None) -> Node:
    """How many began, leading to the list of just these."""
    view, n = question.view, grouped(tally.began)
    if not tally.began:
        return n
    asked = {**question.chosen(), "sign": sign or question.sign, "show": None, "sort": None}
    title = view.text("episodes.counts.list", n=n)
    return el("a", n, href=view.href(PATH, **asked), title=title)


def _span(view: View, ms: float | None) -> str:
    return mark.DASH if ms is None else span(view, round(ms))


def _name(view: View, line: SignCounts) -> str:
    return line.code if line.sign is None else view.name(line.sign.name)


def owner_name(view: View, city: Catalogue, sign: Sign | None) -> str:
    """Who answers for a sign, shortly."""
    if sign is None:
        return mark.DASH
    found = city.department.get(sign.department)
    return view.name(found.tight) if found else sign.department
