"""`/signs`: every vital sign of the city, as a table or as small multiples."""

from dash import html
from dash.development.base_component import Component

from dashboard.components.light import el
from dashboard.desks.signs.signs_export import signs
from dashboard.desks.signs.signs_question import PATH, SignsQuestion
from dashboard.desks.spec import Nav, PageSpec, Parts, Skeleton, Visit, district
from dashboard.export.table import Table
from dashboard.security.policy import STAFF


def _containers(_question: SignsQuestion) -> list[Component]:
    return [html.Div(id="signs-body")]


def _empty(visit: Visit[SignsQuestion]) -> Parts:
    view = visit.view
    empty = el("p", view.text("wall.say.empty"), cls="desk-lead")
    return {"signs-body": [el("h1", view.text("signs.title")), empty]}


SPEC: PageSpec[SignsQuestion] = PageSpec(
    name="signs",
    path=PATH,
    roles=STAFF,
    order=20,
    title="nav.signs",
    question=SignsQuestion.of,
    crumbs="nav.signs",
    containers=_containers,
    nav=Nav("nav.signs", number=lambda city: len(city.signs)),
    renew_s=10,
    skeleton=Skeleton(18, "signs.title"),
    seen=district,
    empty=_empty,
    tables=(Table("signs", signs, STAFF),),
)
