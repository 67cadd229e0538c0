"""The answer of /episodes: one page of the log, and how many there are."""

import dash

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.desks.answer import answer_page
from dashboard.desks.episodes.episode_counts import count, count_table
from dashboard.desks.episodes.episode_counts import sentence as counted_sentence
from dashboard.desks.episodes.episode_filters import chips, fields
from dashboard.desks.episodes.episode_question import Question
from dashboard.desks.episodes.episode_table import episode_table, page_links, sentence
from dashboard.desks.episodes.page import SPEC
from dashboard.desks.spec import Parts, Visit
from dashboard.house.services import Services
from data_access.series.episodes import count_episodes, episode_page
from data_access.series.terms import terms_of
from domain.actor import Forbidden, Role


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, episodes_answer)


def episodes_answer(visit: Visit[Question]) -> Parts:
    """The filters, and below them the log or its counts; a word where the reader may not look."""
    question, view = visit.question, visit.view
    try:
        body = _counts(visit) if question.counts else _log(visit)
    except Forbidden as refused:
        visit.refused("denied.episodes", str(refused))
        body = [el("p", view.text("episodes.forbidden"), cls="desk-empty")]
    head: list[Node] = [
        el("h1", view.text("episodes.title")),
        chips(question, visit.city, visit.now_ms),
        fields(question, visit.city, visit.actor),
    ]
    return {"episodes-head": head, "episodes-body": [node for node in body if node is not None]}


def _log(visit: Visit[Question]) -> list[Node | None]:
    view, city, db, question = visit.view, visit.city, visit.db, visit.question
    wanted = question.wanted(visit.now_ms, city.zone)
    after, before = question.key("after"), question.key("before")
    page = episode_page(db, city, visit.actor, wanted, after=after, before=before)
    total = count_episodes(db, city, visit.actor, wanted)
    links = export_links(view, "episodes", question.chosen()) if total.number else None
    terms = terms_of(db, city, {code for row in page.rows for code in (row.sign, row.place)})
    return [
        _lead(visit, sentence(view, total), links),
        episode_table(view, city, page.rows, terms, visit.picture, visit.now_ms),
        page_links(question, page),
        el("p", view.text("episodes.note"), cls="desk-note"),
    ]


def _counts(visit: Visit[Question]) -> list[Node | None]:
    view, city, question = visit.view, visit.city, visit.question
    found = count(visit.db, city, visit.actor, question, visit.picture, visit.now_ms)
    links = export_links(view, "episode-counts", question.chosen()) if found.lines else None
    return [
        _lead(visit, counted_sentence(view, found), links),
        count_table(question, city, found),
        el("p", view.text("episodes.counts.note"), cls="desk-note"),
    ]


def _lead(visit: Visit[Question], said: str, links: Node | None) -> Node:
    """The page in a sentence, and whose episodes these are, beside the links to take it away."""
    own = visit.view.text("episodes.say.own") if visit.actor.role is Role.DEPARTMENT else ""
    return el("div", el("p", said + own, cls="desk-lead"), links, cls="table-head")
