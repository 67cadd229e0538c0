"""`/streets`: every street, town and special area, how it stands, and where it lies."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_table import PATH
from dashboard.house.services import current_services
from dashboard.tab_title import tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("nav.streets"), order=30
)

RENEW_S = 10


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/streets.py brings the answer."""
    question = ListQuestion.of(query, current_services().catalogue.kind)
    view = question.view
    return desk(
        view,
        Place(PATH, [(view.text("nav.streets"), None)], question.filters()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(
            [
                html.Div(html.H1(view.text("streets.title")), id="streets-head"),
                html.Div(id="streets-map"),
            ],
            className="streets-top",
        ),
        html.Div(id="streets-body"),
        html.Div(_skeleton(view), className="until-painted"),
        dcc.Store(id="streets-answer"),
        dcc.Store(id="streets-question", data=question.stored()),
        tick("streets-tick", RENEW_S),
    )


def _skeleton(view: View) -> list[Component]:
    return [
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(24)], className="skeleton"),
    ]
