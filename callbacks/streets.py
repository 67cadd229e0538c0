"""The answer of /streets: sentence, map and table from the picture of the moment."""

from functools import partial

import dash

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.picking import pick_bar
from dashboard.components.png_button import png_button
from dashboard.desks.answer import answer_page
from dashboard.desks.spec import Parts, Visit
from dashboard.desks.street.street_map import Drawing, whole_map
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_standing import Standing
from dashboard.desks.street.street_table import (
    filters,
    painted,
    place_picking,
    place_table,
    sentence,
)
from dashboard.desks.street.street_worst import worst_places
from dashboard.desks.streets.page import SPEC
from dashboard.desks.streets.standings import standings
from dashboard.house.services import Services
from data_access.maps.boundaries import load_map


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    drawing = Drawing(load_map(services.settings, services.catalogue))

    answer_page(app, services, SPEC, partial(streets_answer, drawing))


def streets_answer(drawing: Drawing, visit: Visit[ListQuestion]) -> Parts:
    """How every place stands: in a sentence, on the map, in a table."""
    found = standings(visit)
    return {
        "streets-head": _head(visit, found),
        "streets-map": _map(visit, drawing, found),
        "streets-body": _body(visit, found),
    }


def _head(visit: Visit[ListQuestion], found: list[Standing]) -> list[Node]:
    view, city, picture = visit.view, visit.city, visit.published
    trouble = worst_places(view, city, picture, found)
    return [
        el("h1", view.text("streets.title")),
        el("p", sentence(view, city, found, picture), cls="desk-lead"),
        filters(visit.question, city, found),
        *([trouble] if trouble is not None else []),
    ]


def _map(visit: Visit[ListQuestion], drawing: Drawing, found: list[Standing]) -> list[Node]:
    view, city = visit.view, visit.city
    looks, picking = painted(view, city, found), place_picking(visit.question, city)
    return [
        whole_map(view, drawing, looks, picking, names=_names(visit)),
        png_button(view, "streets-map", view.text("streets.title")),
    ]


def _body(visit: Visit[ListQuestion], found: list[Standing]) -> list[Node]:
    view, city, question = visit.view, visit.city, visit.question
    picking = place_picking(question, city)
    return [
        el(
            "div",
            pick_bar(picking, _names(visit), view.text("pick.hint.map")),
            export_links(view, "streets", question.filters()),
            cls="table-head",
        ),
        place_table(question, city, found),
        el("p", view.text("streets.note", signs=len(city.signs)), cls="desk-note"),
        el("p", view.text("streets.note.area"), cls="desk-note"),
    ]


def _names(visit: Visit[ListQuestion]) -> dict[str, str]:
    return {s.code: visit.view.name(s.short) for s in visit.city.streets}
