"""The answer of /streets: sentence, map and table from the picture of the moment."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.picking import pick_bar
from dashboard.components.png_button import png_button
from dashboard.components.tick import held
from dashboard.desks.street.street_map import Drawing, whole_map
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_standing import Standing, standing
from dashboard.desks.street.street_table import (
    filters,
    painted,
    place_picking,
    place_table,
    sentence,
)
from dashboard.desks.street.street_worst import worst_places
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from data_access.maps.boundaries import load_map
from data_access.series.index_history import indexes_at
from domain.actor import PEOPLE
from domain.clock import MINUTE_MS
from domain.picture import Picture


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    drawing = Drawing(load_map(services.settings, services.catalogue))

    @app.callback(
        Output("streets-answer", "data"),
        Input("streets-tick", "n_intervals"),
        State("streets-question", "data"),
        running=held("streets-tick"),
    )
    @policy(*PEOPLE)
    def streets_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = ListQuestion.of(stored, services.catalogue.kind)
        picture = services.pictures.now(current_actor())
        if picture is None:
            return _nothing_yet(services, question)
        return _answer(services, drawing, question, picture)

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("streets-answer", "data")
    )


def _answer(
    services: Services, drawing: Drawing, question: ListQuestion, picture: Picture
) -> dict[str, list[Node]]:
    view, city = question.view, services.catalogue
    found = standings(services, picture)
    looks = painted(view, city, found)
    names = {s.code: view.name(s.short) for s in city.streets}
    trouble = worst_places(view, city, picture, found)
    demo = any(cell.demo for _, _, cell in picture.every())
    picking = place_picking(question, city)
    return {
        "streets-head": [
            el("h1", view.text("streets.title")),
            el("p", sentence(view, city, found, picture), cls="desk-lead"),
            filters(question, services.catalogue, found),
            *([trouble] if trouble is not None else []),
        ],
        "streets-map": [
            whole_map(view, drawing, looks, picking, names=names),
            png_button(view, "streets-map", view.text("streets.title")),
        ],
        "streets-body": [
            el(
                "div",
                pick_bar(picking, names, view.text("pick.hint.map")),
                export_links(view, "streets", question.filters()),
                cls="table-head",
            ),
            place_table(question, city, found),
            el("p", view.text("streets.note", signs=len(city.signs)), cls="desk-note"),
            el("p", view.text("streets.note.area"), cls="desk-note"),
        ],
        "desk-mark": moment(view, city, services.now_ms, picture.data_time(), demo, picture.as_of),
    }


def standings(services: Services, picture: Picture) -> list[Standing]:
    """Every street, town and special area as it stands, in official order."""
    city = services.catalogue
    places = tuple(street.code for street in city.streets)
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    instants = (city.zone.shifted(minute, -1), city.zone.shifted(minute, -7))
    past = indexes_at(services.db, current_actor(), places, instants)
    return [standing(city, picture, place, past[place.code]) for place in city.streets]


def _nothing_yet(services: Services, question: ListQuestion) -> dict[str, list[Node]]:
    view = question.view
    return {
        "streets-head": [
            el("h1", view.text("streets.title")),
            el("p", view.text("wall.say.empty"), cls="desk-lead"),
        ],
        "streets-map": [],
        "streets-body": [el("p", view.text("wall.data_time.none"), cls="desk-empty")],
        "desk-mark": moment(view, services.catalogue, services.now_ms, None, False, None),
    }
