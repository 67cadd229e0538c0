"""`/index`: the index of the district, all that was taken off it, and its course."""

from dash import html
from dash.development.base_component import Component

from dashboard.components.light import el
from dashboard.desks.index.index_export import course, index
from dashboard.desks.index.index_question import PATH, IndexQuestion
from dashboard.desks.spec import Nav, PageSpec, Parts, Skeleton, Slow, Visit, district
from dashboard.export.table import Table
from dashboard.security.policy import EVERYBODY, STAFF

PARTS = ("head", "rule", "course", "taking", "unknown", "calm")


def _containers(_question: IndexQuestion) -> list[Component]:
    head, rule, course, *tables = (html.Div(id=f"index-{part}") for part in PARTS)
    top = html.Div([html.Div([head, rule]), course], className="index-top")
    return [html.Div([top, *tables], className="index-page")]


def _empty(visit: Visit[IndexQuestion]) -> Parts:
    view = visit.view
    nothing = el("p", view.text("wall.say.empty"), cls="desk-empty")
    return {"index-head": [el("h1", view.text("index.title")), nothing]}


SPEC: PageSpec[IndexQuestion] = PageSpec(
    name="index",
    path=PATH,
    roles=EVERYBODY,
    order=15,
    title="index.title",
    question=IndexQuestion.of,
    crumbs="nav.index",
    containers=_containers,
    nav=Nav("nav.index"),
    renew_s=10,
    slow=Slow("past", 60),
    skeleton=Skeleton(12),
    seen=district,
    empty=_empty,
    tables=(Table("index", index, STAFF), Table("index-course", course, STAFF)),
)
