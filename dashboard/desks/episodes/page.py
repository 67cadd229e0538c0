"""`/episodes`: the alarm log (告警记录), filtered by its address and read page by page."""

from dash import html
from dash.development.base_component import Component

from dashboard.desks.episodes.episode_filters import PATH
from dashboard.desks.episodes.episode_question import Question
from dashboard.desks.episodes.episodes_export import episode_counts, episodes
from dashboard.desks.spec import Nav, PageSpec, Skeleton
from dashboard.export.table import Table
from dashboard.security.policy import STAFF

RENEW_S = 15
COUNTS_S = 60  # counts read all of a period


def _containers(_question: Question) -> list[Component]:
    return [html.Div(id="episodes-head"), html.Div(id="episodes-body")]


SPEC: PageSpec[Question] = PageSpec(
    name="episodes",
    path=PATH,
    roles=STAFF,
    order=60,
    title="episodes.title",
    question=Question.of,
    crumbs="episodes.title",
    containers=_containers,
    nav=Nav("nav.episodes"),
    renew_s=lambda question: COUNTS_S if question.counts else RENEW_S,
    skeleton=Skeleton(24),
    tables=(
        Table("episodes", episodes, STAFF),
        Table("episode-counts", episode_counts, STAFF),
    ),
)
