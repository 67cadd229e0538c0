"""The answer of /rankings: the ranking, and the receipt of a score beside it."""

import dash

from dashboard.components.light import el
from dashboard.desks.answer import answer_page
from dashboard.desks.rankings.page import SPEC
from dashboard.desks.rankings.rank_page import panel, ranking_section
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.standings import asked, standings
from dashboard.desks.spec import Parts, Visit
from dashboard.house.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, rankings_answer)


def rankings_answer(visit: Visit[Question]) -> Parts:
    """The ranking, and beside it the receipt that is asked for."""
    city, actor, db = visit.city, visit.actor, visit.db
    one = asked(visit.question, city)
    found = standings(db, actor, city, one, visit.now_ms)

    def refused(code: str) -> None:
        visit.refused("denied.receipt", code)

    page = ranking_section(one, found, city, actor, visit.now_ms)
    beside = panel(db, one, found, city, actor, refused)
    body = el("div", page, beside, cls="rank", data_open=beside is not None)
    return {"rankings-body": [body]}
