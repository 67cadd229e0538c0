"""`/sign/<code>`: one vital sign: now, why, its course, the streets, its definition."""

from typing import Any

import dash
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk
from dashboard.components.view import View
from dashboard.labels import page_title

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path_template="/sign/<code>", title=page_title("nav.signs"), order=21
)


def layout(code: str = "", lang: Any = None, theme: Any = None, **_: Any) -> Component:
    """The frame and the question; callbacks/sign.py brings the answer."""
    view = View.of(lang, theme)
    crumbs = [(view.text("nav.signs"), view.href("/signs")), (code[:16], None)]
    return desk(view, Place(f"/sign/{code[:16]}", crumbs, section="/signs"))
