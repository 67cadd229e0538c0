"""`/reports`: what people wrote on the public page about its figures."""

from dataclasses import asdict
from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.labels import page_title

PATH = "/reports"
RENEW_S = 30

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=page_title("reports.title"), order=85
)


def layout(lang: Any = None, theme: Any = None, **_: Any) -> Component:
    """The frame; callbacks/reports.py brings the list."""
    view = View.of(lang, theme)
    return desk(
        view,
        Place(PATH, [(view.text("reports.title"), None)]),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="reports-body"),
        html.Div([html.H1(view.text("reports.title"))], className="until-painted"),
        dcc.Store(id="reports-answer"),
        dcc.Store(id="reports-view", data=asdict(view)),
        tick("reports-tick", RENEW_S),
    )
