"""One sign at every street: worst first, the special areas after them, and the same on the map."""

from typing import Any

from dashboard.components import aims, gauge, mark
from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el, table
from dashboard.components.moment import ageing
from dashboard.components.picking import Picking, known, pick_bar, written
from dashboard.components.times import stamp
from dashboard.desks.sign.sign_now import Here
from dashboard.desks.street.street_map import Drawing, Painted, whole_map
from dashboard.desks.street.street_words import kind_name
from domain.freshness import Freshness
from domain.picture import Cell, how_deep
from domain.place import Street
from domain.sign import GRADED, State

COLUMNS = ("rank", "place", "gauge", "value", "unit", "state", "since")
NUMBERS = frozenset({"rank", "value"})
_AGE = {Freshness.LIVE: 0, Freshness.LATE: 0, Freshness.STALE: 1, Freshness.NEVER: 2}


def places(here: Here, drawing: Drawing) -> list[Node]:
    """The table and the map; a word where the sign is not defined below the district."""
    view, sign = here.view, here.sign
    title = el("h2", view.text("sign.places", n=len(here.city.counted)))
    if not sign.at_street:
        return [
            title,
            el(
                "p",
                view.text(
                    "sign.places.whole" if sign.whole_only else "sign.places.na", sign=here.name
                ),
                cls="desk-empty",
            ),
        ]
    if here.picture is None:
        return [title, el("p", view.text("wall.say.empty"), cls="desk-empty")]
    cells = here.picture.of_sign(sign.code)
    ranked = by_badness(here, cells)
    picking = Picking(view, known(here.question.pick, cells), here.question.picking)
    rows = [
        _row(here, street, cells[street.code], n)
        for n, street in ranked
        if not picking.codes or street.code in picking.codes
    ]
    heads: list[Node] = [view.text(f"sign.col.{name}") for name in COLUMNS]
    heads[COLUMNS.index("gauge")] = gauge.head(view)
    columns: tuple[str, ...] = COLUMNS
    aim = next((here.aims[place] for place in here.city.street if place in here.aims), None)
    if aim is not None:  # one for all streets: it stands in the head
        columns, heads = (*COLUMNS, "gap"), [*heads, aims.common_head(view, sign, aim)]
    body = table(heads, rows, columns, numbers=NUMBERS, cls="grid-table place-table")
    asked = {"sign": sign.code, "pick": written(picking.codes)}
    links = export_links(view, "sign-streets", asked)
    names = {s.code: view.name(s.short) for s in here.city.streets}
    bar = pick_bar(picking, names, view.text("pick.hint.map"))
    return [
        el("div", title, links, cls="sign-course-head"),
        el("p", _say(here, cells), cls="desk-lead"),
        el("div", el("div", bar, body), _map(here, drawing, cells, picking), cls="sign-places"),
    ]


def by_badness(here: Here, cells: dict[str, Cell]) -> list[tuple[int | None, Street]]:
    """(rank, street), worst first; without a fresh value, and special areas, without a rank.

    How bad a value is was measured by the cut-offs of its place, so that large and small streets
    compare.
    """

    def depth(street: Street) -> tuple[float, ...]:
        cell = cells[street.code]
        return (_AGE[cell.freshness], *how_deep(cell))

    found: list[tuple[int | None, Street]] = []
    listed = sorted((s for s in here.city.streets if s.code in cells), key=depth)
    counted = [s for s in listed if s.counts]
    last: tuple[float, ...] = ()
    rank = 0
    for n, street in enumerate(counted, start=1):
        now = depth(street)[:-1]  # equally bad, for however long: the same rank
        rank = n if now != last else rank
        last = now
        known = cells[street.code].state is not State.UNKNOWN
        found.append((rank if known else None, street))
    return found + [(None, s) for s in listed if not s.counts]


def _say(here: Here, cells: dict[str, Cell]) -> str:
    view = here.view
    counted = [cells[s.code] for s in here.city.counted if s.code in cells]
    parts = []
    for state in (*reversed(GRADED), State.NORMAL, State.UNKNOWN):
        n = sum(cell.state is state for cell in counted)
        if n:
            name = view.text(f"state.{state}")
            parts.append(
                view.text("signs.say.item", n=n, state=name if view.lang == "zh" else name.lower())
            )
    return view.text("sign.places.say", n=len(counted), list=view.text("signs.join").join(parts))


def _row(here: Here, street: Street, cell: Cell, rank: int | None) -> dict[str, Any]:
    view, sign = here.view, here.sign
    zone = here.city.zone
    value, unit = mark.value(view, sign, cell)
    fresh = mark.freshness_or_later(view, cell, here.now_ms, zone)
    chosen = street.code == here.place
    return {
        "": {
            **ageing(sign, cell),
            "data_kind": street.kind,
            "data_overlies": None if street.counts else "",
            "aria_current": "true" if chosen else None,
        },
        "rank": mark.DASH if rank is None else str(rank),
        "place": _place(here, street),
        "gauge": gauge.gauge(view, cell),
        "value": value,
        "unit": unit,
        "state": [mark.state(view, cell), fresh],
        "since": mark.DASH if cell.since is None else stamp(cell.since, here.now_ms, zone),
        **aims.cells(view, sign, here.aims.get(street.code)),
    }


def _place(here: Here, street: Street) -> list[Node]:
    view = here.view
    link = el("a", view.name(street.name), href=here.question.at(street.code))
    if street.counts:
        return [link]
    return [link, el("small", kind_name(view, here.city, street))]


def _map(here: Here, drawing: Drawing, cells: dict[str, Cell], picking: Picking) -> Node:
    view, sign = here.view, here.sign
    looks = {}
    for street in here.city.counted:
        cell = cells.get(street.code)
        if cell is None:
            continue
        name = view.name(street.name)
        said = f"{name} {mark.with_unit(view, sign, cell.value)} {view.text(f'state.{cell.state}')}"
        looks[street.code] = Painted(cell.state, said)
    chosen = here.place if here.place in here.city.street else None
    return whole_map(view, drawing, looks, picking, chosen)
