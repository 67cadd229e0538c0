"""The answer of /index: the picture of the moment opened up, and the minutes that were kept."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.tick import held
from dashboard.desks.index.index_course import course
from dashboard.desks.index.index_question import IndexQuestion
from dashboard.desks.index.index_sum import (
    Opened,
    calm,
    deductions,
    figure,
    formula,
    unknown,
)
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from data_access.scoring.index_course import index_course
from data_access.series.editions import editions
from domain.actor import PEOPLE, Actor, Role
from domain.clock import MINUTE_MS
from domain.picture import Picture


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("index-answer", "data"),
        Input("index-tick", "n_intervals"),
        State("index-question", "data"),
        running=held("index-tick"),
    )
    @policy(*PEOPLE, Role.SCREEN)
    def index_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question, actor = IndexQuestion.of(stored), current_actor()
        view, city, picture = question.view, services.catalogue, services.pictures.now(actor)
        if picture is None:
            title = el("h1", view.text("index.title"))
            nothing = el("p", view.text("wall.say.empty"), cls="desk-empty")
            mark = moment(view, city, services.now_ms, None, False, None)
            return {"index-head": [title, nothing], "desk-mark": mark}
        now = _opened(services, question, actor, picture)
        links = export_links(view, "index", {}) if actor.role in PEOPLE else None
        demo = any(cell.demo for cell in now.cells.values())
        return {
            "index-head": figure(now),
            "index-rule": formula(now),
            "index-taking": [*([links] if links else []), *deductions(now)],
            "index-unknown": unknown(now),
            "index-calm": calm(now),
            "desk-mark": moment(
                view, city, services.now_ms, picture.data_time(), demo, picture.as_of
            ),
        }

    @app.callback(
        Output("index-past", "data"),
        Input("index-slow", "n_intervals"),
        State("index-question", "data"),
        running=held("index-slow"),
    )
    @policy(*PEOPLE, Role.SCREEN)
    def index_past(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question, city, actor = IndexQuestion.of(stored), services.catalogue, current_actor()
        period = question.span(services.now_ms, city.zone)
        found = index_course(services.db, actor, city, period.from_ms, period.to_ms)
        nodes = course(question, city, period, found, services.now_ms)
        if actor.role in PEOPLE:
            nodes.append(export_links(question.view, "index-course", question.filters()))
        return {"index-course": nodes}

    for answer in ("index-answer", "index-past"):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("light", "paint"), Input(answer, "data")
        )


def _opened(services: Services, question: IndexQuestion, actor: Actor, picture: Picture) -> Opened:
    city = services.catalogue
    cells = picture.at_place(city.code)
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    cuts = editions(services.db, actor, city, tuple(cells), minute, minute + MINUTE_MS)
    return Opened(question.view, city, picture, cells, picture.index(city.code), cuts, actor)
