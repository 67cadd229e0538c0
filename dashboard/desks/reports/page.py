"""`/reports`: what people wrote on the public page about its figures."""

from dash import html
from dash.development.base_component import Component

from dashboard.desks.reports.report_list import DRAFT, PATH
from dashboard.desks.reports.reports_question import Question
from dashboard.desks.spec import Nav, PageSpec, Skeleton, Writing
from data_access.public.reports import READERS


def _containers(_question: Question) -> list[Component]:
    return [html.Div(id="reports-body")]


SPEC: PageSpec[Question] = PageSpec(
    name="reports",
    path=PATH,
    roles=frozenset(READERS),
    order=85,
    title="reports.title",
    question=Question.of,
    crumbs="reports.title",
    containers=_containers,
    nav=Nav("nav.reports"),
    renew_s=30,
    skeleton=Skeleton(heading="reports.title"),
    writing=Writing(
        draft=DRAFT,
        outcome="reports-outcome",
        roles=frozenset(READERS),
        said="reports.said",
        words=frozenset({"handled", "gone", "text", "later"}),
    ),
)
