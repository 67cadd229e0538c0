"""`/department/<code>`: a department's signs, its open alerts, its place among its peers."""

from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.desk import Place, desk, silence_banner
from dashboard.components.tick import tick
from dashboard.components.units import unit_path
from dashboard.desks.rankings.rank_question import PATH, DepartmentQuestion
from dashboard.house.services import current_services
from dashboard.security.sessions import caller_address, current_actor
from dashboard.tab_title import department_named, tab_title
from data_access.scoring.departments import open_department
from domain.actor import Forbidden, Role
from domain.place import Department
from domain.unit import DEPARTMENT

dash.register_page(  # type: ignore[no-untyped-call]
    __name__, path_template="/department/<code>", title=tab_title(department_named), order=41
)

RENEW_S = 15


def layout(**query: Any) -> Component:
    """The frame and the question; callbacks/department.py brings the answer."""
    question = DepartmentQuestion.of_address(query)
    services, actor = current_services(), current_actor()
    try:
        department = open_department(services.catalogue, actor, question.code)
    except Forbidden:
        at, who, where = services.now_ms, actor.label, caller_address()
        services.denials.note(at, who, "denied.department", question.code, where)
        return _refused(question)
    own = actor.role is Role.DEPARTMENT and actor.owns(question.code)
    return _frame(question, department, own)


def _frame(question: DepartmentQuestion, department: Department | None, own: bool) -> Component:
    view = question.view
    title = view.text("department.title")
    name = view.name(department.name) if department else title
    crumbs = [(view.text("nav.rankings"), view.href(PATH, of="departments")), (name, None)]
    section = question.path if own else PATH
    return desk(
        view,
        Place(question.path, crumbs, question.filters(), section),
        silence_banner(view, 3 * RENEW_S),
        html.Div(id="department-body", className="rank-body"),
        html.Div(
            [
                html.H1(name),
                html.P(view.text("desk.loading"), className="desk-lead", role="status"),
                html.Div([html.Div() for _ in range(12)], className="skeleton"),
            ],
            className="until-painted",
        ),
        dcc.Store(id="department-answer"),
        dcc.Store(id="department-question", data=question.stored()),
        tick("department-tick", RENEW_S),
    )


def _refused(question: DepartmentQuestion) -> Component:
    """No word of the other department: neither its name nor whether there is such a one."""
    view, own = question.view, current_actor().department
    crumbs = [(view.text("nav.rankings"), view.href(PATH, of="departments")), ("403", None)]
    links = [dcc.Link(view.text("department.refused.list"), href=crumbs[0][1])]
    if own is not None:
        mine = view.href(unit_path(DEPARTMENT, own))
        links.insert(0, dcc.Link(view.text("department.refused.own"), href=mine))
    return desk(
        view,
        Place(PATH, crumbs, {"of": "departments"}),
        html.H1(view.text("department.refused.title")),
        html.P(view.text("department.refused.text"), className="desk-lead"),
        html.P(links, className="desk-pages"),
    )
