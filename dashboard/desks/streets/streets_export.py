"""The table of /streets, made from the same picture as the wall and the page."""

from dataclasses import replace

from dashboard.components.picking import known, said_names
from dashboard.desks.street.street_question import ListQuestion
from dashboard.desks.street.street_standing import standing
from dashboard.desks.street.street_table import chosen
from dashboard.export.ask import Ask
from dashboard.export.document import Column, Document, Kind
from dashboard.export.meaning import weights_facts
from dashboard.export.present import kind_name, place_names

_COUNTS = ("alarm", "warning", "attention", "normal", "stale", "unknown", "absent", "whole")


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
            *(s.place.code, ask.place_name(s.place.code), kind_name(ask, s.place.kind)),
            ask.view.text(f"state.{s.state}"),
            *(s.index.value, s.index.low),
            *(getattr(s.counts, name) for name in _COUNTS),
            *(s.place.population, s.place.area_km2),
        )
        for s in chosen(question, found)
    ]
    facts = ask.marks(
        picture.as_of,
        kind=question.kind and kind_name(ask, question.kind),
        state=question.state and ask.view.text(f"state.{question.state}"),
        pick=said_names(ask.view, place_names(ask), pick),
    )
    facts += weights_facts(ask, ask.city.weights_over(picture.as_of, picture.as_of + 1))
    made = ask.short("streets", columns, rows, facts, _index(ask), demo=ask.simulated())
    return replace(made, picked=len(pick))


def _index(ask: Ask) -> tuple[tuple[str, ...], ...]:
    """What the index is, in the words of the method page."""
    heads = (ask.text("meaning.name"), ask.text("meaning.formula"))
    rule = ask.view.text("about.index.formula")
    return (heads, (ask.text("col.index"), rule), (ask.text("col.index_low"), ask.text("low.rule")))


def _number(ask: Ask, name: str, decimals: int) -> Column:
    return Column(ask.text(f"col.{name}"), Kind.NUMBER, 10, decimals)
