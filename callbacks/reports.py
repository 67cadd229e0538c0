"""The answer of /reports: the newest first."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.light import Node, el, table
from dashboard.components.tick import held
from dashboard.components.times import day_and_time, grouped
from dashboard.components.view import View
from dashboard.security.policy import policy
from dashboard.security.sessions import current_actor
from dashboard.services import Services
from data_access.public.reports import READERS, Report, newest_reports
from data_access.public.store import open_public
from domain.catalogue import Catalogue

COLUMNS = ("at", "figure", "text")


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    public = open_public(services.settings)

    @app.callback(
        Output("reports-answer", "data"),
        Input("reports-tick", "n_intervals"),
        State("reports-view", "data"),
        running=held("reports-tick"),
    )
    @policy(*READERS)
    def reports_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        given = stored if isinstance(stored, dict) else {}
        view = View.of(given.get("lang"), given.get("theme"))
        found = newest_reports(public, current_actor())
        at = day_and_time(services.now_ms, services.catalogue.utc_offset_min)
        mark: list[Node] = [el("span", view.text("desk.data_time"), " ", el("b", at))]
        return {"reports-body": _body(view, services.catalogue, found), "desk-mark": mark}

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("light", "paint"), Input("reports-answer", "data")
    )


def _body(view: View, city: Catalogue, found: tuple[Report, ...] | None) -> list[Node]:
    head = el("h1", view.text("reports.title"))
    if not found:
        empty = "reports.away" if found is None else "reports.none"
        return [head, el("p", view.text(empty), cls="desk-empty")]
    return [
        head,
        el("p", view.text("reports.lead", n=grouped(len(found))), cls="desk-lead"),
        table(
            [view.text(f"reports.col.{name}") for name in COLUMNS],
            [_row(view, city, report) for report in found],
            COLUMNS,
            cls="grid-table",
        ),
    ]


def _row(view: View, city: Catalogue, report: Report) -> dict[str, Any]:
    sign = city.sign.get(report.figure)
    figure: Node = view.text("public.report.other")
    if sign is not None:
        name = view.name(sign.name_zh, sign.name_en)
        figure = el("a", name, href=view.href(f"/sign/{sign.code}"))
    at = day_and_time(report.at, city.utc_offset_min)
    return {"at": at, "figure": figure, "text": report.text}
