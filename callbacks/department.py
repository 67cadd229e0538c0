"""The answer of /department/<code>: its signs, what stands open, its rank and its receipt."""

import dash

from dashboard.components.light import el
from dashboard.desks.answer import answer_page
from dashboard.desks.department.department_here import here_at
from dashboard.desks.department.department_parts import page, receipt
from dashboard.desks.department.page import SPEC
from dashboard.desks.rankings.rank_question import DepartmentQuestion
from dashboard.desks.spec import Parts, Visit
from dashboard.house.services import Services


def register(app: dash.Dash, services: Services) -> None:
    """Register this page's callbacks on an application."""
    answer_page(app, services, SPEC, department_answer)


def department_answer(visit: Visit[DepartmentQuestion]) -> Parts:
    """The page, and beside it the receipt of the department's score."""
    here = here_at(visit)
    if here is None:
        unknown = el("p", visit.view.text("department.unknown"), cls="desk-empty")
        return {"department-body": [unknown]}
    panel = receipt(here)
    body = el("div", el("section", *page(here)), panel, cls="rank", data_open=panel is not None)
    return {"department-body": [body]}
