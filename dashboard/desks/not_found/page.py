"""What the page router shows for a path that is no page, inside the frame."""

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.desks.spec import PageSpec, Plain
from dashboard.security.policy import STAFF


def _containers(question: Plain) -> list[Component]:
    view = question.view
    return [
        html.H1(view.text("error.404.title")),
        html.P(view.text("error.404.text"), className="desk-lead"),
        html.P(dcc.Link(view.text("error.home"), href=view.href("/sources"))),
    ]


SPEC: PageSpec[Plain] = PageSpec(
    name="not-found",
    path="/not-found",
    roles=STAFF,
    order=99,
    title="error.404.title",
    question=Plain.of,
    crumbs="error.404.title",
    containers=_containers,
)
