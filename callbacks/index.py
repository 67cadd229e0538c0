"""The answer of /index: the picture of the moment opened up, and the minutes that were kept."""

import dash

from dashboard.components.export_links import export_links
from dashboard.desks.answer import answer_page
from dashboard.desks.index.index_course import course
from dashboard.desks.index.index_question import IndexQuestion
from dashboard.desks.index.index_sum import calm, deductions, figure, formula, opened, unknown
from dashboard.desks.index.page import SPEC
from dashboard.desks.spec import Parts, Visit
from dashboard.house.services import Services
from data_access.scoring.index_course import index_course
from domain.actor import PEOPLE


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, index_answer, index_past)


def index_answer(visit: Visit[IndexQuestion]) -> Parts:
    """The figure, and every sign that takes from it, is unknown, or is calm."""
    now = opened(visit)
    links = [export_links(visit.view, "index", {})] if visit.actor.role in PEOPLE else []
    return {
        "index-head": figure(now),
        "index-rule": formula(now),
        "index-taking": [*links, *deductions(now)],
        "index-unknown": unknown(now),
        "index-calm": calm(now),
    }


def index_past(visit: Visit[IndexQuestion]) -> Parts:
    """The course of the index over a period."""
    question, city = visit.question, visit.city
    period = question.span(visit.now_ms, city.zone)
    found = index_course(visit.db, visit.actor, city, period.from_ms, period.to_ms)
    nodes = course(question, city, period, found, visit.now_ms)
    if visit.actor.role in PEOPLE:
        nodes.append(export_links(visit.view, "index-course", question.filters()))
    return {"index-course": nodes}
