"""`/rankings`: streets, towns, areas and departments side by side, fairly."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.rankings.rank_question import PATH, Question
from dashboard.tab_title import tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("nav.rankings"), order=40
)

RENEW_S = 60


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/rankings.py brings the answer."""
    question = Question.of_address(query)
    view = question.view
    return desk(
        view,
        Place(PATH, [(view.text("nav.rankings"), None)], question.filters()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="rankings-body", className="rank-body"),
        html.Div(skeleton(view), className="until-painted"),
        dcc.Store(id="rankings-answer"),
        dcc.Store(id="rankings-question", data=question.stored()),
        tick("rankings-tick", RENEW_S),
    )


def skeleton(view: View) -> list[Component]:
    """The shape of the page before its answer is there."""
    return [
        html.H1(view.text("nav.rankings")),
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(12)], className="skeleton"),
    ]
