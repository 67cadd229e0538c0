"""`/about`: how the figures come about, what is fact and what is assumed."""

from dash import html
from dash.development.base_component import Component

from dashboard.desks.method import method
from dashboard.desks.spec import Nav, PageSpec, Plain
from dashboard.house.services import current_services
from dashboard.security.policy import STAFF


def _containers(question: Plain) -> list[Component]:
    """Its numbers are computed from the catalogue and the rules themselves."""
    view, services = question.view, current_services()
    city = services.catalogue
    sections = [
        html.H1(view.text("about.title")),
        method.lead(view, city),
        method.index_section(view, city, services.now_ms),
        method.state_section(view),
        method.freshness_section(view),
        method.aggregation_section(view, city),
        method.data_section(view, city, services.settings),
        method.demo_section(view, services.settings),
    ]
    article = html.Article(sections, className="method")
    return [html.Div([article, method.contents(view)], className="method-frame")]


SPEC: PageSpec[Plain] = PageSpec(
    name="about",
    path="/about",
    roles=STAFF,
    order=90,
    title="about.title",
    question=Plain.of,
    crumbs="about.title",
    containers=_containers,
    nav=Nav("nav.about"),
)
