"""`/episodes`: the alarm log (告警记录), filtered by its address and read page by page."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.episodes.episode_filters import PATH
from dashboard.desks.episodes.episode_question import Question
from dashboard.tab_title import tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("episodes.title"), order=60
)

RENEW_S = 15
COUNTS_S = 60  # counts read all of a period


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/episodes.py brings the answer."""
    question = Question.of(query)
    view, renew_s = question.view, COUNTS_S if question.counts else RENEW_S
    return desk(
        view,
        Place(PATH, [(view.text("episodes.title"), None)], question.filters()),
        silence_banner(view, 3 * renew_s),
        html.Div(id="episodes-head"),
        html.Div(id="episodes-body"),
        html.Div(_skeleton(view), className="until-painted"),
        dcc.Store(id="episodes-answer"),
        dcc.Store(id="episodes-question", data=question.stored()),
        tick("episodes-tick", renew_s),
    )


def _skeleton(view: View) -> list[Component]:
    return [
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(24)], className="skeleton"),
    ]
