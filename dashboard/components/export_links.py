"""CSV · XLSX: links that take a page's table away, with the filters of its address."""

from collections.abc import Mapping

from dashboard.components.light import Node, el
from dashboard.components.view import View

FORMATS = ("csv", "xlsx")


def export_links(view: View, table: str, query: Mapping[str, str | int | None]) -> Node:
    """Links to `/export/<table>` with the page's `query`; the browser saves what it gets."""
    asked = {name: value for name, value in query.items() if name not in ("lang", "theme")}
    links = [
        el(
            "a",
            view.text(f"export.{form}"),
            href=view.href(f"/export/{table}.{form}", **asked),
            title=view.text(f"export.{form}.title"),
            data_plain="",
        )
        for form in FORMATS
    ]
    return el("nav", *links, cls="export-links", aria_label=view.text("export.label"))
