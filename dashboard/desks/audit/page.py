"""`/audit`: who did, saw, exported and was refused what; for administrators."""

from dash import html
from dash.development.base_component import Component

from dashboard.desks.audit.audit_export import audit
from dashboard.desks.audit.audit_question import PATH, Question
from dashboard.desks.spec import Nav, PageSpec, Skeleton
from dashboard.export.table import Table
from dashboard.security.policy import ADMINS


def _containers(_question: Question) -> list[Component]:
    return [html.Div(id="audit-head"), html.Div(id="audit-body")]


SPEC: PageSpec[Question] = PageSpec(
    name="audit",
    path=PATH,
    roles=ADMINS,
    order=88,
    title="audit.title",
    question=Question.of,
    crumbs="audit.title",
    containers=_containers,
    nav=Nav("nav.audit"),
    renew_s=30,
    skeleton=Skeleton(heading="audit.title"),
    tables=(Table("audit", audit, ADMINS),),
)
