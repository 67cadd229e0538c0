"""The answer of /rankings."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.tick import held
from dashboard.desks.rankings.rank_page import panel, ranking_section
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.standings import asked, standings
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from domain.actor import PEOPLE, Actor


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("rankings-answer", "data"),
        Input("rankings-tick", "n_intervals"),
        State("rankings-question", "data"),
        running=held("rankings-tick"),
    )
    @policy(*PEOPLE)
    def rankings_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = Question.of_address(stored)
        return _answer(services, question, current_actor())

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("whatif", "paint"), Input("rankings-answer", "data")
    )


def _answer(services: Services, question: Question, actor: Actor) -> dict[str, list[Node]]:
    city, now_ms, db = services.catalogue, services.now_ms, services.db
    one = asked(question, city)
    found = standings(db, actor, city, one, now_ms)

    def refused(code: str) -> None:
        services.denials.note(now_ms, actor.label, "denied.receipt", code, caller_address())

    page = ranking_section(one, found, city, actor, now_ms)
    beside = panel(db, one, found, city, actor, refused)
    body = el("div", page, beside, cls="rank", data_open=beside is not None)
    picture = services.pictures.now(actor)
    demo = picture is not None and any(cell.demo for _, _, cell in picture.every())
    # hours are no newer than what was observed: a city that is silent must not look alive
    data_at, beat = (picture.data_time(), picture.as_of) if picture else (None, None)
    until = None if data_at is None else min(found.span.until, data_at)
    mark = moment(question.view, city, now_ms, until, demo, beat)
    return {"rankings-body": [body], "desk-mark": mark}
