"""The list of episodes: what, where, from when to when, how far, by which thresholds."""

from collections.abc import Sequence
from typing import Any

from dashboard.components import mark
from dashboard.components.episode_filters import PATH
from dashboard.components.episode_question import Question, token
from dashboard.components.light import Node, el, table
from dashboard.components.times import day_and_time, grouped, span
from dashboard.components.view import View
from data_access.episodes import Episode, EpisodePage, Total
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.picture import Picture
from domain.sign import State

COLUMNS = ("state", "sign", "place", "from", "to", "span", "value", "unit", "version", "owner")
NUMBERS = frozenset({"span", "value"})


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
    picture: Picture | None,
    now_ms: int,
) -> Node | None:
    """The rows of a page; None when there are none."""
    if not rows:
        return None
    return table(
        [view.text(f"episodes.col.{name}") for name in COLUMNS],
        [_row(view, city, row, picture, now_ms) for row in rows],
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


def _row(
    view: View, city: Catalogue, row: Episode, picture: Picture | None, now_ms: int
) -> dict[str, Any]:
    sign, street = city.sign.get(row.sign), city.street.get(row.place)
    owner = city.department.get(sign.department) if sign else None
    end = now_ms if row.until is None else row.until
    where = view.name(city.name_zh, city.name_en)
    if street is not None:
        address = view.href(f"/street/{street.code}")
        where = el("a", view.name(street.short_zh, street.name_en), href=address)  # type: ignore[assignment]
    return {
        "state": mark.state(view, State(row.state)),
        "sign": _sign(view, city, row),
        "place": where,
        "from": _instant(city, row.since, now_ms),
        "to": _ended(view, city, row, picture, now_ms),
        "span": span(view, max(0, end - row.since)),
        "value": mark.figure(view, sign, row.value) if sign else mark.DASH,
        "unit": mark.unit(view, sign, row.value) if sign else "",
        "version": view.text("episodes.version", n=row.threshold_version),
        "owner": view.name(owner.short_zh, owner.name_en) if owner else mark.DASH,
    }


def _sign(view: View, city: Catalogue, row: Episode) -> list[Node]:
    sign = city.sign.get(row.sign)
    if sign is None:
        return [row.sign]
    there = row.place if row.place in city.street else None
    address = view.href(f"/sign/{sign.code}", place=there)
    return [el("a", view.name(sign.name_zh, sign.name_en), href=address), el("small", sign.code)]


def _ended(view: View, city: Catalogue, row: Episode, picture: Picture | None, now_ms: int) -> Node:
    """When it ended; an open one whose value is not fresh does not pass for one that lasts."""
    if row.until is not None:
        return _instant(city, row.until, now_ms)
    cell = None
    if picture is not None and row.sign in picture.signs and row.place in picture.places:
        cell = picture.cell(row.sign, row.place)
    blind = cell is None or cell.freshness in (Freshness.STALE, Freshness.NEVER)
    key = "episodes.open.blind" if blind else "episodes.open"
    return el("em", view.text(key), cls="episode-open")


def _instant(city: Catalogue, ms: int, now_ms: int) -> str:
    """`11-23 18:42:07`; with its year when that is another one."""
    zone = city.zone
    then, now = zone.local(ms), zone.local(now_ms)
    year = "" if then.year == now.year else f"{then.year}-"
    return year + day_and_time(ms, city.zone)
