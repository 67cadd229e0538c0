"""The wall: containers only. assets/js/wall/wall.js paints them from the live lane.

Query keys are read by that script: `wall` (a size such as 3840x1080), `lang`, `theme`, and for the
director (assets/js/wall/director.js) `profile`, `mode` and `scene`.
"""

from dash import html
from dash.development.base_component import Component

from dashboard.components.map import district_map
from dashboard.desks.spec import Nav, PageSpec, Plain
from dashboard.house.services import current_services
from dashboard.security.policy import EVERYBODY
from dashboard.security.screens import PATH

MAP_URL = "/live/screen/map"


def _wall() -> Component:
    """The empty wall; nothing in it depends on who asks or on the address."""
    return html.Main(
        id="wall",
        className="wall",
        children=[
            html.Header(id="wall-top", className="top"),
            html.Section(
                id="wall-answer",
                className="answer",
                children=[
                    html.P(id="wall-sentence", className="sentence", role="status"),
                    html.Div(id="wall-index", className="index"),
                    _map(),
                    html.Section(id="wall-alerts", className="board"),
                    html.Section(id="wall-trends", className="trend-board"),
                ],
            ),
            html.Div(id="wall-left", className="side side-left"),
            html.Div(
                className="side side-right",
                children=[
                    html.Div(id="wall-right", className="side-panels"),
                    html.Section(id="wall-health", className="health"),
                ],
            ),
            html.Section(id="wall-scene", className="scene", hidden=True),
            html.Div(id="wall-call", className="wall-call", role="status", hidden=True),
            html.Div(id="wall-replay", className="replay", hidden=True),
            html.Div(id="wall-help", className="wall-help", role="dialog", hidden=True),
            html.Div(id="wall-banner", className="banner", role="alert", hidden=True),
        ],
    )


def _map() -> Component:
    return html.Section(
        className="map-board",
        children=[
            html.Div(
                className="map-frame",
                children=[
                    district_map(current_services().settings, MAP_URL, "wall-map"),
                    html.Div(id="wall-map-labels", className="map-labels"),
                ],
            ),
            html.Div(id="wall-map-foot", className="map-foot"),
        ],
    )


SPEC: PageSpec[Plain] = PageSpec(
    name="screen",
    path=PATH,
    roles=EVERYBODY,
    order=0,
    title=None,
    question=Plain.of,
    whole=_wall,
    nav=Nav("nav.screen", whole_page=True),
)
