"""What is not normal at a place: its open alerts with cause and owner, then what has no data."""

from typing import Any

from dashboard.components import gauge, mark
from dashboard.components.crossing import held, side
from dashboard.components.light import Node, el, table
from dashboard.components.moment import ageing
from dashboard.components.times import span, stamp
from dashboard.components.units import unit_path
from dashboard.desks.street.street_head import Here
from dashboard.desks.street.street_words import lasting, state_word
from domain.picture import Cell, reached
from domain.sign import GRADED, SEVERITY, Sign, State
from domain.unit import DEPARTMENT

COLUMNS = ("state", "sign", "value", "unit", "gauge", "why")
MOST_SILENT = 8  # signs without data listed; the others stand in the fixed places below


def troubles(here: Here, selected: str | None) -> list[Node]:
    """Heading and table; a sentence where there is nothing to list."""
    view, counts = here.view, here.standing.counts
    silent = _silent(here)
    title = view.text("street.troubles", n=len(here.troubles), silent=len(silent))
    applies = view.text(
        "street.applies", n=counts.applies, absent=counts.absent, whole=counts.whole
    )
    said: list[Node] = [el("h2", title, el("small", applies))]
    if not here.troubles and not silent:
        return [*said, el("p", view.text("street.troubles.none"), cls="desk-empty")]
    codes = [*here.troubles, *silent[:MOST_SILENT]]
    said.append(
        table(
            [_title(here, name) for name in COLUMNS],
            [_row(here, code, selected) for code in codes],
            COLUMNS,
            numbers=frozenset({"value"}),
            cls="grid-table trouble-table",
        )
    )
    if len(silent) > MOST_SILENT:
        more = view.text("street.silent.more", n=len(silent) - MOST_SILENT)
        said.append(el("p", more, cls="desk-note"))
    return said


def _silent(here: Here) -> list[str]:
    """Signs that are defined here and cannot be judged; those with an old value first."""
    found = [c for c, cell in here.cells.items() if cell.state is State.UNKNOWN]
    return sorted(found, key=lambda code: here.cells[code].at is None)


def _title(here: Here, name: str) -> Node:
    return gauge.head(here.view) if name == "gauge" else here.view.text(f"street.col.{name}")


def _row(here: Here, code: str, selected: str | None) -> dict[str, Any]:
    view, sign, cell = here.view, here.city.sign[code], here.cells[code]
    figure, unit = mark.value(view, sign, cell)
    graded = cell.state in GRADED
    return {
        "state": el("span", mark.state(view, cell)),
        "sign": el(
            "a",
            view.name(sign.short),
            href=view.href(here.question.path, sign=code),
            title=view.name(sign.name),
            data_stay="",
        ),
        "value": [figure],
        "unit": [unit],
        "gauge": [*([gauge.gauge(view, cell)] if graded else []), aged(here, cell)],
        "why": [
            el("span", _why(here, sign, cell) if graded else _why_silent(here, sign, cell)),
            el("small", *_who(here, sign, cell)),
        ],
        "": {
            "data_sign": code,
            "data_state": cell.state.value,
            "aria_current": "true" if code == selected else None,
            **ageing(sign, cell),
        },
    }


def aged(here: Here, cell: Cell) -> Node:
    """How old a value is, or the place where the browser says so later."""
    return mark.freshness_or_later(here.view, cell, here.picture.as_of, here.city.zone)


def _why(here: Here, sign: Sign, cell: Cell) -> str:
    """The threshold behind a state, or the line that clears it once the value has come back."""
    view = here.view
    if cell.value is None or cell.crossed is None:
        return ""
    if cell.clear is not None:
        return held(view, sign, cell)
    edge = mark.with_unit(view, sign, cell.crossed, threshold=True)
    key = f"street.why.{side(cell)}"
    said = view.text(key, state=state_word(view, cell.state), edge=edge)
    worse = cell.state if cell.badness is None else reached(cell.badness)
    if SEVERITY[worse] <= SEVERITY[cell.state]:
        return said
    wait = span(view, sign.raise_after_s * 1000)
    return said + view.text("street.why.rising", state=state_word(view, worse), wait=wait)


def _why_silent(here: Here, sign: Sign, cell: Cell) -> str:
    view, source = here.view, here.city.source.get(sign.source)
    name = "" if source is None else view.name(source.name)
    if cell.at is None:
        return view.text("street.why.never", source=name)
    age = span(view, max(0, here.picture.as_of - cell.at))
    return view.text(
        "street.why.stale", age=age, cadence=span(view, sign.cadence_s * 1000), source=name
    )


def _who(here: Here, sign: Sign, cell: Cell) -> list[Node]:
    """Whose it is, and since when."""
    view, owner = here.view, here.city.department[sign.department]
    name: Node = view.name(owner.tight)
    # the page of another department is not for a department: no link into a refusal
    if here.actor.owns(owner.code):
        name = el("a", name, href=view.href(unit_path(DEPARTMENT, owner.code)))
    if cell.since is None:
        return [name]
    at = stamp(cell.since, here.picture.as_of, here.city.zone)
    age = lasting(view, here.picture.as_of - cell.since)
    return [name, " · ", view.text("street.sign.since", time=at, age=age)]
