"""`/signs`: every vital sign of the city, as a table or as small multiples."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.signs.signs_question import PATH, SignsQuestion
from dashboard.tab_title import tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("nav.signs"), order=20
)

RENEW_S = 10


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/signs.py brings the answer."""
    question = SignsQuestion.of(query)
    view = question.view
    return desk(
        view,
        Place(PATH, [(view.text("nav.signs"), None)], question.query()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="signs-body"),
        html.Div(_skeleton(view), className="until-painted"),
        dcc.Store(id="signs-answer"),
        dcc.Store(id="signs-question", data=question.stored()),
        tick("signs-tick", RENEW_S),
    )


def _skeleton(view: View) -> list[Component]:
    return [
        html.H1(view.text("signs.title")),
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(18)], className="skeleton"),
    ]
