"""The peer: the wall's 117 signs as one writes them first in Dash.

A `dcc.Interval` asks each second, a callback reads the store and builds every component anew.
Served like the product (`gunicorn -k gevent -w 2 bench.peer_interval:server`) on the same store,
without a login, without roll-ups of its own, without history.
"""

import sys
from typing import Any

import dash
import dash_leaflet as dl
from dash import dcc, html
from dash.dependencies import Input, Output
from sqlalchemy import select

from bench.product import Child, Product, eventually, free_port, get
from data_access.catalogue.loader import load_catalogue
from data_access.maps.boundaries import load_map
from data_access.settings import load_settings
from data_access.store.db import Database, open_database
from data_access.store.tables import latest
from domain.catalogue import Catalogue
from domain.sign import SEVERITY, State

EVERY_MS = 1_000
WORKERS = 2
CALLBACK = {
    "output": "page.children",
    "outputs": {"id": "page", "property": "children"},
    "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}],
    "changedPropIds": ["tick.n_intervals"],
    "parsedChangedPropsIds": ["tick.n_intervals"],
}
"""What a browser posts to /_dash-update-component at every tick."""


def _worst(states: list[State]) -> State:
    return max(states, key=SEVERITY.__getitem__, default=State.UNKNOWN)


def _page(catalogue: Catalogue, db: Database) -> list[Any]:
    mine = latest.c.unit == catalogue.code
    with db.read() as conn:
        rows: dict[str, Any] = {
            row.indicator: row for row in conn.execute(select(latest).where(mine))
        }
        found = conn.execute(select(latest.c.unit, latest.c.state).distinct()).all()
    cells = []
    for sign in catalogue.signs:
        row = rows.get(sign.code)
        value = "—" if row is None else f"{row.value:.{sign.decimals}f}"
        cells.append(
            html.Div(
                [
                    html.B(sign.short.zh),
                    html.Span(value, className="value"),
                    html.Small(sign.measured_in.zh),
                ],
                id=f"sign-{sign.code}",
                className=f"cell {'unknown' if row is None else row.state}",
            )
        )
    states: dict[str, list[State]] = {}
    for place, state in found:
        states.setdefault(place, []).append(State(state))
    streets = [
        html.Div(street.name.zh, className=f"street {_worst(states.get(street.code, []))}")
        for street in catalogue.counted
    ]
    return [html.Div(cells, className="cells"), html.Div(streets, className="streets")]


def _app() -> dash.Dash:
    settings = load_settings()
    catalogue = load_catalogue(settings.city)
    db = open_database(settings)
    geojson = load_map(settings, catalogue).geojson
    app = dash.Dash(__name__, assets_folder="none", title="peer")
    app.layout = html.Div(
        [
            html.Div(id="page"),
            dl.Map(
                dl.GeoJSON(data=geojson),
                center=[31.1, 121.7],
                zoom=9,
                attributionControl=False,
                style={"height": "420px", "width": "640px"},
            ),
            dcc.Interval(id="tick", interval=EVERY_MS),
        ]
    )

    @app.callback(Output("page", "children"), Input("tick", "n_intervals"))
    def page(_: int | None) -> list[Any]:
        return _page(catalogue, db)

    app.server.test_client().get("/")  # scripts are registered before two workers race for it
    return app


class Peer:
    """The peer on a free port beside a product, reading that product's store."""

    def __init__(self, product: Product) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._child = Child(
            [
                sys.executable,
                *("-m", "gunicorn", "-k", "gevent", "-w", str(WORKERS)),
                *("-b", f"127.0.0.1:{self.port}", "--no-control-socket"),
                "bench.peer_interval:server",
            ],
            product.folder / "log-peer",
            product.env,
        )

    def __enter__(self) -> "Peer":
        try:
            eventually(self._ready, 60, "the peer", 0.2)
        except BaseException:
            self._child.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    def _ready(self) -> bool:
        self._child.check()
        return get(self.url)[0] == 200


def __getattr__(name: str) -> Any:
    """`server` is made when gunicorn asks for it, not when a bench imports the module."""
    if name == "server":
        globals()["server"] = _app().server
        return globals()["server"]
    raise AttributeError(name)
