"""`/reports`: what people wrote on the public page about its figures."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.desks.reports.report_list import DRAFT, PATH
from dashboard.desks.reports.reports_question import Question
from dashboard.tab_title import tab_title

RENEW_S = 30

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("reports.title"), order=85
)


def layout(**query: Any) -> Component:
    """The frame; callbacks/reports.py brings the list."""
    question = Question.of(query)
    view = question.view
    return desk(
        view,
        Place(PATH, [(view.text("reports.title"), None)], question.filters()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="reports-body"),
        html.Div([html.H1(view.text("reports.title"))], className="until-painted"),
        dcc.Store(id="reports-answer"),
        dcc.Store(id="reports-view", data=question.stored()),
        dcc.Store(id=DRAFT),
        dcc.Store(id="reports-outcome"),
        tick("reports-tick", RENEW_S),
    )
