"""The list of episodes: what, where, from when to when, how far, by which thresholds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboard.components import mark
from dashboard.components.light import Node, el, table
from dashboard.components.times import day_and_time, grouped, span
from dashboard.components.units import sign_path, unit_path
from dashboard.components.view import View
from dashboard.desks.episodes.episode_filters import PATH
from dashboard.desks.episodes.episode_question import Question, token
from data_access.series.episodes import Episode, EpisodePage, Total
from domain.catalogue import Catalogue
from domain.indicator import Direction
from domain.picture import Cell, Picture
from domain.sign import Sign, State
from domain.state import Cause
from domain.stays import heard_until
from domain.terms import Ledger, Name
from domain.text import Text
from domain.unit import PLACE

COLUMNS = ("state", "sign", "place", "from", "to", "span", "value", "unit", "version", "owner")
NUMBERS = frozenset({"span", "value"})


class _Log(NamedTuple):
    """What the rows share."""

    view: View
    city: Catalogue
    terms: Ledger
    picture: Picture | None
    now_ms: int


def sentence(view: View, total: Total) -> str:
    """How many there are, or at least how many."""
    if not total.number:
        return view.text("episodes.say.none")
    kind = "exact" if total.exact else "least"
    return view.text(f"episodes.say.{kind}", n=grouped(total.number))


def episode_table(
    view: View,
    city: Catalogue,
    rows: Sequence[Episode],
    terms: Ledger,
    picture: Picture | None,
    now_ms: int,
) -> Node | None:
    """The rows of a page; None when there are none."""
    if not rows:
        return None
    log = _Log(view, city, terms, picture, now_ms)
    return table(
        [view.text(f"episodes.col.{name}") for name in COLUMNS],
        [_row(log, row) for row in rows],
        COLUMNS,
        numbers=NUMBERS,
        cls="grid-table episode-table",
    )


def page_links(question: Question, page: EpisodePage) -> Node:
    """To the newest page, a newer and an older one."""
    view, chosen = question.view, question.chosen()
    links: list[Node] = []
    if page.newer and page.rows:
        newer = view.href(PATH, **chosen, before=token(page.rows[0].key))
        links.append(el("a", view.text("episodes.newest"), href=view.href(PATH, **chosen)))
        links.append(el("a", view.text("episodes.newer"), href=newer))
    if page.older and page.rows:
        older = view.href(PATH, **chosen, after=token(page.rows[-1].key))
        links.append(el("a", view.text("episodes.older"), href=older))
    if not page.rows and (question.after or question.before):
        links.append(el("a", view.text("episodes.newest"), href=view.href(PATH, **chosen)))
    return el("nav", *links, cls="desk-pages", aria_label=view.text("episodes.title"))


def _row(log: _Log, row: Episode) -> dict[str, Any]:
    view, city, now_ms = log.view, log.city, log.now_ms
    sign = sign_then(log.terms, city, row.sign, row.since)
    row = as_heard(row, sign, log.picture)
    end = now_ms if row.until is None else row.until
    return {
        "state": mark.state(view, State(row.state)),
        "sign": _sign(log, row, sign),
        "place": _place(log, row),
        "from": _instant(city, row.since, now_ms),
        "to": _ended(log, row),
        "span": span(view, max(0, end - row.since)),
        "value": mark.figure(view, sign, row.value) if sign else mark.DASH,
        "unit": mark.unit(view, sign, row.value) if sign else "",
        "version": _version(view, sign, row),
        "owner": _owner(log, row, sign),
    }


def sign_then(terms: Ledger, city: Catalogue, code: str, at: int) -> Sign | None:
    """A sign as it stood at an instant; None where nobody has kept it."""
    found = terms.sign(code, at)
    return found.sign if found else city.sign.get(code)


def as_heard(row: Episode, sign: Sign | None, picture: Picture | None) -> Episode:
    """An open episode whose value has gone stale ended with that, though nobody has recorded it."""
    if row.until is not None or sign is None:
        return row
    silent = silent_at(picture, sign, row.place, row.since)
    return row if silent is None else row._replace(until=silent, ended_by=Cause.SILENT.value)


def silent_at(picture: Picture | None, sign: Sign, place: str, since: int) -> int | None:
    """When the value that a state of `since` rests on went stale; None while it counts."""
    silent = heard_until(sign, _cell(picture, sign.code, place))
    return None if silent is None or silent < since else silent


def _cell(picture: Picture | None, sign: str, place: str) -> Cell | None:
    """What the picture of now has of a sign at a place."""
    if picture is None or sign not in picture.signs or place not in picture.places:
        return None
    return picture.cell(sign, place)


def place_then(terms: Ledger, city: Catalogue, row: Episode) -> Name:
    """What the place was called when an episode began."""
    street = city.street.get(row.place)
    known = Name(street.name, street.short) if street else None
    if row.place == city.code:
        known = Name(city.name, city.name)
    return terms.place(row.place, row.since) or known or Name(*[Text.same(row.place)] * 2)


def _place(log: _Log, row: Episode) -> Node:
    name = place_then(log.terms, log.city, row)
    if row.place not in log.city.street:
        return log.view.name(name.name)
    address = log.view.href(unit_path(PLACE, row.place))
    return el("a", log.view.name(name.short), href=address)


def _sign(log: _Log, row: Episode, sign: Sign | None) -> list[Node]:
    if sign is None:
        return [row.sign]
    name: Node = log.view.name(sign.name)
    if row.sign in log.city.sign:
        there = row.place if row.place in log.city.street else None
        name = el("a", name, href=log.view.href(sign_path(row.sign), place=there))
    return [name, el("small", row.sign)]


def _owner(log: _Log, row: Episode, sign: Sign | None) -> str:
    if sign is None:
        return mark.DASH
    known = log.city.department.get(sign.department)
    name = log.terms.department(sign.department, row.since)
    if name is None and known is not None:
        name = Name(known.name, known.short)
    return log.view.name(name.short) if name else sign.department


def _version(view: View, sign: Sign | None, row: Episode) -> list[Node]:
    """Which cut-offs raised it, and the one that did."""
    said: list[Node] = [view.text("episodes.version", n=row.threshold_version)]
    if sign is not None and row.cutoff is not None:
        edge = mark.with_unit(view, sign, row.cutoff, threshold=True)
        said.append(el("small", f"{relation(sign, row.cutoff)} {edge}"))
    return said


def relation(sign: Sign, cutoff: float) -> str:
    """On which side of a cut-off the values are that reach it."""
    lower = sign.direction is Direction.LOWER_WORSE
    if sign.direction is Direction.BAND:
        lower = cutoff < sign.typical
    return "≤" if lower else "≥"


def _ended(log: _Log, row: Episode) -> list[Node]:
    """When it ended and, where no value ended it, why."""
    if row.until is None:
        known = _cell(log.picture, row.sign, row.place) is not None
        key = "episodes.open" if known else "episodes.open.blind"
        return [el("em", log.view.text(key), cls="episode-open")]
    said: list[Node] = [_instant(log.city, row.until, log.now_ms)]
    if row.ended_by is not None:
        said.append(el("small", log.view.text(f"episodes.ended.{row.ended_by}")))
    return said


def _instant(city: Catalogue, ms: int, now_ms: int) -> str:
    """`11-23 18:42:07`; with its year when that is another one."""
    return day_and_time(ms, now_ms, city.zone)
