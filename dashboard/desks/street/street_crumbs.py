"""The way 区 → 街镇 → 村居 with a menu at each step: siblings of the place, its committees."""

from dashboard.components.light import Node, el
from dashboard.components.units import unit_path
from dashboard.desks.street.street_committees import committees_of
from dashboard.desks.street.street_head import Here
from domain.place import Committee
from domain.unit import PLACE


def crumbs(here: Here) -> list[Node]:
    """The part of the breadcrumb below the list of streets."""
    view, place = here.view, here.standing.place
    slash = el("span", "/", cls="desk-slash", aria_hidden="true")
    steps: list[Node] = [_menu("place", view.name(place.name), _siblings(here))]
    own = committees_of(here)
    if own:
        asked = next((c for c in own if c.code == here.question.committee), None)
        name = view.name(asked.name) if asked else view.text("street.committees.all", n=len(own))
        steps += [slash, _menu("committee", name, [el("ul", *(_committee(here, c) for c in own))])]
    return steps


def _menu(name: str, title: str, body: list[Node]) -> Node:
    panel = el("div", *body, cls="crumb-panel")
    return el(
        "details", el("summary", title), panel, cls="crumb-menu", id=f"crumb-{name}", data_menu=name
    )


def _siblings(here: Here) -> list[Node]:
    view = here.view
    said: list[Node] = []
    for kind in here.city.kinds:
        places = [s for s in here.city.streets if s.kind == kind.code]
        links = [
            el(
                "li",
                el(
                    "a",
                    view.name(s.short),
                    href=view.href(unit_path(PLACE, s.code), sign=here.question.sign),
                    aria_current="page" if s.code == here.standing.place.code else None,
                ),
            )
            for s in places
        ]
        if links:
            said += [el("p", view.name(kind.name)), el("ul", *links)]
    return said


def _committee(here: Here, committee: Committee) -> Node:
    code, question = committee.code, here.question
    address = here.view.href(question.path, sign=question.sign, committee=code)
    current = "true" if code == question.committee else None
    return el("li", el("a", here.view.name(committee.name), href=address, aria_current=current))
