"""The audit log as a page: filters, rows, the way to older ones."""

from typing import Any

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el, table
from dashboard.components.period import picker
from dashboard.components.times import day_and_time
from dashboard.desks.audit.audit_question import ACTIONS, PATH, Question
from data_access.accounts.audit import AuditPage, Entry, Result
from domain.catalogue import Catalogue
from domain.text import LANGUAGES

COLUMNS = ("at", "who", "action", "object", "result", "address")
PERIODS = ("24h", "7d", "30d", "1y", "custom")


def audit_head(question: Question, city: Catalogue, now_ms: int) -> list[Node]:
    """Title, days and filters."""
    view = question.view
    period = question.period(now_ms, city.zone)
    return [
        el("h1", view.text("audit.title")),
        el("p", view.text("audit.lead"), cls="desk-lead"),
        picker(view, PATH, question.chosen(), period, PERIODS),
        _fields(question),
    ]


def audit_body(question: Question, city: Catalogue, page: AuditPage, now_ms: int) -> list[Node]:
    """The rows and where they go on."""
    view = question.view
    if not page.rows:
        return [el("p", view.text("audit.none"), cls="desk-empty")]
    heads: list[Node] = [view.text(f"audit.col.{name}") for name in COLUMNS]
    rows = [_row(question, city, entry, now_ms) for entry in page.rows]
    links: list[Node] = []
    if question.before:
        newest = view.href(PATH, **question.chosen())
        links.append(el("a", view.text("episodes.newest"), href=newest))
    if page.older:
        older = view.href(PATH, **question.chosen(), before="~".join(map(str, page.older)))
        links.append(el("a", view.text("episodes.older"), href=older))
    return [
        el("div", export_links(view, "audit", question.chosen()), cls="table-head"),
        table(heads, rows, COLUMNS, cls="grid-table audit-table"),
        el("nav", *links, cls="desk-pages", aria_label=view.text("audit.title")),
    ]


def action_name(question: Question, action: str) -> str:
    """What was done, in words; the code where nobody has given it any."""
    return question.view.text(f"audit.action.{action}") if action in ACTIONS else action


def _fields(question: Question) -> Node:
    view = question.view
    actions = [(a, f"{view.text(f'audit.action.{a}')} · {a}") for a in ACTIONS]
    results = [(str(r), view.text(f"audit.result.{r}")) for r in Result]
    who = el(
        "label",
        view.text("audit.col.who"),
        el("input", type="search", name="who", value=question.who or "", maxlength=80),
    )
    kept = {**dict(question.span), "theme": view.theme}
    if view.lang != LANGUAGES[0]:
        kept["lang"] = view.lang
    hidden = [el("input", type="hidden", name=n, value=v) for n, v in kept.items() if v]
    return el(
        "form",
        _select(question, "action", actions),
        _select(question, "result", results),
        who,
        *hidden,
        cls="episode-fields",
        method="get",
        action=PATH,
        data_auto="",
        aria_label=view.text("episodes.by"),
    )


def _select(question: Question, name: str, named: list[tuple[str, str]]) -> Node:
    view, chosen = question.view, question.chosen()[name]
    options = [el("option", text, value=code, selected=code == chosen) for code, text in named]
    nothing = el("option", view.text("episodes.any"), value="")
    return el("label", view.text(f"audit.col.{name}"), el("select", nothing, *options, name=name))


def _row(question: Question, city: Catalogue, entry: Entry, now_ms: int) -> dict[str, Any]:
    view = question.view
    his = view.href(PATH, **{**question.chosen(), "who": entry.who})
    return {
        "at": day_and_time(entry.at, now_ms, city.zone),
        "who": el("a", entry.who, href=his),
        "action": [action_name(question, entry.action), el("small", entry.action)],
        "object": entry.object,
        "result": el("span", view.text(f"audit.result.{entry.result}"), cls=f"is-{entry.result}"),
        "address": entry.address,
    }
