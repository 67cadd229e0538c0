"""What a browser's tab is called: the thing it shows first, then the city and the product.

The same function names a page that is loaded and one that Dash's router changes to.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import dash
from dash import _pages
from flask import has_request_context, request

from dashboard.components.view import View
from dashboard.house.services import current_services
from dashboard.security.sessions import current_session

Asked = Mapping[str, str]  # the address's query, and what the path names
Naming = Callable[[View, Asked], str]


def tab_title(name: str | Naming | None) -> Callable[..., str]:
    """For `register_page(title=…)`: a label, what names an address, None for the wall."""

    def title(**path: str) -> str:
        asked = {**_query(), **path}
        view = View.of(asked.get("lang"))
        said = view.text(name) if isinstance(name, str) else name(view, asked) if name else ""
        city = current_services().catalogue
        product = view.text("app.title", city=view.name(city.name))
        return f"{said} · {product}" if said else product

    return title


def sign_named(view: View, asked: Asked) -> str:
    """A sign, and the place whose page of it this is."""
    city = current_services().catalogue
    sign, street = city.sign.get(asked.get("code", "")), city.street.get(asked.get("street", ""))
    if sign is None:
        return view.text("nav.signs")
    name = view.name(sign.name)
    return name if street is None else f"{name} · {view.name(street.name)}"


def street_named(view: View, asked: Asked) -> str:
    """A street, town or special area."""
    street = current_services().catalogue.street.get(asked.get("code", ""))
    return view.text("nav.streets") if street is None else view.name(street.name)


def department_named(view: View, asked: Asked) -> str:
    """A department; to whoever may not open it, its page has no name."""
    if not current_session().actor.owns(asked.get("code")):
        return view.text("department.title")
    found = current_services().catalogue.department.get(asked.get("code", ""))
    return view.text("department.title") if found is None else view.name(found.name)


def source_named(view: View, asked: Asked) -> str:
    """The list of sources, or the one that is looked at."""
    title, found = view.text("sources.title"), asked.get("source", "")
    source = current_services().catalogue.source.get(found)
    name = view.name(source.name) if source else found[:64]
    return f"{name} · {title}" if name else title


def markup_title() -> str | None:
    """The title of the page that is being loaded, escaped for HTML; None outside a request."""
    if not has_request_context():
        return None
    page, path = _pages._path_to_page(request.path.strip("/"))  # type: ignore[no-untyped-call]
    found: Any = page or dash.page_registry.get("pages.not_found_404", {})
    title = found.get("title", "")
    return escape(title(**(path or {})) if callable(title) else title)


def _query() -> dict[str, str]:
    """The query of the page: of the request itself, or what the router was told of the address."""
    if request.method != "POST":
        return request.args.to_dict()
    body: Any = request.get_json(silent=True)
    inputs = body.get("inputs", ()) if isinstance(body, dict) else ()
    found = (
        i.get("value") for i in inputs if isinstance(i, dict) and i.get("property") == "search"
    )
    search = next(found, "")
    return dict(parse_qsl(search.removeprefix("?"))) if isinstance(search, str) else {}
