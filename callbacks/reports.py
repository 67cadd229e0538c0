"""The answer of /reports: the newest first, and what an operator answers to them."""

from collections.abc import Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from dashboard.components.light import Node, el
from dashboard.components.tick import held
from dashboard.components.times import day_and_time
from dashboard.desks.reports.report_list import DRAFT, report_list
from dashboard.desks.reports.reports_question import Question
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from dashboard.threads.writer import Overloaded
from data_access.public.reports import READERS, BadAnswer, handle_report, newest_reports
from data_access.public.store import open_public
from domain.clock import MINUTE_MS

SAID = frozenset(f"reports.said.{word}" for word in ("handled", "gone", "text", "later"))


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    public = open_public(services.settings)
    answers = open_public(services.settings, read_only=False)

    @app.callback(
        Output("reports-answer", "data"),
        Input("reports-tick", "n_intervals"),
        Input("reports-outcome", "data"),
        State("reports-view", "data"),
        running=held("reports-tick"),
    )
    @policy(*READERS)
    def reports_answer(_ticks: Any, outcome: Any, stored: Any) -> dict[str, list[Node]]:
        question, city = Question.of(stored), services.catalogue
        found = newest_reports(public, current_actor(), question.show)
        now = services.now_ms
        at = day_and_time(now, now, city.zone)
        mark: list[Node] = [
            el("span", question.view.text("desk.data_time"), " ", el("b", at)),
        ]
        said = _said(services.now_ms, outcome)
        return {"reports-body": report_list(question, city, found, said, now), "desk-mark": mark}

    @app.callback(
        Output("reports-outcome", "data"), Input(DRAFT, "data"), prevent_initial_call=True
    )
    @policy(*READERS)
    def reports_outcome(draft: Any) -> Any:
        if not isinstance(draft, Mapping):
            return no_update
        now, actor = services.now_ms, current_actor()
        number, text = _number(draft.get("report")), draft.get("answer")
        answer, entry = text if isinstance(text, str) else "", (now, caller_address())
        try:
            done = services.writer.run(
                lambda db: handle_report(db, answers, actor, number, answer, entry)
            )
            said = "handled" if done else "gone"
        except BadAnswer:
            said = "text"
        except Overloaded:
            said = "later"
        return {"said": f"reports.said.{said}", "at": now}

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("reports-answer", "data")
    )


def _number(given: object) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _said(now_ms: int, outcome: Any) -> str | None:
    """What became of the last answer sent, for a minute."""
    if not isinstance(outcome, Mapping):
        return None
    said, at = outcome.get("said"), outcome.get("at")
    if not isinstance(said, str) or said not in SAID or not isinstance(at, int):
        return None
    return said if abs(now_ms - at) < MINUTE_MS else None
