"""What /street/<code> answers when there is nothing to show: no such place, or no data yet."""

from dashboard.components.light import Node, el
from dashboard.components.units import unit_path
from dashboard.desks.spec import Parts, Visit
from dashboard.desks.street.street_question import PlaceQuestion
from dashboard.desks.street.street_table import PATH
from domain.catalogue import Catalogue
from domain.unit import PLACE

PARTS = ("crumbs", "head", "index", "map", "troubles", "sign", "all", "committees")


def unknown(visit: Visit[PlaceQuestion]) -> Parts | None:
    """A word about a code that is no place's, and every place there is."""
    question, view, city = visit.question, visit.view, visit.city
    if question.code in city.street:
        return None
    if question.code == city.code:
        said = view.text("street.district", name=view.name(city.name))
        onward = el("a", view.text("nav.signs"), href=view.href("/signs"))
    else:
        said = view.text("street.unknown", code=question.code)
        onward = el("a", view.text("streets.title"), href=view.href(PATH))
    lists = [
        el(
            "section",
            el("h2", view.name(kind.name)),
            el("ul", *links, cls="street-list"),
        )
        for kind in city.kinds
        if (links := _links(question, city, kind.code))
    ]
    return {
        **_empty(question),
        "street-head": [el("h1", said), el("p", onward, cls="desk-lead"), *lists],
    }


def nothing_yet(visit: Visit[PlaceQuestion]) -> Parts:
    """Before the engine has judged anything: the name, and that there is no data."""
    view, question = visit.view, visit.question
    place = visit.city.street[question.code]
    title = view.name(place.name)
    return {
        **_empty(question),
        "street-crumbs": [el("b", title)],
        "street-head": [
            el("h1", title),
            el("p", view.text("wall.say.empty"), cls="desk-lead"),
        ],
    }


def _empty(question: PlaceQuestion) -> Parts:
    return {f"street-{part}": [] for part in PARTS} | {"street-crumbs": [el("b", question.code)]}


def _links(question: PlaceQuestion, city: Catalogue, kind: str) -> list[Node]:
    view = question.view
    return [
        el("li", el("a", view.name(s.name), href=view.href(unit_path(PLACE, s.code))))
        for s in city.streets
        if s.kind == kind
    ]
