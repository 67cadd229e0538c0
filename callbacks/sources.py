"""The answer of /sources: the list, or one source with its quarantine."""

import dash

from dashboard.desks.answer import answer_page
from dashboard.desks.sources.page import SPEC
from dashboard.desks.sources.sources_parts import one, register_of
from dashboard.desks.sources.sources_question import Question
from dashboard.desks.spec import Read, Visit
from dashboard.house.services import Services
from data_access.intake.sources import source_list


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, sources_answer)


def sources_answer(visit: Visit[Question]) -> Read:
    """What was read at one instant; some of it is simulated when a source is none that is live."""
    kept, asked = source_list.detailed(visit.db, visit.actor), visit.question.source
    shown = [row for row in kept.value if asked in (None, row.code)]
    body = register_of(visit, shown) if asked is None else one(visit, shown)
    at_ms = visit.now_ms if kept.computed_at is None else kept.computed_at
    nodes = [node for node in body if node is not None]
    return Read({"sources-body": nodes}, at_ms, any(row.kind != "live" for row in shown))
