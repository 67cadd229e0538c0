"""Columns that tables of the present share: a sign's value with all that goes with it."""

from collections.abc import Mapping, Sequence

from dashboard.components.crossing import crossing
from dashboard.components.mark import absence
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Document, Kind, Row, rounded
from dashboard.export.meaning import meaning
from dashboard.export.targets import row_of, target_cells, target_columns
from domain.picture import Cell, Picture
from domain.sign import Sign

_TIME = 20


def signs_at(
    ask: Ask,
    picture: Picture,
    place: str,
    shown: Sequence[Sign],
    name: str,
    filters: Mapping[str, str | None],
) -> Document:
    """The table of signs at one place, as they stand now."""
    cells = picture.at_place(place)
    targets = target_cells(ask, picture, (place,), shown)
    columns = (
        *(ask.column("sign_code"), ask.column("sign", width=24), ask.column("domain")),
        *(ask.column("goal"), *value_columns(ask, None)),
        *(ask.column("owner", width=22), ask.column("source", width=22)),
        *target_columns(ask, targets),
    )
    rows = [
        (*_sign_row(ask, sign, cells.get(sign.code)), *row_of(targets, place, sign.code))
        for sign in shown
    ]
    facts = ask.marks(picture.as_of, place=ask.place_name(place), **filters)
    demo = any(cells[s.code].demo for s in shown if s.code in cells)
    return ask.short(name, columns, rows, facts, meaning(ask, shown), demo=demo)


def _sign_row(ask: Ask, sign: Sign, cell: Cell | None) -> Row:
    source = ask.city.source.get(sign.source)
    names = {named.code: named for named in (*ask.city.domains, *ask.city.goals)}
    return (
        sign.code,
        ask.sign_name(sign.code),
        *(ask.view.name(names[c].name) for c in (sign.domain, sign.goal)),
        *value_cells(ask, sign, cell),
        ask.department_name(sign.department),
        ask.view.name(source.name) if source else sign.source,
    )


def value_columns(ask: Ask, decimals: int | None) -> tuple[Column, ...]:
    """Value, unit, state, freshness, times, threshold and nature of a value."""
    number = Column(ask.text("col.value"), Kind.NUMBER, 12, decimals)
    threshold = Column(ask.text("col.threshold"), Kind.NUMBER, 12)
    return (
        *(number, ask.column("unit"), ask.column("state"), ask.column("freshness")),
        *(ask.column(n, Kind.TIME, _TIME) for n in ("observed", "since")),
        *(threshold, ask.column("crossing"), ask.column("nature")),
    )


def value_cells(ask: Ask, sign: Sign, cell: Cell | None) -> Row:
    """The cells of `value_columns`; a value that is not fresh says so beside it."""
    unit = ask.view.name(sign.measured_in)
    if cell is None:
        return (None, unit, absence(ask.view, sign), None, None, None, None, None, None)
    return (
        rounded(cell.value, sign.decimals),
        unit,
        ask.view.text(f"state.{cell.state}"),
        ask.view.text(f"freshness.{cell.freshness}"),
        cell.at,
        cell.since,
        rounded(cell.crossed, sign.decimals + 1),  # one digit more, as beside the state
        crossing(ask.view, sign, cell) or None,
        None if cell.at is None else ask.text("nature.demo" if cell.demo else "nature.measured"),
    )


def kind_name(ask: Ask, code: str) -> str:
    """The name of a kind of places."""
    kind = ask.city.kind.get(code)
    return ask.view.name(kind.name) if kind else code


def place_names(ask: Ask) -> dict[str, str]:
    """Code → name of every street, town and area."""
    return {s.code: ask.place_name(s.code) for s in ask.city.streets}
