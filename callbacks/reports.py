"""The answer of /reports: the newest first, and what an operator answers to them."""

from collections.abc import Mapping
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

    def reports_answer(visit: Visit[Question]) -> Read:
        found = newest_reports(public, visit.actor, visit.question.show)
        body = report_list(visit.question, visit.city, found, visit.said, visit.now_ms)
        return Read({"reports-body": body}, visit.now_ms)

    def report_handled(visit: Visit[Question], draft: Mapping[Any, Any]) -> str:
        number, text = _number(draft.get("report")), draft.get("answer")
        answer, entry = text if isinstance(text, str) else "", (visit.now_ms, caller_address())

        def handle(db: Database) -> bool:
            return handle_report(db, answers, visit.actor, number, answer, entry)

        try:
            return "handled" if visit.services.writer.run(handle) else "gone"
        except BadAnswer:
            return "text"

    answer_page(app, services, SPEC, reports_answer)
    answer_writing(app, services, SPEC, report_handled)


def _number(given: object) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
