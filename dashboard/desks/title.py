"""What a browser's tab is called: the thing it shows first, then the city and the product.

The same function names a page that is loaded and one that Dash's router changes to.
"""

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import dash
from dash import _pages
from flask import has_request_context, request

from dashboard.desks.spec import PageSpec
from dashboard.house.services import current_services

NOT_FOUND = "pages.not_found_404"  # Dash's own name for the page of what is no page


def tab_title(spec: PageSpec[Any]) -> Callable[..., str]:
    """For `dash.register_page(title=…)`."""

    def title(**path: str) -> str:
        question = spec.question({**_query(), **path})
        view, named = question.view, spec.title
        said = view.text(named) if isinstance(named, str) else named(question) if named else ""
        city = current_services().catalogue
        product = view.text("app.title", city=view.name(city.name))
        return f"{said} · {product}" if said else product

    return title


def markup_title() -> str | None:
    """The title of the page that is being loaded, escaped for HTML; None outside a request."""
    if not has_request_context():
        return None
    page, path = _pages._path_to_page(request.path.strip("/"))  # type: ignore[no-untyped-call]
    found: Any = page or dash.page_registry.get(NOT_FOUND, {})
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
