"""The filters of /episodes: list or counts, state, period, and fields for sign, place, owner."""

from collections.abc import Sequence

from dashboard.components.light import Node, el
from dashboard.components.period import picker
from dashboard.desks.episodes.episode_question import COUNTS, PERIODS, Question
from data_access.series.episodes import own_signs
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.sign import GRADED
from domain.text import LANGUAGES

PATH = "/episodes"


def chips(question: Question, city: Catalogue, now_ms: int) -> Node:
    """List or counts, state and beginning, as links."""
    view = question.view
    states = [(str(s), view.text(f"state.{s}")) for s in reversed(GRADED)]
    shows = [(None, view.text("episodes.show.list")), (COUNTS, view.text("episodes.show.counts"))]
    period = question.span(now_ms, city.zone)
    return el(
        "div",
        _choices(question, "show", shows),
        _choices(question, "state", [(None, view.text("episodes.all")), *states]),
        picker(view, PATH, question.chosen(), period, PERIODS),
        cls="episode-chips",
    )


def fields(question: Question, city: Catalogue, actor: Actor) -> Node:
    """Sign, place and department, each asked for as soon as it is chosen."""
    view = question.view
    places = [(city.code, view.name(city.name))]
    places += [(s.code, view.name(s.short)) for s in city.streets]
    selects = [
        _select(question, "sign", *_signs(question, city, actor)),
        _select(question, "place", *_options(places, question.place)),
    ]
    if actor.role is not Role.DEPARTMENT:
        owners = {s.department for s in city.signs}
        named = [(d.code, view.name(d.short)) for d in city.departments if d.code in owners]
        selects.append(_select(question, "department", *_options(named, question.department)))
    asked = ("sign", "place", "department")
    kept = {name: value for name, value in question.chosen().items() if name not in asked}
    kept["theme"] = view.theme
    if view.lang != LANGUAGES[0]:
        kept["lang"] = view.lang
    hidden = [
        el("input", type="hidden", name=name, value=str(value))
        for name, value in kept.items()
        if value
    ]
    about = {"method": "get", "action": PATH, "data_auto": ""}
    label = view.text("episodes.by")
    return el("form", *selects, *hidden, cls="episode-fields", aria_label=label, **about)


def _choices(question: Question, name: str, choices: Sequence[tuple[str | None, str]]) -> Node:
    view, chosen = question.view, question.chosen()
    links = [
        el(
            "a",
            text,
            cls="choice choice-here" if chosen[name] == value else "choice",
            href=view.href(PATH, **{**chosen, name: value}),
            aria_current="true" if chosen[name] == value else None,
            data_stay="",
        )
        for value, text in choices
    ]
    return el("nav", *links, cls="choices", aria_label=view.text(f"episodes.by.{name}"))


def _signs(question: Question, city: Catalogue, actor: Actor) -> list[Node]:
    """The signs that the reader may ask for, by domain."""
    own, view = own_signs(city, actor), question.view
    groups: list[Node] = []
    for domain in city.domains:
        mine = [
            (s.code, view.name(s.name))
            for s in city.signs
            if s.domain == domain.code and (own is None or s.code in own)
        ]
        if mine:
            name = view.name(domain.name)
            groups.append(el("optgroup", *_options(mine, question.sign), label=name))
    return groups


def _options(named: Sequence[tuple[str, str]], chosen: str | None) -> list[Node]:
    return [el("option", text, value=code, selected=code == chosen) for code, text in named]


def _select(question: Question, name: str, *options: Node) -> Node:
    view = question.view
    nothing = el("option", view.text("episodes.any"), value="")
    return el("label", view.text(f"episodes.{name}"), el("select", nothing, *options, name=name))
