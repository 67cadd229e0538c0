"""`/streets`: every street, town and special area, how it stands, and where it lies."""

from dash import html
from dash.development.base_component import Component

from dashboard.components.light import el
from dashboard.desks.spec import Nav, PageSpec, Parts, Skeleton, Visit
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_table import PATH
from dashboard.desks.streets.streets_export import streets
from dashboard.export.table import Table
from dashboard.house.services import current_services
from dashboard.security.policy import STAFF


def _containers(question: ListQuestion) -> list[Component]:
    title = html.H1(question.view.text("streets.title"))
    top = [html.Div(title, id="streets-head"), html.Div(id="streets-map")]
    return [html.Div(top, className="streets-top"), html.Div(id="streets-body")]


def _empty(visit: Visit[ListQuestion]) -> Parts:
    view = visit.view
    return {
        "streets-head": [
            el("h1", view.text("streets.title")),
            el("p", view.text("wall.say.empty"), cls="desk-lead"),
        ],
        "streets-map": [],
        "streets-body": [el("p", view.text("wall.data_time.none"), cls="desk-empty")],
    }


SPEC: PageSpec[ListQuestion] = PageSpec(
    name="streets",
    path=PATH,
    roles=STAFF,
    order=30,
    title="nav.streets",
    question=lambda given: ListQuestion.of(given, current_services().catalogue.kind),
    crumbs="nav.streets",
    containers=_containers,
    nav=Nav("nav.streets", number=lambda city: len(city.counted)),
    renew_s=10,
    skeleton=Skeleton(24),
    empty=_empty,
    tables=(Table("streets", streets, STAFF),),
)
