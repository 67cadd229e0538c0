"""`/index`: the index of the district, all that was taken off it, and its course."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.desks.index.index_question import PATH, IndexQuestion
from dashboard.tab_title import tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("index.title"), order=15
)

RENEW_S = 10
COURSE_S = 60
PARTS = ("head", "rule", "course", "taking", "unknown", "calm")


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/index.py brings the answer."""
    question = IndexQuestion.of(query)
    view = question.view
    head, rule, course, *tables = (html.Div(id=f"index-{part}") for part in PARTS)
    return desk(
        view,
        Place(PATH, [(view.text("nav.index"), None)], question.filters()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(
            [html.Div([html.Div([head, rule]), course], className="index-top"), *tables],
            className="index-page",
        ),
        html.Div(
            [
                html.P(view.text("desk.loading"), className="desk-lead", role="status"),
                html.Div([html.Div() for _ in range(12)], className="skeleton"),
            ],
            className="until-painted",
        ),
        dcc.Store(id="index-answer"),
        dcc.Store(id="index-past"),
        dcc.Store(id="index-question", data=question.stored()),
        tick("index-tick", RENEW_S),
        tick("index-slow", COURSE_S),
    )
