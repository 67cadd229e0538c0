"""`/street/<code>`: one street, town or special area: why it is as it is, and all its signs."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_table import PATH as LIST
from dashboard.tab_title import street_named, tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path_template="/street/<code>", title=tab_title(street_named), order=31
)

RENEW_S = 10
SLOW_S = 60  # rankings


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/street.py brings the answer."""
    question = PlaceQuestion.of(query)
    view = question.view
    steps = html.Span(html.B(question.code), id="street-crumbs", className="desk-crumbs")
    crumbs: list[tuple[Any, str | None]] = [
        (view.text("nav.streets"), view.href(LIST)),
        (steps, None),
    ]
    return desk(
        view,
        Place(question.path, crumbs, question.filters(), LIST),
        silence_banner(view, 3 * RENEW_S),
        # of another place nothing may stay: the key makes every one a page of its own
        html.Div(_body(), key=question.code, className="street-page"),
        html.Div(_skeleton(view), className="until-painted"),
        dcc.Store(id="street-answer"),
        dcc.Store(id="street-group"),
        dcc.Store(id="street-question", data=question.stored()),
        tick("street-tick", RENEW_S),
        tick("street-slow", SLOW_S),
    )


def _body() -> list[Component]:
    top = [html.Div(id=f"street-{part}") for part in ("head", "index", "map")]
    middle = [html.Div(id="street-troubles"), html.Div(id="street-sign")]
    return [
        html.Div(top, className="street-top"),
        html.Div(middle, className="street-middle"),
        html.Div(id="street-all"),
        html.Div(
            [html.Div(id="street-peers"), html.Div(id="street-committees")], className="street-end"
        ),
    ]


def _skeleton(view: View) -> list[Component]:
    return [
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(24)], className="skeleton"),
    ]
