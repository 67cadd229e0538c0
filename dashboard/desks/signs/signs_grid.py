"""All signs as small multiples: the last 24 hours of each, grouped by field, in fixed places."""

from collections.abc import Mapping, Sequence

from dashboard.components import mark
from dashboard.components.light import Node, el
from dashboard.components.moment import ageing
from dashboard.components.spark import spark
from dashboard.components.units import sign_path
from dashboard.components.view import View
from dashboard.desks.signs.signs_list import SignLine
from dashboard.desks.signs.signs_question import SignsQuestion
from data_access.series.series_query import Spark
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.judging import lines_of


def multiples(
    question: SignsQuestion,
    city: Catalogue,
    shown: Sequence[SignLine],
    found: Sequence[Spark],
    now_ms: int,
) -> Node:
    """The chosen signs; in the order of the question when it names one, else by field."""
    view = question.view
    if not shown:
        return el("p", view.text("signs.empty"), cls="desk-empty")
    hours = {one.sign: one.values for one in found}
    if question.sort is not None:
        return el(
            "ul", *(_card(view, city, line, hours, now_ms) for line in shown), cls="sign-cards"
        )
    fields = []
    order = {sign.code: n for n, sign in enumerate(city.signs)}
    for domain in city.domains:
        own = sorted((li for li in shown if li.sign.domain == domain.code),
                     key=lambda li: order[li.sign.code])  # fmt: skip
        if own:
            title = el("h2", view.name(domain.name), el("small", str(len(own))))
            cards = [_card(view, city, line, hours, now_ms) for line in own]
            fields.append(el("section", title, el("ul", *cards, cls="sign-cards")))
    return el("div", *fields)


def _card(
    view: View,
    city: Catalogue,
    line: SignLine,
    hours: Mapping[str, Sequence[float | None]],
    now_ms: int,
) -> Node:
    sign, cell = line.sign, line.cell
    lines = lines_of(city, sign, city.code, cell.version, now_ms)
    edges = [e for e in (*lines.higher, *lines.lower) if e is not None]
    reach = max(1, round(sign.stale_after_s * 1000 / HOUR_MS))
    name = view.name(sign.short)
    drawn = spark(hours.get(sign.code, ()), cell.state, marks=edges, bridge=reach)
    value = mark.value(view, sign, cell)
    fresh = mark.freshness_or_later(view, cell, now_ms, city.zone)
    head = el("span", mark.state(view, cell, word=False), name, cls="sign-card-name")
    body = el("span", *value, cls="sign-card-value")
    full = view.name(sign.name)
    link = el("a", head, body, drawn, fresh, href=view.href(sign_path(sign.code)), title=full)
    return el("li", link, data_state=cell.state.value, **ageing(sign, cell))
