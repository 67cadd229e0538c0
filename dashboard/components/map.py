"""The district's map: outlines from the live lane, coloured and named by assets/js/wall/map.js.

No tile server is needed. Where the settings name a base map, it lies below and its approval
number stands in the notice (see data_access.maps.boundaries).
"""

from collections.abc import Mapping

import dash_leaflet as dl
from dash.development.base_component import Component

from data_access.settings import Settings

FIXED: Mapping[str, bool] = {
    "zoomControl": False,
    "attributionControl": False,
    "dragging": False,
    "scrollWheelZoom": False,
    "doubleClickZoom": False,
    "touchZoom": False,
    "boxZoom": False,
    "keyboard": False,
    "zoomAnimation": False,
    "fadeAnimation": False,
    "markerZoomAnimation": False,
}
"""A wall map does not move: it always shows the whole district."""


def district_map(settings: Settings, url: str, map_id: str) -> Component:
    """A map that loads its GeoJSON from `url` and fits it; names and states come by script."""
    streets = dl.GeoJSON(
        url=url,
        id=f"{map_id}-streets",
        style={"variable": "dashExtensions.map.style"},
        onEachFeature={"variable": "dashExtensions.map.onEachFeature"},
        interactive=False,
    )
    base = [dl.TileLayer(url=settings.map_tiles)] if settings.map_tiles else []
    found: Component = dl.Map(
        [*base, streets],
        id=map_id,
        className="map map-based" if base else "map",
        center=[0, 0],
        zoom=9,
        zoomSnap=0,
        **FIXED,
    )
    return found
