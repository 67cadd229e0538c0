"""The city's streets as one drawing for the front door: lines only, nothing to read off."""

import json
from collections.abc import Iterable
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any, NamedTuple

WIDTH = 1000.0


class Outline(NamedTuple):
    """An SVG view box and the path data of every place."""

    view_box: str
    paths: tuple[str, ...]


@lru_cache(maxsize=4)
def outline(map_path: str) -> Outline:
    """The drawing of a schematic map (GeoJSON in degrees), north up, true to shape."""
    features = json.loads(Path(map_path).read_text(encoding="utf-8"))["features"]
    places = [list(_rings(feature["geometry"])) for feature in features]
    points = [point for rings in places for ring in rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = cos(radians((south + north) / 2))  # a degree of longitude is shorter than of latitude
    scale = WIDTH / ((east - west) * shrink)

    def at(point: list[float]) -> str:
        return f"{(point[0] - west) * shrink * scale:.0f} {(north - point[1]) * scale:.0f}"

    paths = tuple(
        "".join("M" + "L".join(at(point) for point in ring) + "Z" for ring in rings)
        for rings in places
    )
    height = (north - south) * scale
    return Outline(f"-4 -4 {WIDTH + 8:.0f} {height + 8:.0f}", paths)


def _rings(geometry: dict[str, Any]) -> Iterable[list[list[float]]]:
    """The rings of a Polygon or MultiPolygon."""
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    for polygon in polygons:
        yield from polygon
