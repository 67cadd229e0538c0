"""The answer of /sources: the list, or one source with its quarantine."""

from collections.abc import Sequence
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.tick import held
from dashboard.components.times import day_and_time
from dashboard.desks.sources.quarantine_list import (
    pages,
    quarantine_sentence,
    quarantine_table,
    source_facts,
)
from dashboard.desks.sources.source_list import PATH, filters, sentence, source_table
from dashboard.desks.sources.sources_question import Question
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from data_access.intake.quarantine import Quarantined, quarantine_reasons, quarantined
from data_access.intake.sources import SourceRow, source_list
from domain.actor import PEOPLE, Forbidden


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("sources-answer", "data"),
        Input("sources-tick", "n_intervals"),
        State("sources-question", "data"),
        running=held("sources-tick"),
    )
    @policy(*PEOPLE)
    def sources_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question = Question.of(stored)
        kept = source_list.detailed(services.db, current_actor())
        rows = kept.value
        if question.source is None:
            body, shown = _all(services, question, rows), rows
        else:
            shown = tuple(row for row in rows if row.code == question.source)
            body = _one(services, question, shown)
        at_ms = services.now_ms if kept.computed_at is None else kept.computed_at
        mark = _mark(services, question, shown, at_ms)
        return {"sources-body": [node for node in body if node is not None], "desk-mark": mark}

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("sources-answer", "data")
    )


def _all(services: Services, question: Question, rows: Sequence[SourceRow]) -> list[Node | None]:
    view, now_ms = question.view, services.now_ms
    chosen = question.freshness is not None
    serving = [row for row in rows if chosen or row.retired_at is None]
    return [
        el("h1", view.text("sources.title")),
        el("p", sentence(view, rows, now_ms), cls="desk-lead"),
        filters(view, rows, now_ms, question.freshness),
        export_links(view, "sources", {"freshness": question.freshness}),
        source_table(view, serving, services.catalogue, now_ms, question.freshness),
        *_apart(services, question, rows),
        el("p", view.text("sources.note"), cls="desk-note"),
        el("p", view.text("sources.lag.why"), cls="desk-note"),
    ]


def _apart(services: Services, question: Question, rows: Sequence[SourceRow]) -> list[Node]:
    """What is retired, below and apart from what is waited for."""
    retired = [row for row in rows if row.retired_at is not None]
    if not retired or question.freshness is not None:
        return []
    view = question.view
    return [
        el("h2", view.text("sources.standing.retired"), el("small", str(len(retired)))),
        source_table(view, retired, services.catalogue, services.now_ms, None),
    ]


def _one(services: Services, question: Question, found: Sequence[SourceRow]) -> list[Node | None]:
    view, city = question.view, services.catalogue
    back = el("p", el("a", view.text("sources.back"), href=view.href(PATH)))
    if not found:
        unknown = el("p", view.text("sources.unknown"), cls="desk-empty")
        return [el("h1", question.source), unknown, back]
    row = found[0]
    reasons = quarantine_reasons(services.db, current_actor(), row.code)
    rows = _rows(services, row.code, question.before) if reasons else ()
    return [
        el("h1", view.name(row.name)),
        el("p", quarantine_sentence(view, reasons), cls="desk-lead"),
        source_facts(view, row, city, services.now_ms),
        el("h2", view.text("quarantine.title")) if reasons else None,
        export_links(view, "quarantine", question.filters()) if rows else None,
        quarantine_table(view, rows, city, services.now_ms),
        pages(view, row.code, rows, question.before),
        back,
    ]


def _rows(services: Services, source: str, before: int | None) -> tuple[Quarantined, ...] | None:
    """The quarantined rows; None, and a word in the audit log, when they are not for the reader."""
    actor = current_actor()
    try:
        return quarantined(services.db, actor, source, before)
    except Forbidden:
        at = services.now_ms
        services.denials.note(at, actor.label, "denied.quarantine", source, caller_address())
        return None


def _mark(
    services: Services, question: Question, rows: Sequence[SourceRow], at_ms: int
) -> list[Node]:
    """When this was read from the store, and whether any of it is simulated."""
    view = question.view
    at = day_and_time(at_ms, at_ms, services.catalogue.zone)
    said: list[Node] = [el("span", view.text("desk.data_time"), " ", el("b", at))]
    if any(row.kind != "live" for row in rows):
        said.append(el("span", view.text("desk.demo"), cls="desk-demo"))
    return said
