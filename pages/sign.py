"""`/sign/<code>`: one vital sign: now, why, its course, the streets, its definition."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.view import View
from dashboard.desks.sign.note_list import DRAFT
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.tab_title import sign_named, tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path_template="/sign/<code>", title=tab_title(sign_named), order=21
)

RENEW_S = 15
PARTS = ("head", "periods", "course", "corrections", "notes", "places", "definition")


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/sign.py brings the answer."""
    question = SignQuestion.of(query)
    view = question.view
    steps = html.Span(html.B(question.code), id="sign-crumbs", className="desk-crumbs")
    crumbs: list[tuple[Any, str | None]] = [
        (view.text("nav.signs"), view.href("/signs")),
        (steps, None),
    ]
    body = [html.Section(id=f"sign-{part}") for part in PARTS]
    return desk(
        view,
        Place(question.path, crumbs, question.query(), section="/signs"),
        silence_banner(view, 3 * RENEW_S),
        # of another sign or street nothing may stay: the key makes each a page of its own
        html.Div(body, key=f"{question.code} {question.street}", className="sign-page"),
        html.Div(_skeleton(view), className="until-painted"),
        dcc.Store(id="sign-answer"),
        dcc.Store(id="sign-question", data=question.stored()),
        dcc.Store(id=DRAFT),
        dcc.Store(id="sign-note-outcome"),
        tick("sign-tick", RENEW_S),
    )


def _skeleton(view: View) -> list[Component]:
    return [
        html.P(view.text("desk.loading"), className="desk-lead", role="status"),
        html.Div([html.Div() for _ in range(18)], className="skeleton"),
    ]
