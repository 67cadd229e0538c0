"""The answer of /signs: the list or the small multiples, from the picture of the moment."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.tick import held
from dashboard.desks.signs.signs_grid import multiples
from dashboard.desks.signs.signs_list import Line, chosen, filters, lines, sentence, sign_table
from dashboard.desks.signs.signs_question import SignsQuestion
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from data_access.scoring.target_values import aims
from data_access.series.series_query import sparks
from domain.actor import PEOPLE
from domain.clock import HOUR_MS
from domain.picture import Picture


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("signs-answer", "data"),
        Input("signs-tick", "n_intervals"),
        State("signs-question", "data"),
        running=held("signs-tick"),
    )
    @policy(*PEOPLE)
    def signs_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = SignsQuestion.of(stored)
        view, city, now = question.view, services.catalogue, services.now_ms
        picture = services.pictures.now(current_actor())
        if picture is None:
            empty = el("p", view.text("wall.say.empty"), cls="desk-lead")
            body: list[Node] = [el("h1", view.text("signs.title")), empty]
            return {"signs-body": body, "desk-mark": moment(view, city, now, None, False, None)}
        every = lines(view, city, picture.at_place(city.code))
        demo = any(line.cell.demo for line in every)
        return {
            "signs-body": _body(services, question, every, picture),
            "desk-mark": moment(view, city, now, picture.data_time(), demo, picture.as_of),
        }

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("signs-answer", "data")
    )


def _body(
    services: Services, question: SignsQuestion, every: list[Line], picture: Picture
) -> list[Node]:
    view, city, now = question.view, services.catalogue, services.now_ms
    shown = chosen(question, every)
    head: list[Node] = [
        el("h1", view.text("signs.title")),
        el("p", sentence(view, city, every, now), cls="desk-lead"),
        filters(question, city, every),
    ]
    if question.show != "charts":
        links = export_links(view, "signs", question.query())
        wanted = aims(
            services.db, current_actor(), city, picture, (city.code,), tuple(city.targets), now
        )
        targets = {sign: aim for (_, sign), aim in wanted.items()}
        return [*head, sign_table(question, city, shown, now, targets), links]
    # the hour that runs is the newest point
    end = city.zone.slot_end(now, HOUR_MS)
    found = sparks(services.db, current_actor(), city, city.code, end)
    note = el("p", view.text("signs.note"), cls="desk-note")
    return [*head, multiples(question, city, shown, found, now), note]
