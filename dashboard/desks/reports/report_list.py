"""The list of /reports: what was said about which figure, and what became of it."""

from typing import Any

from dashboard.components.light import Node, el, table
from dashboard.components.times import day_and_time, grouped
from dashboard.components.units import sign_path
from dashboard.desks.reports.reports_question import SHOWN, Question
from data_access.public.reports import LONGEST_ANSWER, Report
from domain.catalogue import Catalogue

PATH = "/reports"
DRAFT = "reports-draft"  # the store that a form's fields go to; callbacks/reports.py acts on it
COLUMNS = ("at", "figure", "text", "done")


def report_list(
    question: Question,
    city: Catalogue,
    found: tuple[Report, ...] | None,
    said: str | None,
    now_ms: int,
) -> list[Node]:
    """The page; `said` is what became of the last answer that the reader sent."""
    view = question.view
    body: list[Node] = [el("h1", view.text("reports.title"))]
    if found is None:
        return [*body, el("p", view.text("reports.away"), cls="desk-empty")]
    body += [el("p", view.text("reports.lead", n=grouped(len(found))), cls="desk-lead")]
    body += [_choices(question)]
    if said is not None:
        body.append(el("p", view.text(said), cls="note-said", role="status"))
    if not found:
        empty = "reports.none" if question.show is None else "reports.nothing"
        return [*body, el("p", view.text(empty), cls="desk-empty")]
    heads: list[Node] = [view.text(f"reports.col.{name}") for name in COLUMNS]
    rows = [_row(question, city, report, now_ms) for report in found]
    return [*body, table(heads, rows, COLUMNS, cls="grid-table report-table")]


def _choices(question: Question) -> Node:
    view = question.view
    links = [
        el(
            "a",
            view.text(f"reports.show.{value or 'all'}"),
            cls="choice choice-here" if question.show == value else "choice",
            href=view.href(PATH, show=value),
            aria_current="true" if question.show == value else None,
        )
        for value in (None, *SHOWN)
    ]
    return el("nav", *links, cls="choices", aria_label=view.text("reports.show"))


def _row(question: Question, city: Catalogue, report: Report, now_ms: int) -> dict[str, Any]:
    view, sign = question.view, city.sign.get(report.figure)
    figure: Node = view.text("public.report.other")
    if sign is not None:
        name = view.name(sign.name)
        figure = el("a", name, href=view.href(sign_path(sign.code)))
    at = day_and_time(report.at, now_ms, city.zone)
    handled = report.handled_at is not None
    done = _done(question, city, report, now_ms) if handled else _form(question, report)
    row = {"at": at, "figure": figure, "text": report.text, "done": done}
    return {**row, "": {"data_report": report.id}}


def _done(question: Question, city: Catalogue, report: Report, now_ms: int) -> list[Node]:
    time = day_and_time(report.handled_at or 0, now_ms, city.zone)
    by = question.view.text("reports.by", who=report.handled_by or "", time=time)
    return [el("span", report.answer or ""), el("small", by)]


def _form(question: Question, report: Report) -> Node:
    view = question.view
    field = el(
        "input",
        type="text",
        name="answer",
        maxlength=LONGEST_ANSWER,
        required=True,
        placeholder=view.text("reports.answer.hint"),
        aria_label=view.text("reports.answer", n=report.id),
    )
    return el(
        "form",
        el("input", type="hidden", name="report", value=str(report.id)),
        field,
        el("button", view.text("reports.handle"), type="submit"),
        cls="report-form",
        data_sets=DRAFT,
    )
