"""Light elements: plain data that assets/js/desk/light.js turns into HTML.

Dash needs some milliseconds for every component, seconds for a table of a thousand cells. Where a
page has that many, its callback returns these instead, as the data of one store. Text stays text;
tags and attributes are the few that the script knows, and links lead nowhere but to this server.

Inside `svg` only geometry and classes are taken. A `form` with method="get" asks by its address:
submitting it goes to `action` (a path of this server, else the present one) with its filled fields
as the query; with data_auto="" it does so at every change. `data_opens="id"` on a button shows a
dialog, `data_closes=""` inside it closes it. `data_plain=""` on a link leaves it to the browser
(downloads, the wall); `data_stay=""` keeps the reader's place on the page, `data_key="…"` the
focus on a link whose address changes with every click.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Node = str | list[Any]  # text, or [tag, attributes, *children]


def el(
    tag: str,
    *children: Node | None,
    cls: str | None = None,
    **attributes: str | float | bool | None,
) -> list[Any]:
    """An element. `data_x="…"` becomes data-x, `for_="…"` for; None and False leave out."""
    named = {"class": cls, **attributes}
    kept = {
        name.rstrip("_").replace("_", "-"): _written(value)
        for name, value in named.items()
        if value is not None and value is not False
    }
    return [tag, kept, *(child for child in children if child is not None)]


def _written(value: str | float | bool) -> str:
    """An attribute's text; numbers with at most two decimals, True as a bare attribute."""
    if value is True:
        return ""
    if isinstance(value, str | int):
        return str(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")


def table(
    heads: Sequence[Node], rows: Sequence[Mapping[str, Any]], columns: Sequence[str], **about: Any
) -> list[Any]:
    """A table of `columns`; a row maps column → Node or list of Nodes, `""` → its attributes.

    `about`: cls = class of the table, numbers = columns set flush right.
    """
    numbers = about.get("numbers", frozenset())
    kind = {name: "number" if name in numbers else None for name in columns}
    head = [
        el("th", text, cls=kind[name], scope="col", data_column=name)
        for name, text in zip(columns, heads, strict=True)
    ]
    body = [
        el(
            "tr",
            *(el("td", *_many(row[name]), cls=kind[name], data_column=name) for name in columns),
            **row.get("", {}),
        )
        for row in rows
    ]
    return el("table", el("thead", el("tr", *head)), el("tbody", *body), cls=about.get("cls"))


def _many(cell: Any) -> list[Node]:
    """A cell's nodes: an element is a list that begins with its tag and attributes."""
    is_element = isinstance(cell, list) and len(cell) > 1 and isinstance(cell[1], dict)
    return [cell] if isinstance(cell, str) or is_element else list(cell)
