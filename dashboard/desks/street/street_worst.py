"""The places in most trouble, each in one line: what, how bad, for how long, whose."""

from collections.abc import Sequence

from dashboard.components import mark
from dashboard.components.light import Node, el
from dashboard.components.moment import ageing
from dashboard.components.units import unit_path
from dashboard.components.view import View
from dashboard.desks.street.street_standing import Standing
from dashboard.desks.street.street_words import index_text, lasting
from domain.catalogue import Catalogue
from domain.picture import Picture
from domain.sign import SEVERITY
from domain.unit import PLACE

MOST = 6


def worst_places(
    view: View, city: Catalogue, picture: Picture, standings: Sequence[Standing]
) -> Node | None:
    """Up to six places by state, then by index; None where nothing is wrong anywhere."""
    bad = [s for s in standings if s.worst is not None]
    bad.sort(key=lambda s: (-SEVERITY[s.state], s.index.value or 0.0))
    if not bad:
        return None
    lines = [_line(view, city, picture, s, s.worst) for s in bad[:MOST] if s.worst is not None]
    return el("ul", *lines, cls="street-worst", aria_label=view.text("streets.worst"))


def _line(view: View, city: Catalogue, picture: Picture, s: Standing, code: str) -> Node:
    sign, place = city.sign[code], s.place
    cell = picture.cell(code, place.code)
    owner = city.department[sign.department]
    age = "" if cell is None or cell.since is None else lasting(view, picture.as_of - cell.since)
    return el(
        "li",
        mark.state(view, s.state),
        el("a", view.name(place.short), href=view.href(unit_path(PLACE, place.code))),
        el(
            "span",
            view.name(sign.short),
            " ",
            *mark.value(view, sign, cell),
            cls="street-worst-sign",
        ),
        el("span", age, cls="street-worst-age"),
        el(
            "span",
            view.name(owner.tight),
            cls="street-worst-owner",
        ),
        el("b", index_text(s.index.value)),
        data_place=place.code,
        **ageing(sign, cell),
    )
