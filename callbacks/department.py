"""The answer of /department/<code>: its signs, what stands open, its rank and its receipt."""

from dataclasses import replace
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State

from dashboard.components.export_links import export_links
from dashboard.components.light import Node, el
from dashboard.components.moment import moment
from dashboard.components.period import picker
from dashboard.components.tick import held
from dashboard.desks.department.department_alerts import alerts_table, open_alerts, unknown
from dashboard.desks.department.department_history import history
from dashboard.desks.department.department_signs import signs_table
from dashboard.desks.department.department_words import lead, standing
from dashboard.desks.episodes.episode_filters import PATH as EPISODES
from dashboard.desks.episodes.episode_question import COUNTS
from dashboard.desks.rankings.rank_question import PATH, DepartmentQuestion
from dashboard.desks.rankings.receipt_panel import receipt_panel
from dashboard.desks.rankings.slips import slip_of
from dashboard.desks.rankings.standings import span_of
from dashboard.house.services import Services
from dashboard.security.policy import policy
from dashboard.security.sessions import caller_address, current_actor
from data_access.rankings.registry import of_kind
from data_access.rankings.standings import ranking, receipt
from data_access.scoring.departments import department_days, open_department
from data_access.scoring.measure import PERIODS, Measure, Standings
from data_access.scoring.target_values import aims
from data_access.series.editions import receipt_editions
from domain.actor import PEOPLE, Actor, Forbidden
from domain.judging import day_start
from domain.picture import Picture
from domain.place import Department
from domain.unit import DEPARTMENT

HISTORY_DAYS = 90


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""

    @app.callback(
        Output("department-answer", "data"),
        Input("department-tick", "n_intervals"),
        State("department-question", "data"),
        running=held("department-tick"),
    )
    @policy(*PEOPLE)
    def department_answer(_ticks: Any, stored: Any) -> dict[str, list[Node]]:
        question, actor = DepartmentQuestion.of_address(stored), current_actor()
        try:
            department = open_department(services.catalogue, actor, question.code)
        except Forbidden:
            return _refused(services, question, actor)
        if department is None:
            unknown = el("p", question.view.text("department.unknown"), cls="desk-empty")
            return _painted(services, question, [unknown], services.pictures.now(actor))
        return _answer(services, question, actor, department)

    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("whatif", "paint"), Input("department-answer", "data")
    )


def _refused(
    services: Services, question: DepartmentQuestion, actor: Actor
) -> dict[str, list[Node]]:
    view, at = question.view, services.now_ms
    what = question.code or "?"
    services.denials.note(at, actor.label, "denied.department", what, caller_address())
    said: list[Node] = [
        el("h1", view.text("department.refused.title")),
        el("p", view.text("department.refused.text"), cls="desk-lead"),
    ]
    return {"department-body": said}


def _answer(
    services: Services, question: DepartmentQuestion, actor: Actor, department: Department
) -> dict[str, list[Node]]:
    view, city, now_ms = question.view, services.catalogue, services.now_ms
    picture = services.pictures.now(actor)
    alerts = open_alerts(city, picture, department.code) if picture is not None else []
    dark = unknown(city, picture, department.code) if picture is not None else 0
    found = _standings(services, question, actor, department)
    row = next((r for r in found.ranking.rows if r.code == department.code), None)
    listed = view.href(PATH, of="departments", kind=department.kind, **question.filters())
    asked = {"show": COUNTS, "department": department.code, "period": "7d"}
    counts = view.href(EPISODES, **asked)
    kind = view.text(f"rankings.kind.{department.kind}")
    period = question.period(now_ms, city.zone)
    page = [
        el("h1", view.name(department.name)),
        el("p", lead(view, city, department, picture, alerts, now_ms), cls="desk-lead"),
        standing(view, row, period.label(view), department.kind),
        el(
            "div",
            picker(view, question.path, question.filters(), period, PERIODS),
            el("a", view.text("department.rank.all", kind=kind), href=listed),
            el("a", view.text("department.counts"), href=counts),
            cls="rank-controls",
        ) if row is not None else None,
        *(alerts_table(view, city, picture, alerts, dark, now_ms) if picture is not None else []),
        *(_signs(services, question, actor, picture) if picture is not None else []),
        *(_history(services, question, actor) if row is not None else []),
    ]  # fmt: skip
    panel = _receipt(services, question, actor, department, found)
    shown = [node for node in page if node is not None]
    body = el("div", el("section", *shown), panel, cls="rank", data_open=panel is not None)
    return _painted(services, question, [body], picture)


def _signs(
    services: Services, question: DepartmentQuestion, actor: Actor, picture: Picture
) -> list[Node]:
    """What the department owns, with its targets."""
    city, now_ms = services.catalogue, services.now_ms
    own = tuple(s.code for s in city.signs if s.department == question.code)
    found = aims(services.db, actor, city, picture, (city.code,), own, now_ms)
    targets = {sign: aim for (_, sign), aim in found.items()}
    return signs_table(question.view, city, picture, question.code, now_ms, targets)


def _standings(
    services: Services, question: DepartmentQuestion, actor: Actor, department: Department
) -> Standings:
    span = span_of(question, services.now_ms, services.catalogue.zone)
    measure, city = _measure(services).code, services.catalogue
    return ranking(services.db, actor, city, measure, department.kind, span)


def _measure(services: Services) -> Measure:
    """What departments are shown by."""
    return of_kind(services.catalogue, DEPARTMENT)[0]


def _receipt(
    services: Services, question: DepartmentQuestion, actor: Actor, department: Department,
    found: Standings,
) -> Node | None:  # fmt: skip
    view, city = question.view, services.catalogue
    row = next((r for r in found.ranking.rows if r.code == department.code), None)
    if row is None:
        return None
    asked = {**question.filters(), "of": "departments", "receipt": department.code}
    measure = _measure(services)
    slip = slip_of(view, city, measure, department.code, found)
    made = receipt(services.db, actor, city, measure.code, department.code, found.span)
    cuts = receipt_editions(services.db, actor, city, made, found.span)
    links = export_links(view, "receipt", asked)
    return receipt_panel(replace(slip, links=links, editions=cuts), made)


def _history(services: Services, question: DepartmentQuestion, actor: Actor) -> list[Node]:
    """The last full days, whatever the period: one line to look back along."""
    city = services.catalogue
    today = day_start(services.now_ms, city)
    days = department_days(
        services.db, actor, city, question.code, city.zone.next_day(today, -HISTORY_DAYS), today
    )
    return history(question.view, days, today, city.zone)


def _painted(
    services: Services, question: DepartmentQuestion, nodes: list[Node], picture: Picture | None
) -> dict[str, list[Node]]:
    demo = picture is not None and any(cell.demo for _, _, cell in picture.every())
    own = [s.code for s in services.catalogue.signs if s.department == question.code]
    data_at, beat = (picture.data_time(signs=own), picture.as_of) if picture else (None, None)
    mark = moment(question.view, services.catalogue, services.now_ms, data_at, demo, beat)
    return {"department-body": nodes, "desk-mark": mark}
