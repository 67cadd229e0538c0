"""A button that saves a chart or a drawing of its page as a PNG (by assets/js/desk/picture.js).

The picture carries its title, the page's data time, the source, 演示数据 where the page says so,
and who took it when: it must not be mistaken for anything else once it has left the page.
"""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.light import Node, el
from dashboard.components.view import View
from dashboard.components.watermark import reader


def png_button(view: View, target: str, title: str, source: str | None = None) -> Node:
    """As a light element; `target` = id of the element that holds the chart or the SVG."""
    about = _about(view, target, title, source)
    return el("button", view.text("png.button"), type="button", cls="png-button", **about)


def png_component(view: View, target: str, title: str, source: str | None = None) -> Component:
    """The same for a page that is laid out in Dash components."""
    about: dict[str, Any] = {
        name.replace("_", "-"): value for name, value in _about(view, target, title, source).items()
    }
    return html.Button(view.text("png.button"), type="button", className="png-button", **about)


def _about(view: View, target: str, title: str, source: str | None) -> dict[str, str]:
    said = "" if source is None else view.text("png.source", source=source)
    return {
        "title": view.text("png.title"),
        "data_picture": target,
        "data_heading": title,
        "data_source": said,
        "data_reader": reader(view),
        "data_busy": view.text("png.busy"),
        "data_failed": view.text("png.failed"),
    }
