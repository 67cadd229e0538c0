"""The list of streets, towns and special areas: sentence, filters and table, in light elements."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.components import mark
from dashboard.components.light import Node, el, table
from dashboard.components.picking import Picking, known
from dashboard.components.times import grouped, span, stamp
from dashboard.components.units import unit_path
from dashboard.components.view import View
from dashboard.desks.street.street_map import Painted
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_standing import (
    SHOWN_STATES,
    WORST_FIRST,
    Standing,
    density,
)
from dashboard.desks.street.street_words import (
    NONE,
    area_text,
    delta,
    index_text,
    kind_name,
    people_text,
    state_word,
)
from data_access.series.index_history import Past
from domain.catalogue import Catalogue
from domain.picture import Picture
from domain.sign import SEVERITY, State
from domain.unit import PLACE

PATH = "/streets"
COUNTS = ("alarm", "warning", "attention", "normal", "stale", "unknown", "absent", "whole")
COLUMNS = (
    *("name", "kind", "state", "worst", "index", "day", "week"),
    *("population", "area", "density", *COUNTS),
)
NUMBERS = frozenset({"index", "day", "week", "population", "area", "density", *COUNTS})
UNSORTED = frozenset({"kind", "worst", "absent", "whole"})
_RISING = frozenset({"index", "day", "week", "name"})  # what is of interest stands at the low end


def sentence(
    view: View, city: Catalogue, standings: Sequence[Standing], picture: Picture | None = None
) -> str:
    """The page in a sentence or three, made from its rows."""
    counted = [s for s in standings if s.place.counts]
    if all(s.state is State.UNKNOWN for s in counted):
        return _silent(view, city, counted, picture)
    found = Counter(s.state for s in counted)
    parts = [
        view.text("streets.say.item", n=found[state], state=state_word(view, state))
        for state in WORST_FIRST
        if found[state]
    ]
    said = view.text("streets.say", n=len(counted), list=view.text("streets.say.join").join(parts))
    return said + _lowest(view, city, counted) + _areas(view, len(standings) - len(counted))


def _lowest(view: View, city: Catalogue, counted: Sequence[Standing]) -> str:
    known = [s for s in counted if s.index.value is not None and s.worst is not None]
    if not known:
        return ""
    low = min(known, key=lambda s: (s.index.value or 0.0, -SEVERITY[s.state]))
    worst = city.sign[low.worst or ""]
    return view.text(
        "streets.say.lowest",
        place=view.name(low.place.name),
        index=index_text(low.index.value),
        sign=view.name(worst.short),
        state=state_word(view, low.state),
    )


def _silent(
    view: View, city: Catalogue, counted: Sequence[Standing], picture: Picture | None
) -> str:
    """No street can be judged: never heard of, too few of its signs known, or too old to tell."""
    known = [s for s in counted if s.counts.applies > s.counts.stale + s.counts.unknown]
    old = [s for s in counted if s.counts.stale]
    if known:
        return view.text("streets.say.few", n=len(counted))
    if not old or picture is None:
        return view.text("wall.say.empty")
    cells = (cell for s in old for cell in picture.at_place(s.place.code).values())
    newest = max(cell.at for cell in cells if cell.at is not None)
    return view.text(
        "streets.say.stale",
        n=len(counted),
        old=len(old),
        time=stamp(newest, picture.as_of, city.zone),
        age=span(view, max(0, picture.as_of - newest)),
    )


def _areas(view: View, n: int) -> str:
    return view.text("streets.say.areas", n=n) if n else ""


def chosen(question: ListQuestion, standings: Sequence[Standing]) -> list[Standing]:
    """The places that the question asks for, in its order; special areas after the others."""
    pick = known(question.pick, {s.place.code for s in standings})
    shown = [
        s
        for s in standings
        if question.kind in (None, s.place.kind)
        and question.state in (None, s.state.value)
        and (not pick or s.place.code in pick)
    ]
    name = (question.sort or "name").removeprefix("-")
    turned = (question.sort or "").startswith("-")
    key = _KEYS.get(name)
    if key is not None:
        told = [s for s in shown if key(s) is not None]
        told.sort(key=lambda s: key(s) or 0.0, reverse=turned is (name in _RISING))
        shown = told + [s for s in shown if key(s) is None]
    elif turned:
        shown.reverse()
    return sorted(shown, key=lambda s: not s.place.counts)


def _counted(name: str) -> Callable[[Standing], float | None]:
    return lambda s: float(getattr(s.counts, name))


def _past(past: Past | None) -> float | None:
    return None if past is None else past.value


_KEYS: dict[str, Callable[[Standing], float | None]] = {
    "state": lambda s: float(SEVERITY[s.state]),
    "index": lambda s: s.index.value,
    "day": lambda s: _past(s.day_ago),
    "week": lambda s: _past(s.week_ago),
    "population": lambda s: s.place.population,
    "area": lambda s: s.place.area_km2,
    "density": lambda s: density(s.place),
    **{name: _counted(name) for name in COUNTS},
}


def filters(question: ListQuestion, city: Catalogue, standings: Sequence[Standing]) -> Node:
    """The choices of kind and state, as links with their counts under the other choice."""
    view = question.view
    of_state = [s for s in standings if question.state in (None, s.state.value)]
    of_kind = [s for s in standings if question.kind in (None, s.place.kind)]
    kinds = Counter(s.place.kind for s in of_state)
    states = Counter(s.state.value for s in of_kind)
    by_kind: list[tuple[str | None, Node, int]] = [
        (None, view.text("streets.all"), len(of_state)),
        *((k.code, view.name(k.name), kinds[k.code]) for k in city.kinds),
    ]
    by_state: list[tuple[str | None, Node, int]] = [
        (None, view.text("streets.all"), len(of_kind)),
        *((s, mark.state(view, State(s)), states[s]) for s in SHOWN_STATES),
    ]
    return el(
        "div",
        _choices(question, "kind", by_kind),
        _choices(question, "state", by_state),
        cls="street-filters",
    )


def _choices(
    question: ListQuestion, name: str, choices: Sequence[tuple[str | None, Node, int]]
) -> Node:
    here = getattr(question, name)
    links = [
        el(
            "a",
            what,
            el("i", str(count)),
            cls="choice choice-here" if value == here else "choice",
            href=_address(question, **{name: value}),
            aria_current="true" if value == here else None,
            data_stay="",
        )
        for value, what, count in choices
    ]
    return el("nav", *links, cls="choices", aria_label=question.view.text(f"streets.by.{name}"))


def _address(question: ListQuestion, **change: str | None) -> str:
    return question.view.href(PATH, **{**question.filters(), **change})


def place_picking(question: ListQuestion, city: Catalogue) -> Picking:
    """What is picked on the map beside the list."""
    codes = known(question.pick, city.street)
    return Picking(question.view, codes, lambda pick: _address(question, pick=pick))


def place_table(question: ListQuestion, city: Catalogue, standings: Sequence[Standing]) -> Node:
    """The places that the question asks for; a word instead when there are none."""
    view, shown = question.view, chosen(question, standings)
    if not shown:
        return el("p", view.text("streets.empty"), cls="desk-empty")
    made = table(
        [_head(question, name) for name in COLUMNS],
        [_row(view, city, s) for s in shown],
        COLUMNS,
        numbers=NUMBERS,
        cls="grid-table street-table",
    )
    name, turned = (question.sort or "name").removeprefix("-"), (question.sort or "")[:1] == "-"
    rising = turned is not (name in _RISING)
    made[2][2][2 + COLUMNS.index(name)][1]["aria-sort"] = "ascending" if rising else "descending"
    return made


def _head(question: ListQuestion, name: str) -> Node:
    text = question.view.text(f"streets.col.{name}")
    if name in UNSORTED:
        return text
    turned = (question.sort or "name") == name
    address = _address(question, sort=f"-{name}" if turned else None if name == "name" else name)
    return el("a", text, href=address, data_stay="")


def _row(view: View, city: Catalogue, s: Standing) -> dict[str, Any]:
    place = s.place
    known = {name: getattr(s.counts, name) for name in COUNTS}
    return {
        "name": [
            el("a", view.name(place.name), href=view.href(unit_path(PLACE, place.code))),
            el("small", place.code),
        ],
        "kind": kind_name(view, city, place),
        "state": mark.state(view, s.state),
        "worst": _worst(view, city, s),
        "index": el("b", index_text(s.index.value), data_blind=s.counts.blind),
        "day": _then(s.index.value, s.day_ago),
        "week": _then(s.index.value, s.week_ago),
        "population": people_text(view, place.population),
        "area": area_text(place.area_km2),
        "density": NONE if density(place) is None else grouped(round(density(place) or 0)),
        **{name: _number(name, n) for name, n in known.items()},
        "": {
            "data_kind": place.kind,
            "data_overlies": None if place.counts else "",
            "data_place": place.code,
        },
    }


def _worst(view: View, city: Catalogue, s: Standing) -> Node:
    if s.worst is None:
        return NONE
    sign = city.sign[s.worst]
    return el(
        "a",
        view.name(sign.short),
        href=view.href(unit_path(PLACE, s.place.code), sign=sign.code),
        title=view.name(sign.name),
    )


def _then(now: float | None, past: Past | None) -> Node | list[Node]:
    """A past index with how far it has moved since."""
    value = _past(past)
    if value is None:
        return NONE
    moved = delta(now, value)
    return [index_text(value), *([el("small", moved)] if moved else [])]


def _number(name: str, n: int) -> Node:
    """A count; nothing to see where nothing is wrong."""
    if name in ("alarm", "warning", "attention") and n:
        return el("b", str(n), cls="street-count", data_state=name)
    return str(n) if n else el("span", "0", cls="street-zero")


def painted(view: View, city: Catalogue, standings: Sequence[Standing]) -> dict[str, Painted]:
    """How every place looks on a map, its tooltip in words."""
    return {s.place.code: Painted(s.state, _title(view, city, s)) for s in standings}


def _title(view: View, city: Catalogue, s: Standing) -> str:
    said = [view.name(s.place.name), state_word(view, s.state)]
    if s.worst is not None:
        worst = city.sign[s.worst]
        said.append(view.name(worst.name))
    return " · ".join(said)
