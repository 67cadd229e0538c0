"""The answer of /signs: the list or the small multiples, from the picture of the moment."""

import dash

from dashboard.components.light import Node, el
from dashboard.desks.answer import answer_page
from dashboard.desks.signs.page import SPEC
from dashboard.desks.signs.signs_list import chosen, filters, lines, sentence
from dashboard.desks.signs.signs_parts import signs_charts, signs_rows
from dashboard.desks.signs.signs_question import SignsQuestion
from dashboard.desks.spec import Parts, Visit
from dashboard.house.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, signs_answer)


def signs_answer(visit: Visit[SignsQuestion]) -> Parts:
    """The page in a sentence, the filters, and the signs that they leave."""
    question, view, city, now = visit.question, visit.view, visit.city, visit.now_ms
    every = lines(view, city, visit.published.at_place(city.code))
    shown = chosen(question, every)
    head: list[Node] = [
        el("h1", view.text("signs.title")),
        el("p", sentence(view, city, every, now), cls="desk-lead"),
        filters(question, city, every),
    ]
    drawn = signs_charts if question.show == "charts" else signs_rows
    return {"signs-body": [*head, *drawn(visit, shown)]}
