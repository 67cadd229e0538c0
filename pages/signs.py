"""`/signs`: every vital sign of the city, as a table or as small multiples."""

from typing import Any

import dash
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk
from dashboard.components.view import View
from dashboard.labels import page_title

PATH = "/signs"

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path=PATH, title=page_title("nav.signs"), order=20
)


def layout(lang: Any = None, theme: Any = None, **_: Any) -> Component:
    """The frame and the question; callbacks/signs.py brings the answer."""
    view = View.of(lang, theme)
    return desk(view, Place(PATH, [(view.text("nav.signs"), None)]))
