"""The answer of /episodes: one page of the log, and how many there are."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.tick import held
from dashboard.desks.episodes.episode_counts import count, count_table
from dashboard.desks.episodes.episode_counts import sentence as counted_sentence
from dashboard.desks.episodes.episode_filters import chips, fields
from dashboard.desks.episodes.episode_question import Question
from dashboard.desks.episodes.episode_table import episode_table, page_links, sentence
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from data_access.series.episodes import count_episodes, episode_page
from data_access.series.terms import terms_of
from domain.actor import PEOPLE, Forbidden, Role


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("episodes-answer", "data"),
        Input("episodes-tick", "n_intervals"),
        State("episodes-question", "data"),
        running=held("episodes-tick"),
    )
    @policy(*PEOPLE)
    def episodes_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = Question.of(stored)
        try:
            body = _counts(services, question) if question.counts else _body(services, question)
        except Forbidden as refused:
            body = [_refused(services, question, str(refused))]
        return {
            "episodes-head": _head(services, question),
            "episodes-body": [node for node in body if node is not None],
            "desk-mark": _mark(services, question),
        }

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("episodes-answer", "data")
    )


def _head(services: Services, question: Question) -> list[Node]:
    view = question.view
    return [
        el("h1", view.text("episodes.title")),
        chips(question, services.catalogue, services.now_ms),
        fields(question, services.catalogue, current_actor()),
    ]


def _body(services: Services, question: Question) -> list[Node | None]:
    view, city, now_ms = question.view, services.catalogue, services.now_ms
    actor, wanted = current_actor(), question.wanted(services.now_ms, services.catalogue.zone)
    after, before = question.key("after"), question.key("before")
    page = episode_page(services.db, city, actor, wanted, after=after, before=before)
    total = count_episodes(services.db, city, actor, wanted)
    links = export_links(view, "episodes", question.chosen()) if total.number else None
    picture = services.pictures.now(actor)
    terms = terms_of(
        services.db, city, {code for row in page.rows for code in (row.sign, row.place)}
    )
    return [
        _lead(question, sentence(view, total), links),
        episode_table(view, city, page.rows, terms, picture, now_ms),
        page_links(question, page),
        el("p", view.text("episodes.note"), cls="desk-note"),
    ]


def _counts(services: Services, question: Question) -> list[Node | None]:
    view, city, actor = question.view, services.catalogue, current_actor()
    picture = services.pictures.now(actor)
    found = count(services.db, city, actor, question, picture, services.now_ms)
    links = export_links(view, "episode-counts", question.chosen()) if found.lines else None
    return [
        _lead(question, counted_sentence(view, found), links),
        count_table(question, city, found),
        el("p", view.text("episodes.counts.note"), cls="desk-note"),
    ]


def _lead(question: Question, said: str, links: Node | None) -> Node:
    """The page in a sentence, and whose episodes these are, beside the links to take it away."""
    department = current_actor().role is Role.DEPARTMENT
    own = question.view.text("episodes.say.own") if department else ""
    return el("div", el("p", said + own, cls="desk-lead"), links, cls="table-head")


def _refused(services: Services, question: Question, what: str) -> Node:
    """What the reader may not see is said so, and goes to the audit log."""
    actor = current_actor()
    at, address = services.now_ms, caller_address()
    services.denials.note(at, actor.label, "denied.episodes", what, address)
    return el("p", question.view.text("episodes.forbidden"), cls="desk-empty")


def _mark(services: Services, question: Question) -> list[Node]:
    picture = services.pictures.now(current_actor())
    data_at, beat = (picture.data_time(), picture.as_of) if picture else (None, None)
    demo = picture is not None and any(cell.demo for _, _, cell in picture.every())
    return moment(question.view, services.catalogue, services.now_ms, data_at, demo, beat)
