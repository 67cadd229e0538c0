"""`/department/<code>`: a department's signs, its open alerts, its place among its peers."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.units import unit_path
from dashboard.desks.rankings.rank_question import PATH, DepartmentQuestion
from dashboard.desks.spec import Closed, Crumb, Nav, PageSpec, Seen, Skeleton, Visit
from dashboard.house.services import current_services
from dashboard.security.policy import STAFF
from dashboard.security.sessions import current_actor
from data_access.scoring.departments import open_department
from domain.actor import Actor, Forbidden, Role
from domain.picture import Picture
from domain.unit import DEPARTMENT


def _named(question: DepartmentQuestion) -> str:
    """A department; to whoever may not open it, its page has no name."""
    view, city = question.view, current_services().catalogue
    try:
        found = open_department(city, current_actor(), question.code)
    except Forbidden:
        found = None
    return view.text("department.title") if found is None else view.name(found.name)


def _list(question: DepartmentQuestion) -> Crumb:
    return question.view.text("nav.rankings"), question.view.href(PATH, of="departments")


def _crumbs(question: DepartmentQuestion) -> Sequence[Crumb]:
    return [_list(question), (_named(question), None)]


def _containers(_question: DepartmentQuestion) -> list[Component]:
    return [html.Div(id="department-body", className="rank-body")]


def _own(actor: Actor) -> str | None:
    """The page of the reader's own department."""
    mine = actor.role is Role.DEPARTMENT and actor.department
    return unit_path(DEPARTMENT, mine) if mine else None


def _seen(visit: Visit[DepartmentQuestion], picture: Picture) -> Seen:
    own = [s.code for s in visit.city.signs if s.department == visit.question.code]
    return Seen(picture.data_time(signs=own), any(cell.demo for _, _, cell in picture.every()))


def _onward(question: DepartmentQuestion, actor: Actor) -> list[Component]:
    view, mine = question.view, actor.department
    every = dcc.Link(view.text("department.refused.list"), href=_list(question)[1])
    links: list[Component] = [every]
    if mine is not None:
        own = view.href(unit_path(DEPARTMENT, mine))
        links.insert(0, dcc.Link(view.text("department.refused.own"), href=own))
    return links


SPEC: PageSpec[DepartmentQuestion] = PageSpec(
    name="department",
    path="/department/<code>",
    roles=STAFF,
    order=41,
    title=_named,
    question=DepartmentQuestion.of_address,
    crumbs=_crumbs,
    containers=_containers,
    nav=Nav("nav.department", own=_own),
    section=PATH,
    renew_s=15,
    skeleton=Skeleton(12, _named),
    painter="whatif",
    seen=_seen,
    closed=Closed(
        admit=lambda city, actor, question: open_department(city, actor, question.code),
        words="department.refused",
        action="denied.department",
        what=lambda question: question.code or "?",
        crumbs=lambda question: [_list(question), ("403", None)],
        back={"of": "departments"},
        onward=_onward,
    ),
)
