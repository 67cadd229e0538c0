"""The answer of /street/<code>, from the picture of the moment and the catalogue."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.light import Node
from dashboard.components.moment import moment
from dashboard.components.tick import held
from dashboard.components.units import unit_path
from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.standings import span_of
from dashboard.desks.street.street_committees import committees
from dashboard.desks.street.street_crumbs import crumbs
from dashboard.desks.street.street_grid import grid
from dashboard.desks.street.street_head import Here, head, index_block
from dashboard.desks.street.street_map import Drawing, close_up
from dashboard.desks.street.street_peers import Group, Peers, peers
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_sign import asked, not_defined, period_of, sign_panel
from dashboard.desks.street.street_standing import exceptions, standing
from dashboard.desks.street.street_table import painted
from dashboard.desks.street.street_troubles import troubles
from dashboard.desks.street.street_unknown import nothing_yet, unknown
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from data_access.maps.boundaries import load_map
from data_access.rankings.registry import of_kind
from data_access.rankings.standings import ranking
from data_access.series.editions import editions
from data_access.series.index_history import indexes_at
from data_access.series.notes import notes_on
from data_access.series.series_query import course
from domain.actor import PEOPLE
from domain.clock import MINUTE_MS
from domain.picture import Picture
from domain.unit import PLACE


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    drawing = Drawing(load_map(services.settings, services.catalogue))

    @app.callback(
        Output("street-answer", "data"),
        Input("street-tick", "n_intervals"),
        State("street-question", "data"),
        running=held("street-tick"),
    )
    @policy(*PEOPLE)
    def street_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = PlaceQuestion.of(stored)
        view, city = question.view, services.catalogue
        if question.code not in city.street:
            nodes = unknown(question, city)
            mark = moment(view, city, services.now_ms, None, False, None)
        else:
            picture = services.pictures.now(current_actor())
            if picture is None:
                nodes = nothing_yet(question, city)
                mark = moment(view, city, services.now_ms, None, False, None)
            else:
                here = _here(services, question, picture)
                nodes = _answer(services, drawing, here)
                demo = any(c.demo for c in here.cells.values())
                data_at = picture.data_time(question.code)
                mark = moment(view, city, services.now_ms, data_at, demo, picture.as_of)
        return {**nodes, "desk-mark": mark}

    @app.callback(
        Output("street-group", "data"),
        Input("street-slow", "n_intervals"),
        State("street-question", "data"),
        running=held("street-slow"),
    )
    @policy(*PEOPLE)
    def street_group(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        return {"street-peers": _peers(services, PlaceQuestion.of(stored))}

    for answer in ("street-answer", "street-group"):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("light", "paint"), Input(answer, "data")
        )


def _here(services: Services, question: PlaceQuestion, picture: Picture) -> Here:
    city = services.catalogue
    place = city.street[question.code]
    minute = picture.as_of // MINUTE_MS * MINUTE_MS
    instants = (city.zone.shifted(minute, -1), city.zone.shifted(minute, -7))
    # asked for all places at once: the list and every street share one answer a minute
    places = tuple(street.code for street in city.streets)
    past = indexes_at(services.db, current_actor(), places, instants)[place.code]
    cells = picture.at_place(place.code)
    bad = exceptions(city, cells)
    now = standing(city, picture, place, past)
    cuts = editions(services.db, current_actor(), city, tuple(cells), minute, minute + MINUTE_MS)
    return Here(question, city, picture, now, cells, bad, current_actor(), cuts)


def _answer(services: Services, drawing: Drawing, here: Here) -> dict[str, list[Node]]:
    view, city, picture = here.view, here.city, here.picture
    looks = painted(view, city, [standing(city, picture, street) for street in city.counted])
    names = {s.code: view.name(s.short) for s in city.streets}
    place = here.standing.place
    drawn = close_up(view, drawing, place, looks, names, lambda c: view.href(unit_path(PLACE, c)))
    selected = _selected(here)
    return {
        "street-crumbs": crumbs(here),
        "street-head": head(here),
        "street-index": index_block(here),
        "street-map": [drawn] if drawn is not None else [],
        "street-troubles": troubles(here, selected),
        "street-sign": _sign(services, here, selected),
        "street-all": grid(here, selected),
        "street-committees": committees(here),
    }


def _sign(services: Services, here: Here, selected: str | None) -> list[Node]:
    """The course of the selected sign over the last day."""
    if selected is None:
        return []
    sign, now_ms = here.city.sign[selected], services.now_ms
    if selected not in here.cells:
        return not_defined(here, sign)
    period = period_of(here, now_ms)
    ask = asked(here, services.settings, selected, period, now_ms)
    found = course(services.db, current_actor(), here.city, ask)
    place = here.standing.place.code
    notes = notes_on(services.db, current_actor(), place, selected, period.from_ms, period.to_ms)
    return sign_panel(here, sign, period, found, tuple(notes))


def _peers(services: Services, question: PlaceQuestion) -> list[Node]:
    """Where the place stands in its group; its own answer, for rankings change slowly."""
    city, db, actor = services.catalogue, services.db, current_actor()
    place = city.street.get(question.code)
    if place is None:
        return []
    found = []
    if place.counts:
        span = span_of(Question(), services.now_ms, city.zone)
        for measure in of_kind(city, PLACE):
            standings = ranking(db, actor, city, measure.code, place.kind, span)
            found.append(Peers(measure, standings))
    return peers(Group(question, city, place), found)


def _selected(here: Here) -> str | None:
    """The sign whose course is shown: the one asked for, else the worst."""
    if here.question.sign in here.city.sign:
        return here.question.sign
    return here.troubles[0] if here.troubles else next(iter(here.cells), None)
