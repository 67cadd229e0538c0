"""What the page router shows for a path that is no page."""

from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk
from dashboard.components.view import View
from dashboard.tab_title import tab_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path="/not-found", title=tab_title("error.404.title"), order=99
)


def layout(lang: Any = None, theme: Any = None, **_: Any) -> Component:
    """A page that says so, inside the frame."""
    view = View.of(lang, theme)
    title = view.text("error.404.title")
    return desk(
        view,
        Place("/not-found", [(title, None)]),
        html.H1(title),
        html.P(view.text("error.404.text"), className="desk-lead"),
        html.P(dash.dcc.Link(view.text("error.home"), href=view.href("/sources"))),
    )
