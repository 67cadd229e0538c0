"""The village and neighbourhood committees of a place: names and codes, nothing made up.

No reading of this system carries a committee, so there is no value to show at that level, and the
page says so once.
"""

from collections.abc import Sequence

from dashboard.components.light import Node, el
from dashboard.desks.street.street_head import Here
from domain.place import Committee

SHOWN = 30


def committees_of(here: Here) -> list[Committee]:
    """The committees of the place in the catalogue's order."""
    return [c for c in here.city.committees if c.street == here.standing.place.code]


def committees(here: Here) -> list[Node]:
    """Heading, the reason why there are no values, and the names; the later ones folded."""
    view, own = here.view, committees_of(here)
    heading = el("h2", view.text("street.committees", n=len(own)))
    if not own:
        return [heading, el("p", view.text("street.committees.none"), cls="desk-note")]
    asked = here.question.committee
    unknown = asked is not None and all(c.code != asked for c in own)
    missing = el("p", view.text("street.committee.unknown"), cls="desk-note") if unknown else None
    note = el("p", view.text("street.committees.note"), cls="desk-note")
    said = [heading, note, missing, _list(here, own[:SHOWN])]
    rest = own[SHOWN:]
    if rest:
        more = view.text("street.committees.more", n=len(rest))
        inside = any(c.code == asked for c in rest)
        said.append(
            el(
                "details",
                el("summary", more),
                _list(here, rest),
                open=inside,
                cls="street-more",
                id="street-more",
            )
        )
    return [node for node in said if node is not None]


def _list(here: Here, some: Sequence[Committee]) -> Node:
    return el("ul", *(_one(here, c) for c in some), cls="street-committees")


def _one(here: Here, committee: Committee) -> Node:
    question, view = here.question, here.view
    mine = committee.code == question.committee
    other = None if mine else committee.code
    address = view.href(question.path, sign=question.sign, committee=other)
    return el(
        "li",
        el("a", here.view.name(committee.name), href=address, data_stay=""),
        el("small", committee.code),
        id=f"committee-{committee.code}",
        aria_current="true" if mine else None,
    )
