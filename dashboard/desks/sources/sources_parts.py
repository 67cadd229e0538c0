"""The parts of /sources: the list, or one source with its quarantine."""

from collections.abc import Sequence

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.desks.sources.quarantine_list import (
    pages,
    quarantine_sentence,
    quarantine_table,
    source_facts,
)
from dashboard.desks.sources.source_list import PATH, filters, sentence, source_table
from dashboard.desks.sources.sources_question import Question
from dashboard.desks.spec import Visit
from data_access.intake.quarantine import Quarantined, quarantine_reasons, quarantined
from data_access.intake.sources import SourceRow
from domain.actor import Forbidden


def register_of(visit: Visit[Question], rows: Sequence[SourceRow]) -> list[Node | None]:
    """Every source that the filter leaves, what is retired apart."""
    question, view, now_ms = visit.question, visit.view, visit.now_ms
    chosen = question.freshness is not None
    serving = [row for row in rows if chosen or row.retired_at is None]
    return [
        el("h1", view.text("sources.title")),
        el("p", sentence(view, rows, now_ms), cls="desk-lead"),
        filters(view, rows, now_ms, question.freshness),
        export_links(view, "sources", {"freshness": question.freshness}),
        source_table(view, serving, visit.city, now_ms, question.freshness),
        *_apart(visit, rows),
        el("p", view.text("sources.note"), cls="desk-note"),
        el("p", view.text("sources.lag.why"), cls="desk-note"),
    ]


def _apart(visit: Visit[Question], rows: Sequence[SourceRow]) -> list[Node]:
    """What is retired, below and apart from what is waited for."""
    retired = [row for row in rows if row.retired_at is not None]
    if not retired or visit.question.freshness is not None:
        return []
    view = visit.view
    return [
        el("h2", view.text("sources.standing.retired"), el("small", str(len(retired)))),
        source_table(view, retired, visit.city, visit.now_ms, None),
    ]


def one(visit: Visit[Question], found: Sequence[SourceRow]) -> list[Node | None]:
    """One source: its facts, and what of it lies in quarantine."""
    question, view, city = visit.question, visit.view, visit.city
    back = el("p", el("a", view.text("sources.back"), href=view.href(PATH)))
    if not found:
        unknown = el("p", view.text("sources.unknown"), cls="desk-empty")
        return [el("h1", question.source), unknown, back]
    row = found[0]
    reasons = quarantine_reasons(visit.db, visit.actor, row.code)
    rows = _rows(visit, row.code) if reasons else ()
    return [
        el("h1", view.name(row.name)),
        el("p", quarantine_sentence(view, reasons), cls="desk-lead"),
        source_facts(view, row, city, visit.now_ms),
        el("h2", view.text("quarantine.title")) if reasons else None,
        export_links(view, "quarantine", question.filters()) if rows else None,
        quarantine_table(view, rows, city, visit.now_ms),
        pages(view, row.code, rows, question.before),
        back,
    ]


def _rows(visit: Visit[Question], source: str) -> tuple[Quarantined, ...] | None:
    """The quarantined rows; None, and a word in the audit log, when they are not for the reader."""
    try:
        return quarantined(visit.db, visit.actor, source, visit.question.before)
    except Forbidden:
        visit.refused("denied.quarantine", source)
        return None
