"""`/street/<code>`: one street, town or special area: why it is as it is, and all its signs."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.desks.spec import Crumb, PageSpec, Seen, Skeleton, Slow, Visit
from dashboard.desks.street.street_export import street_signs
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_table import PATH as LIST
from dashboard.desks.street.street_unknown import nothing_yet, unknown
from dashboard.export.table import Table
from dashboard.house.services import current_services
from dashboard.security.policy import STAFF
from domain.picture import Picture


def _named(question: PlaceQuestion) -> str:
    view, street = question.view, current_services().catalogue.street.get(question.code)
    return view.text("nav.streets") if street is None else view.name(street.name)


def _crumbs(question: PlaceQuestion) -> Sequence[Crumb]:
    steps = html.Span(html.B(question.code), id="street-crumbs", className="desk-crumbs")
    return [(question.view.text("nav.streets"), question.view.href(LIST)), (steps, None)]


def _containers(question: PlaceQuestion) -> list[Component]:
    top, middle, end = (
        [html.Div(id=f"street-{part}") for part in parts]
        for parts in (("head", "index", "map"), ("troubles", "sign"), ("peers", "committees"))
    )
    body = [
        html.Div(top, className="street-top"),
        html.Div(middle, className="street-middle"),
        html.Div(id="street-all"),
        html.Div(end, className="street-end"),
    ]
    # of another place nothing may stay: the key makes every one a page of its own
    return [html.Div(body, key=question.code, className="street-page")]


def _seen(visit: Visit[PlaceQuestion], picture: Picture) -> Seen:
    code = visit.question.code
    demo = any(cell.demo for cell in picture.at_place(code).values())
    return Seen(picture.data_time(code), demo)


SPEC: PageSpec[PlaceQuestion] = PageSpec(
    name="street",
    path="/street/<code>",
    roles=STAFF,
    order=31,
    title=_named,
    question=PlaceQuestion.of,
    crumbs=_crumbs,
    containers=_containers,
    section=LIST,
    renew_s=10,
    slow=Slow("group", 60),  # rankings
    skeleton=Skeleton(24),
    seen=_seen,
    unknown=unknown,
    empty=nothing_yet,
    tables=(Table("street-signs", street_signs, STAFF),),
)
