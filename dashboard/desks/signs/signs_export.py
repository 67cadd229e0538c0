"""The table of /signs, made from the same picture as the wall and the page."""

from dashboard.desks.signs.signs_list import chosen, lines
from dashboard.desks.signs.signs_question import SignsQuestion
from dashboard.export.ask import Ask
from dashboard.export.document import Document
from dashboard.export.present import signs_at
from domain.freshness import Freshness
from domain.sign import State


def signs(ask: Ask) -> Document:
    """The signs of the district that /signs shows, in its order."""
    picture, city, question = ask.picture(), ask.city, SignsQuestion.of(ask.given)
    cells = picture.at_place(city.code)
    every = lines(ask.view, city, cells)
    shown = [line.sign for line in chosen(question, every)]
    return signs_at(ask, picture, city.code, shown, "signs", _filters(ask))


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


def _named(ask: Ask, what: str) -> str | None:
    named = {n.code: n for n in (ask.city.domains if what == "domain" else ask.city.goals)}
    code = ask.choice(what, named)
    return ask.view.name(named[code].name) if code else None
