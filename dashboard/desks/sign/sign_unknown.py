"""What /sign/<code> says of a code that nobody knows, and the way it stands in the breadcrumb."""

from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.units import unit_path
from dashboard.desks.sign.sign_now import Here
from dashboard.desks.sign.sign_question import SignQuestion
from dashboard.house.services import Services
from domain.unit import PLACE

PARTS = ("head", "periods", "course", "notes", "places", "definition")


def unknown_sign(services: Services, question: SignQuestion) -> dict[str, list[Node]]:
    """A word about the code, and the way to all signs."""
    view = question.view
    onward = el("a", view.text("signs.title"), href=view.href("/signs"))
    said = view.text("sign.unknown", code=question.code)
    return _empty(services, question) | {"sign-head": [el("h1", said), el("p", onward)]}


def unknown_place(services: Services, question: SignQuestion) -> dict[str, list[Node]]:
    """The sign is known, the street is not: the way to the same sign of the whole city."""
    view, sign = question.view, services.catalogue.sign[question.code]
    name = view.name(sign.name)
    said = view.text("sign.unknown.place", code=question.street or "")
    onward = el("a", view.text("sign.at_city", sign=name), href=question.at(None))
    return _empty(services, question) | {"sign-head": [el("h1", said), el("p", onward)]}


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


def _empty(services: Services, question: SignQuestion) -> dict[str, list[Node]]:
    nodes: dict[str, list[Node]] = {f"sign-{part}": [] for part in PARTS}
    mark = moment(question.view, services.catalogue, services.now_ms, None, False, None)
    return nodes | {"sign-crumbs": [el("b", question.code)], "desk-mark": mark}
