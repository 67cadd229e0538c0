"""What /sign/<code> says of a code that nobody knows, and the way it stands in the breadcrumb."""

from dashboard.components.light import Node, el
from dashboard.components.units import unit_path
from dashboard.desks.sign.sign_now import Here
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.desks.spec import Parts, Visit
from domain.unit import PLACE

PARTS = ("head", "periods", "course", "notes", "places", "definition")


def unknown(visit: Visit[SignQuestion]) -> Parts | None:
    """A word about a code that nobody knows, the sign's or the street's, and the way onward."""
    question, view, city = visit.question, visit.view, visit.city
    sign, place = city.sign.get(question.code), question.street
    if sign is None:
        said = view.text("sign.unknown", code=question.code)
        onward = el("a", view.text("signs.title"), href=view.href("/signs"))
    elif place in (None, city.code, *city.street):
        return None
    else:
        said = view.text("sign.unknown.place", code=place)
        name = view.name(sign.name)
        onward = el("a", view.text("sign.at_city", sign=name), href=question.at(None))
    nodes: Parts = {f"sign-{part}": [] for part in PARTS}
    crumb = el("b", question.code)
    return nodes | {"sign-crumbs": [crumb], "sign-head": [el("h1", said), el("p", onward)]}


def crumbs(here: Here) -> list[Node]:
    """Below the list of signs: the sign, and the street it is looked at."""
    view, sign = here.view, here.sign
    if here.place == here.city.code:
        return [el("b", here.name, aria_current="page")]
    return [
        el("a", view.name(sign.name), href=here.question.at(None)),
        el("span", "/", cls="desk-slash", aria_hidden="true"),
        el("a", here.place_name, href=view.href(unit_path(PLACE, here.place)), aria_current="page"),
    ]
