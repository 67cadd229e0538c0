"""Whose screen or print this is: faint in a corner of every desk page, plain on paper.

assets/js/desk/watermark.js adds the time and the address; without it the name still stands.
"""

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.times import offsets_text
from dashboard.components.view import View
from dashboard.house.services import current_services
from dashboard.security.sessions import current_actor


def reader(view: View) -> str:
    """The signed-in reader as a watermark names them: name, post, department."""
    actor, services = current_actor(), current_services()
    office = services.catalogue.department.get(actor.department or "")
    named = view.name(office.short) if office else None
    post = view.text(f"role.{actor.role}")
    return " · ".join(part for part in (actor.name, post, named) if part)


def watermark(view: View) -> Component:
    """The line of a desk page."""
    services = current_services()
    return html.P(
        [html.Span(reader(view)), html.Span(id="watermark-when")],
        id="watermark",
        className="watermark",
        **aria(hidden="true"),
        **data(zone=offsets_text(services.catalogue.zone, services.now_ms)),
    )
