"""The signs that a department owns, in the district and in the streets. In light elements."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dashboard.components import aims, gauge, mark
from dashboard.components.light import Node, el, table
from dashboard.components.moment import ageing
from dashboard.components.units import sign_path
from dashboard.components.view import View
from dashboard.desks.street.street_words import lasting
from domain.aim import Aim
from domain.catalogue import Catalogue
from domain.picture import NOTHING, Cell, Picture, worst_first
from domain.sign import GRADED, Sign

COLUMNS = ("state", "sign", "value", "unit", "gauge", "streets", "lasting", "freshness", "owner")


def signs_table(
    view: View,
    catalogue: Catalogue,
    picture: Picture,
    department: str,
    now_ms: int,
    targets: Mapping[str, Aim],
) -> list[Node]:
    """Heading and table: the worst first."""
    owned = [s for s in catalogue.signs if s.department == department]
    if not owned:
        return []
    order = worst_first(owned, lambda sign: _cell(picture, sign, picture.district))
    heads: list[Node] = [
        gauge.head(view) if name == "gauge" else view.text(f"department.col.{name}")
        for name in COLUMNS
    ]
    rows = [_row(view, catalogue, picture, sign, now_ms) for sign in order]
    columns: tuple[str, ...] = COLUMNS
    if any(sign.code in targets for sign in order):  # before the owner
        columns = (*COLUMNS[:-1], *aims.COLUMNS, COLUMNS[-1])
        heads[-1:-1] = aims.heads(view)
        for sign, row in zip(order, rows, strict=True):
            row |= aims.cells(view, sign, targets.get(sign.code))
    return [
        el("h2", view.text("department.signs"), el("small", str(len(owned)))),
        table(
            heads,
            rows,
            columns,
            numbers=frozenset({"value"}),
            cls="grid-table department-table",
        ),
    ]


def _cell(picture: Picture, sign: Sign, place: str) -> Cell:
    return (picture.cell(sign.code, place) if sign.code in picture.signs else None) or NOTHING


def _row(
    view: View, catalogue: Catalogue, picture: Picture, sign: Sign, now_ms: int
) -> dict[str, Any]:
    cell = _cell(picture, sign, picture.district)
    figure, unit = mark.value(view, sign, cell)
    fresh = mark.freshness(view, cell, now_ms, catalogue.zone)
    graded = cell.state in GRADED and cell.since is not None
    note = sign.owner_note if view.lang == "zh" else ""
    return {
        "": ageing(sign, cell),
        "state": mark.state(view, cell),
        "sign": el("a", view.name(sign.name), href=view.href(sign_path(sign.code))),
        "value": [figure],
        "unit": [unit],
        "gauge": gauge.gauge(view, cell),
        "streets": _streets(view, catalogue, picture, sign),
        "lasting": lasting(view, now_ms - (cell.since or 0)) if graded else "",
        "freshness": [fresh] if fresh is not None else "",
        "owner": note or mark.DASH,
    }


def _streets(view: View, catalogue: Catalogue, picture: Picture, sign: Sign) -> list[Node]:
    """In how many streets and towns the sign is in which trouble."""
    if not sign.at_street:
        return [mark.no_state(view, sign)]
    cells = picture.of_sign(sign.code) if sign.code in picture.signs else {}
    found = Counter(cells[s.code].state for s in catalogue.counted if s.code in cells)
    said: list[Node] = [
        el("span", mark.state(view, state, word=False), str(found[state]), cls="department-count")
        for state in reversed(GRADED)
        if found[state]
    ]
    return said or [mark.DASH]
