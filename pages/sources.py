"""`/sources`: who reports, how lately, and what could not be accepted."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.sources.source_list import PATH
from dashboard.desks.sources.sources_question import Question
from dashboard.tab_title import source_named, tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title(source_named), order=80
)

RENEW_S = 10


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/sources.py brings the answer."""
    question = Question.of(query)
    view = question.view
    crumbs: list[tuple[str, str | None]] = [(view.text("sources.title"), view.href(PATH))]
    if question.source is not None:
        crumbs.append((question.source, None))
    return desk(
        view,
        Place(PATH, crumbs, question.filters()),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="sources-body"),
        html.Div(_skeleton(view), className="until-painted"),
        dcc.Store(id="sources-answer"),
        dcc.Store(id="sources-question", data=question.stored()),
        tick("sources-tick", RENEW_S),
    )


def _skeleton(view: View) -> list[Component]:
    return [
        html.H1(view.text("sources.title")),
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(12)], className="skeleton"),
    ]
