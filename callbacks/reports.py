"""The answer of /reports: the newest first, and what an operator answers to them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import dash

from dashboard.desks.answer import answer_page, answer_writing
from dashboard.desks.reports.page import SPEC
from dashboard.desks.reports.report_list import report_list
from dashboard.desks.reports.reports_question import Question
from dashboard.desks.spec import Read, Visit
from dashboard.house.services import Services
from dashboard.security.sessions import caller_address
from data_access.public.reports import BadAnswer, handle_report, newest_reports
from data_access.public.store import open_public
from data_access.store.db import Database


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    public = open_public(services.settings)
    answers = open_public(services.settings, read_only=False)
    answer_page(app, services, SPEC, partial(reports_answer, public))
    answer_writing(app, services, SPEC, partial(report_handled, answers))


def reports_answer(public: Database, visit: Visit[Question]) -> Read:
    """The reports that the filter leaves, as they were just read."""
    found = newest_reports(public, visit.actor, visit.question.show)
    body = report_list(visit.question, visit.city, found, visit.said, visit.now_ms)
    return Read({"reports-body": body}, visit.now_ms)


def report_handled(answers: Database, visit: Visit[Question], draft: Mapping[Any, Any]) -> str:
    """Write an operator's answer down; the word that says what became of it."""
    number, text = _number(draft.get("report")), draft.get("answer")
    answer, entry = text if isinstance(text, str) else "", (visit.now_ms, caller_address())
    try:
        done = visit.services.writer.run(
            lambda db: handle_report(db, answers, visit.actor, number, answer, entry)
        )
    except BadAnswer:
        return "text"
    return "handled" if done else "gone"


def _number(given: object) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
