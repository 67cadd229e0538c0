"""The frame of every page but the wall: navigation on the left, where-am-I on top."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import aria, data
from dashboard.components.view import View
from dashboard.components.watermark import watermark
from dashboard.desks.registry import pages
from dashboard.desks.spec import Crumb, Nav, Query
from dashboard.house.services import current_services
from dashboard.security import csrf
from dashboard.security.sessions import current_session
from domain.actor import Actor, Role


class Place(NamedTuple):
    """Where in the product a page stands."""

    path: str
    crumbs: Sequence[Crumb]  # below the city, itself last
    query: Query  # the filters that its address holds
    section: str | None = None  # the entry of the navigation it belongs to, when it has none


def desk(view: View, place: Place, *body: Any) -> Component:
    """A page in its frame."""
    return html.Div(
        [
            html.A(view.text("nav.skip"), href="#main", className="desk-skip"),
            _navigation(view, place),
            html.Div([_bar(view, place.crumbs), html.Main(body, id="main")], className="desk-page"),
            watermark(view),
        ],
        className="desk",
    )


def silence_banner(view: View, after_s: float) -> Component:
    """Shown by assets/js/desk/light.js when nothing has been painted for `after_s` seconds."""
    about = data(after=f"{after_s:g}")
    return html.P(view.text("desk.silent"), id="desk-silent", role="alert", **about)


def _navigation(view: View, place: Place) -> Component:
    city = current_services().catalogue
    entries = _entries(current_session().actor)
    here = place.path if place.path in entries else place.section
    links = [_link(view, entry, path, path == here) for path, entry in entries.items()]
    return html.Header(
        [
            html.P(
                [view.text("app.name"), html.Small(view.name(city.short))],
                className="desk-brand",
            ),
            html.Nav(links, className="desk-links", **aria(label=view.text("nav.label"))),
            _account(view, place),
        ],
        className="desk-nav",
    )


def _entries(actor: Actor) -> dict[str, Nav]:
    """Address → entry of what the navigation offers to a reader."""
    found: dict[str, Nav] = {}
    for spec in pages():
        if spec.nav is None or actor.role not in spec.roles:
            continue
        path = spec.path if spec.nav.own is None else spec.nav.own(actor)
        if path is not None:
            found[path] = spec.nav
    return found


def _link(view: View, entry: Nav, path: str, here: bool) -> Component:
    kind = html.A if entry.whole_page else dcc.Link
    address = View(view.lang).href(path) if entry.whole_page else view.href(path)
    name = "desk-link desk-link-here" if here else "desk-link"
    said: list[Any] = [view.text(entry.label)]
    if entry.number is not None:
        said.append(html.Small(entry.number(current_services().catalogue)))
    return kind(said, href=address, className=name)


def _account(view: View, place: Place) -> Component:
    """Who is signed in, the other language, the way out."""
    services, session = current_services(), current_session()
    actor, other = session.actor, view.other_language()
    owner = services.catalogue.department.get(actor.department or "")
    role = view.text(f"role.{actor.role}")
    post = f"{role} · {view.name(owner.short)}" if owner else role
    token = csrf.csrf_token(services.secret, session.id_hash)
    out: list[Any] = [
        html.Span("·", **aria(hidden="true")),
        dcc.Input(type="hidden", name=csrf.FIELD, value=token),
        html.Button(view.text("nav.signout"), type="submit"),
    ]
    if actor.role is Role.SCREEN:  # a passer-by must not put a wall out
        out = []
    return html.Div(
        [
            html.P(actor.name, className="desk-who"),
            html.P(post),
            html.Form(
                [
                    html.A(view.text("language.other"), href=other.href(place.path, **place.query)),
                    *out,
                ],
                action="/logout",
                method="POST",
            ),
        ],
        className="desk-account",
    )


def _bar(view: View, crumbs: Sequence[Crumb]) -> Component:
    city = current_services().catalogue
    steps: list[Any] = [html.Span(view.name(city.name))]
    for text, address in crumbs:
        steps.append(html.Span("/", className="desk-slash", **aria(hidden="true")))
        if isinstance(text, Component):  # a step with a menu of its own
            steps.append(text)
            continue
        last = (text, address) == crumbs[-1]
        if address is not None and not last:
            steps.append(dcc.Link(text, href=address))
        else:
            steps.append(html.B(text, **(aria(current="page") if last else {})))
    return html.Div(
        [
            html.Nav(steps, className="desk-crumbs", **aria(label=view.text("nav.breadcrumb"))),
            html.Div(id="desk-mark", className="desk-mark"),
        ],
        className="desk-bar",
    )
