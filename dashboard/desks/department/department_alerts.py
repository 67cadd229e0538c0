"""What stands open of a department's signs, the longest standing first. In light elements."""

from typing import Any, NamedTuple

from dashboard.components import gauge, mark
from dashboard.components.light import Node, el, table
from dashboard.components.moment import ageing
from dashboard.components.times import stamp
from dashboard.components.units import sign_path, unit_path
from dashboard.components.view import View
from dashboard.desks.street.street_words import lasting, state_word
from domain.catalogue import Catalogue
from domain.picture import Cell, Picture
from domain.sign import Sign, State
from domain.unit import PLACE

OPEN = (State.ALARM, State.WARNING)
MOST = 60
COLUMNS = ("state", "sign", "place", "value", "unit", "gauge", "since", "lasting", "due")


class Open(NamedTuple):
    """A sign that is in warning or alarm at a place."""

    sign: Sign
    place: str
    cell: Cell


def open_alerts(catalogue: Catalogue, picture: Picture, department: str) -> list[Open]:
    """Those of a department's signs, the longest standing first; special areas left out."""
    counted = {picture.district, *(street.code for street in catalogue.counted)}
    found = [
        Open(sign, place, cell)
        for sign in catalogue.signs
        if sign.department == department and sign.code in picture.signs
        for place, cell in picture.of_sign(sign.code).items()
        if cell.state in OPEN and place in counted
    ]
    # one whose beginning is not known has stood at least as long as anything that is
    return sorted(found, key=lambda o: (o.cell.since or 0, OPEN.index(o.cell.state), o.sign.code))


def overdue(catalogue: Catalogue, alerts: list[Open], now_ms: int) -> int:
    """How many have stood longer than their state's limit."""
    due = [catalogue.due(alert.cell.state, alert.cell.since) for alert in alerts]
    return sum(at is not None and at < now_ms for at in due)


def unknown(catalogue: Catalogue, picture: Picture, department: str) -> int:
    """How many of a department's signs have no state in the district: nobody knows them calm."""
    cells = picture.at_place(picture.district)
    states = [
        cells[sign.code].state if sign.code in cells else State.UNKNOWN
        for sign in catalogue.signs
        if sign.department == department
    ]
    return states.count(State.UNKNOWN)


def alerts_table(
    view: View, catalogue: Catalogue, picture: Picture, found: list[Open], dark: int, now_ms: int
) -> list[Node]:
    """Heading, table and a note; a sentence where nothing is open. `dark`: signs without data."""
    said: list[Node] = [el("h2", view.text("department.alerts"), el("small", str(len(found))))]
    if not found:
        text = view.text("department.alerts.none")
        text += view.text("department.say.unknown", n=dark) if dark else ""
        return [*said, el("p", text, cls="desk-empty")]
    heads = [
        gauge.head(view) if name == "gauge" else view.text(f"department.col.{name}")
        for name in COLUMNS
    ]
    said.append(
        table(
            heads,
            [_row(view, catalogue, picture, alert, now_ms) for alert in found[:MOST]],
            COLUMNS,
            numbers=frozenset({"value"}),
            cls="grid-table department-table",
        )
    )
    if len(found) > MOST:
        more = view.text("department.alerts.more", n=len(found) - MOST)
        said.append(el("p", more, cls="desk-note"))
    note = view.text("department.alerts.note") + _limits(view, catalogue)
    return [*said, el("p", note, cls="desk-note")]


def _limits(view: View, catalogue: Catalogue) -> str:
    if not catalogue.limits:
        return view.text("department.alerts.unlimited")
    parts = [
        view.text(
            "department.alerts.limit",
            state=state_word(view, state),
            span=lasting(view, catalogue.limits[state]),
        )
        for state in OPEN
        if state in catalogue.limits
    ]
    return view.text("department.alerts.limits", list=view.text("rankings.join").join(parts))


def _due(view: View, catalogue: Catalogue, cell: Cell, now_ms: int) -> Node:
    due = catalogue.due(cell.state, cell.since)
    if due is None:
        return mark.DASH
    if due < now_ms:
        said = view.text("department.due.over", span=lasting(view, now_ms - due))
        return el("b", said, cls="department-overdue")
    return view.text("department.due.left", span=lasting(view, due - now_ms))


def place_name(view: View, catalogue: Catalogue, place: str) -> str:
    """A street's name, or the word for the whole district."""
    street = catalogue.street.get(place)
    if street is None:
        return view.text("department.alerts.district")
    return view.name(street.name)


def _row(
    view: View, catalogue: Catalogue, picture: Picture, alert: Open, now_ms: int
) -> dict[str, Any]:
    sign, cell, since = alert.sign, alert.cell, alert.cell.since
    figure, unit = mark.value(view, sign, cell)
    name = place_name(view, catalogue, alert.place)
    at_street = alert.place in catalogue.street
    address = view.href(sign_path(sign.code), street=alert.place if at_street else None)
    place = el("a", name, href=view.href(unit_path(PLACE, alert.place))) if at_street else name
    begun = since and stamp(since, now_ms, catalogue.zone)
    return {
        "": ageing(sign, cell),
        "state": mark.state(view, cell),
        "sign": el("a", view.name(sign.name), href=address),
        "place": place,
        "value": [figure],
        "unit": [unit],
        "gauge": gauge.gauge(view, cell),
        "since": begun or mark.DASH,
        "lasting": mark.DASH if since is None else lasting(view, now_ms - since),
        "due": _due(view, catalogue, cell, now_ms),
    }
