"""The answer of /street/<code>, from the picture of the moment and the catalogue."""

from functools import partial

import dash

from dashboard.desks.answer import answer_page
from dashboard.desks.spec import Parts, Visit
from dashboard.desks.street.page import SPEC
from dashboard.desks.street.street_committees import committees
from dashboard.desks.street.street_crumbs import crumbs
from dashboard.desks.street.street_grid import grid
from dashboard.desks.street.street_head import head, index_block
from dashboard.desks.street.street_here import course_of, here_at, neighbourhood, selected
from dashboard.desks.street.street_map import Drawing
from dashboard.desks.street.street_peers import group_of
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_troubles import troubles
from dashboard.house.services import Services
from data_access.maps.boundaries import load_map


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    drawing = Drawing(load_map(services.settings, services.catalogue))

    answer_page(app, services, SPEC, partial(street_answer, drawing), street_group)


def street_answer(drawing: Drawing, visit: Visit[PlaceQuestion]) -> Parts:
    """Why the place is as it is, and all its signs."""
    here = here_at(visit)
    sign = selected(here)
    return {
        "street-crumbs": crumbs(here),
        "street-head": head(here),
        "street-index": index_block(here),
        "street-map": neighbourhood(here, drawing),
        "street-troubles": troubles(here, sign),
        "street-sign": course_of(visit, here, sign),
        "street-all": grid(here, sign),
        "street-committees": committees(here),
    }


def street_group(visit: Visit[PlaceQuestion]) -> Parts:
    """Where the place stands in its group; its own answer, for rankings change slowly."""
    return {"street-peers": group_of(visit)}
