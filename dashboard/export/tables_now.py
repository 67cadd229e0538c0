"""Tables of the present, made from the same picture as the wall and the pages."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.components.crossing import crossing
from dashboard.components.mark import absence
from dashboard.components.picking import known, picked, said_names
from dashboard.desks.signs.signs_list import chosen, lines
from dashboard.desks.signs.signs_question import SignsQuestion
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_standing import standing
from dashboard.desks.street.street_table import chosen as chosen_places
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Document, Kind, Row, rounded
from dashboard.export.meaning import meaning, weights_facts
from dashboard.export.targets import row_of, target_cells, target_columns
from domain.freshness import Freshness
from domain.picture import Cell, Picture
from domain.sign import Sign, State

_TIME = 20
_COUNTS = ("alarm", "warning", "attention", "normal", "stale", "unknown", "absent", "whole")


def signs(ask: Ask) -> Document:
    """The signs of the district that /signs shows, in its order."""
    picture, city, question = ask.picture(), ask.city, SignsQuestion.of(ask.given)
    cells = picture.at_place(city.code)
    every = lines(ask.view, city, cells)
    shown = [line.sign for line in chosen(question, every)]
    return _signs_at(ask, picture, city.code, shown, "signs")


def street_signs(ask: Ask) -> Document:
    """Every sign at one street; 不适用 where it is not defined there."""
    return _signs_at(ask, ask.picture(), ask.place("code"), ask.city.signs, "street-signs")


def sign_streets(ask: Ask) -> Document:
    """One sign at every street, town and area."""
    sign, picture = ask.sign(), ask.picture()
    cells = picture.of_sign(sign.code)
    kind = ask.choice("kind", {s.kind for s in ask.city.streets})
    pick = known(picked(ask.given.get("pick")), cells)
    streets = [
        s for s in ask.city.streets if kind in (None, s.kind) and (not pick or s.code in pick)
    ]
    targets = target_cells(ask, picture, tuple(s.code for s in streets), [sign])
    columns = (
        *(ask.column("place_code"), ask.column("place", width=22), ask.column("kind")),
        *(*_value_columns(ask, sign.decimals), *target_columns(ask, targets)),
    )
    rows = [
        (
            *(s.code, ask.place_name(s.code), _kind(ask, s.kind)),
            *(*_value(ask, sign, cells.get(s.code)), *row_of(targets, s.code, sign.code)),
        )
        for s in streets
    ]
    facts = ask.marks(
        picture.as_of,
        sign=ask.sign_name(sign.code),
        kind=kind and _kind(ask, kind),
        pick=said_names(ask.view, _place_names(ask), pick),
    )
    demo = any(cell.demo for cell in cells.values())
    made = ask.short("sign-streets", columns, rows, facts, meaning(ask, [sign]), demo=demo)
    return replace(made, picked=len(pick))


def streets(ask: Ask) -> Document:
    """The streets that /streets shows, each with its index and how its signs stand."""
    picture, question = ask.picture(), ListQuestion.of(ask.given, ask.city.kind)
    found = [standing(ask.city, picture, street) for street in ask.city.streets]
    pick = known(question.pick, ask.city.street)
    numbers = ("index", "index_low", *_COUNTS)
    columns = (
        *(ask.column("place_code"), ask.column("place", width=22), ask.column("kind")),
        ask.column("state"),
        *(_number(ask, name, 2 if name.startswith("index") else 0) for name in numbers),
        *(_number(ask, "population", 0), _number(ask, "area", 2)),
    )
    rows = [
        (
            *(s.place.code, ask.place_name(s.place.code), _kind(ask, s.place.kind)),
            ask.view.text(f"state.{s.state}"),
            *(s.index.value, s.index.low),
            *(getattr(s.counts, name) for name in _COUNTS),
            *(s.place.population, s.place.area_km2),
        )
        for s in chosen_places(question, found)
    ]
    facts = ask.marks(
        picture.as_of,
        kind=question.kind and _kind(ask, question.kind),
        state=question.state and ask.view.text(f"state.{question.state}"),
        pick=said_names(ask.view, _place_names(ask), pick),
    )
    facts += weights_facts(ask, ask.city.weights_over(picture.as_of, picture.as_of + 1))
    made = ask.short("streets", columns, rows, facts, _index(ask), demo=ask.simulated())
    return replace(made, picked=len(pick))


def _place_names(ask: Ask) -> dict[str, str]:
    return {s.code: ask.place_name(s.code) for s in ask.city.streets}


def _kind(ask: Ask, code: str) -> str:
    kind = ask.city.kind.get(code)
    return ask.view.name(kind.name) if kind else code


def _signs_at(ask: Ask, picture: Picture, place: str, shown: Sequence[Sign], name: str) -> Document:
    cells = picture.at_place(place)
    targets = target_cells(ask, picture, (place,), shown)
    columns = (
        *(ask.column("sign_code"), ask.column("sign", width=24), ask.column("domain")),
        *(ask.column("goal"), *_value_columns(ask, None)),
        *(ask.column("owner", width=22), ask.column("source", width=22)),
        *target_columns(ask, targets),
    )
    rows = [
        (*_sign_row(ask, sign, cells.get(sign.code)), *row_of(targets, place, sign.code))
        for sign in shown
    ]
    filters = _filters(ask) if name == "signs" else {}  # a street's table has all its signs
    facts = ask.marks(picture.as_of, place=ask.place_name(place), **filters)
    demo = any(cells[s.code].demo for s in shown if s.code in cells)
    return ask.short(name, columns, rows, facts, meaning(ask, shown), demo=demo)


def _filters(ask: Ask) -> dict[str, str | None]:
    """What /signs has been filtered for."""
    return {
        "domain": _named(ask, "domain"),
        "goal": _named(ask, "goal"),
        "state": (s := ask.choice("state", State)) and ask.view.text(f"state.{s}"),
        "freshness": (f := ask.choice("freshness", Freshness)) and ask.view.text(f"freshness.{f}"),
        "q": ask.code("q"),
        "department": (d := ask.choice("department", ask.city.department))
        and ask.department_name(d),
    }


def _sign_row(ask: Ask, sign: Sign, cell: Cell | None) -> Row:
    source = ask.city.source.get(sign.source)
    names = {named.code: named for named in (*ask.city.domains, *ask.city.goals)}
    return (
        sign.code,
        ask.sign_name(sign.code),
        *(ask.view.name(names[c].name) for c in (sign.domain, sign.goal)),
        *_value(ask, sign, cell),
        ask.department_name(sign.department),
        ask.view.name(source.name) if source else sign.source,
    )


def _value_columns(ask: Ask, decimals: int | None) -> tuple[Column, ...]:
    number = Column(ask.text("col.value"), Kind.NUMBER, 12, decimals)
    threshold = Column(ask.text("col.threshold"), Kind.NUMBER, 12)
    return (
        *(number, ask.column("unit"), ask.column("state"), ask.column("freshness")),
        *(ask.column(n, Kind.TIME, _TIME) for n in ("observed", "since")),
        *(threshold, ask.column("crossing"), ask.column("nature")),
    )


def _value(ask: Ask, sign: Sign, cell: Cell | None) -> Row:
    """The cells of `_value_columns`; a value that is not fresh says so beside it."""
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


def _index(ask: Ask) -> tuple[tuple[str, ...], ...]:
    """What the index is, in the words of the method page."""
    heads = (ask.text("meaning.name"), ask.text("meaning.formula"))
    rule = ask.view.text("about.index.formula")
    return (heads, (ask.text("col.index"), rule), (ask.text("col.index_low"), ask.text("low.rule")))


def _named(ask: Ask, what: str) -> str | None:
    named = {n.code: n for n in (ask.city.domains if what == "domain" else ask.city.goals)}
    code = ask.choice(what, named)
    return ask.view.name(named[code].name) if code else None


def _number(ask: Ask, name: str, decimals: int) -> Column:
    return Column(ask.text(f"col.{name}"), Kind.NUMBER, 10, decimals)
