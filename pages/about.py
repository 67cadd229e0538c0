"""`/about`: how the figures come about, what is fact and what is assumed."""

from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk
from dashboard.components.view import View
from dashboard.desks.method import method
from dashboard.house.services import current_services
from dashboard.tab_title import tab_title

PATH = "/about"

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=tab_title("about.title"), order=90
)


def layout(lang: Any = None, theme: Any = None, **_: Any) -> Component:
    """The page; its numbers are computed from the catalogue and the rules themselves."""
    view = View.of(lang, theme)
    return desk(
        view,
        Place(PATH, [(view.text("about.title"), None)]),
        html.Div(
            [
                html.Article(_sections(view), className="method"),
                method.contents(view),
            ],
            className="method-frame",
        ),
    )


def _sections(view: View) -> list[Component]:
    services = current_services()
    city = services.catalogue
    return [
        html.H1(view.text("about.title")),
        method.lead(view, city),
        method.index_section(view, city, services.now_ms),
        method.state_section(view),
        method.freshness_section(view),
        method.aggregation_section(view, city),
        method.data_section(view, city, services.settings),
        method.demo_section(view, services.settings),
    ]
