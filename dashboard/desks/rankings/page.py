"""`/rankings`: streets, towns, areas and departments side by side, fairly."""

from dash import html
from dash.development.base_component import Component

from dashboard.desks.rankings.rank_export import rankings, receipt
from dashboard.desks.rankings.rank_question import PATH, Question
from dashboard.desks.rankings.standings import span_of
from dashboard.desks.spec import Nav, PageSpec, Seen, Skeleton, Visit, whole_city
from dashboard.export.table import Table
from dashboard.security.policy import STAFF
from domain.picture import Picture


def _containers(_question: Question) -> list[Component]:
    return [html.Div(id="rankings-body", className="rank-body")]


def _seen(visit: Visit[Question], picture: Picture) -> Seen:
    """Hours are no newer than what was observed: a city that is silent must not look alive."""
    seen = whole_city(visit, picture)
    until = span_of(visit.question, visit.now_ms, visit.city.zone).until
    return seen._replace(data_at=None if seen.data_at is None else min(until, seen.data_at))


SPEC: PageSpec[Question] = PageSpec(
    name="rankings",
    path=PATH,
    roles=STAFF,
    order=40,
    title="nav.rankings",
    question=Question.of_address,
    crumbs="nav.rankings",
    containers=_containers,
    nav=Nav("nav.rankings"),
    renew_s=60,
    skeleton=Skeleton(12, "nav.rankings"),
    painter="whatif",
    seen=_seen,
    tables=(Table("rankings", rankings, STAFF), Table("receipt", receipt, STAFF)),
)
