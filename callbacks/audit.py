"""The answer of /audit: one page of the log."""

import dash

from dashboard.desks.answer import answer_page
from dashboard.desks.audit.audit_list import audit_body, audit_head
from dashboard.desks.audit.audit_question import Question
from dashboard.desks.audit.page import SPEC
from dashboard.desks.spec import Read, Visit
from dashboard.house.services import Services
from data_access.accounts.audit import audit_page


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, audit_answer)


def audit_answer(visit: Visit[Question]) -> Read:
    """The filters, and the rows that they leave."""
    question, city, now_ms = visit.question, visit.city, visit.now_ms
    wanted = question.wanted(now_ms, city.zone)
    page = audit_page(visit.db, visit.actor, wanted, question.key())
    parts = {
        "audit-head": audit_head(question, city, now_ms),
        "audit-body": audit_body(question, city, page, now_ms),
    }
    return Read(parts, now_ms)
