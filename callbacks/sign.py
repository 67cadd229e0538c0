"""The answer of /sign/<code>: the picture of the moment, the course of a period, notes."""

from functools import partial

import dash

from dashboard.desks.answer import answer_page, answer_writing
from dashboard.desks.sign import definition
from dashboard.desks.sign.note_writing import write_note
from dashboard.desks.sign.page import SPEC
from dashboard.desks.sign.sign_course import course_parts, no_course
from dashboard.desks.sign.sign_here import here_at
from dashboard.desks.sign.sign_now import head, periods
from dashboard.desks.sign.sign_places import places
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.sign.sign_unknown import crumbs
from dashboard.desks.spec import Parts, Visit
from dashboard.desks.street.street_map import Drawing
from dashboard.house.services import Services
from data_access.maps.boundaries import load_map


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    drawing = Drawing(load_map(services.settings, services.catalogue))

    answer_page(app, services, SPEC, partial(sign_answer, drawing))
    answer_writing(app, services, SPEC, write_note)


def sign_answer(drawing: Drawing, visit: Visit[SignQuestion]) -> Parts:
    """The sign at a place: now, its course, the streets, what it means."""
    here = here_at(visit)
    period = visit.question.span(visit.now_ms, visit.city.zone)
    defined = here.place == visit.city.code or here.sign.at_street
    return {
        "sign-crumbs": crumbs(here),
        "sign-head": head(here),
        "sign-periods": periods(here, period) if defined else [],
        **(course_parts(visit, here, period) if defined else no_course()),
        "sign-places": places(here, drawing),
        "sign-definition": definition.section(here),
    }
