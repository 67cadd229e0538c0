"""`/sources`: who reports, how lately, and what could not be accepted."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.desks.sources.source_list import PATH
from dashboard.desks.sources.sources_export import quarantine, sources
from dashboard.desks.sources.sources_question import Question
from dashboard.desks.spec import Crumb, Nav, PageSpec, Skeleton
from dashboard.export.table import Table
from dashboard.house.services import current_services
from dashboard.security.policy import STAFF


def _named(question: Question) -> str:
    """The list of sources, or the one that is looked at."""
    view, code = question.view, question.source or ""
    source, title = current_services().catalogue.source.get(code), view.text("sources.title")
    name = view.name(source.name) if source else code
    return f"{name} · {title}" if name else title


def _crumbs(question: Question) -> Sequence[Crumb]:
    every: Crumb = (question.view.text("sources.title"), question.view.href(PATH))
    return [every] if question.source is None else [every, (question.source, None)]


def _containers(_question: Question) -> list[Component]:
    return [html.Div(id="sources-body")]


SPEC: PageSpec[Question] = PageSpec(
    name="sources",
    path=PATH,
    roles=STAFF,
    order=80,
    title=_named,
    question=Question.of,
    crumbs=_crumbs,
    containers=_containers,
    nav=Nav("nav.sources"),
    renew_s=10,
    skeleton=Skeleton(12, "sources.title"),
    tables=(Table("sources", sources, STAFF), Table("quarantine", quarantine, STAFF)),
)
