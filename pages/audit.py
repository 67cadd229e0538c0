"""`/audit`: who did, saw, exported and was refused what; for administrators."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.desks.audit.audit_question import PATH, Question
from dashboard.tab_title import tab_title

RENEW_S = 30

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("audit.title"), order=88
)


def layout(**query: Any) -> Component:
    """The frame; callbacks/audit.py brings the rows."""
    question = Question.of(query)
    view = question.view
    return desk(
        view,
        Place(PATH, [(view.text("audit.title"), None)], question.filters()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="audit-head"),
        html.Div(id="audit-body"),
        html.Div([html.H1(view.text("audit.title"))], className="until-painted"),
        dcc.Store(id="audit-answer"),
        dcc.Store(id="audit-question", data=question.stored()),
        tick("audit-tick", RENEW_S),
    )
