"""The answer of /audit: one page of the log."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.light import Node, el
from dashboard.components.tick import held
from dashboard.components.times import day_and_time
from dashboard.desks.audit.audit_list import audit_body, audit_head
from dashboard.desks.audit.audit_question import Question
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from data_access.accounts.audit import audit_page
from domain.actor import Role


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("audit-answer", "data"),
        Input("audit-tick", "n_intervals"),
        State("audit-question", "data"),
        running=held("audit-tick"),
    )
    @policy(Role.ADMIN)
    def audit_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question, city, now_ms = Question.of(stored), services.catalogue, services.now_ms
        wanted = question.wanted(now_ms, city.zone)
        page = audit_page(services.db, current_actor(), wanted, question.key())
        at = el("b", day_and_time(now_ms, now_ms, city.zone))
        return {
            "audit-head": audit_head(question, city, now_ms),
            "audit-body": audit_body(question, city, page, now_ms),
            "desk-mark": [el("span", question.view.text("desk.data_time"), " ", at)],
        }

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("audit-answer", "data")
    )
