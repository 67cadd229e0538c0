"""Maps as shapely polygons, and the real neighbours to compare them with."""

import json
import math
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from shapely import Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tests.fixtures.real_data import real_data

REAL = "shanghai-geography-economy/shanghai-8-districts-streets-towns-osm.geojson"
WALL = 0.003  # degrees, 300 m: less is a corner, not a border


def shapes_of(geojson: Mapping[str, Any]) -> dict[str, BaseGeometry]:
    """Geometry of each feature by its code."""
    return {f["properties"]["code"]: shape(f["geometry"]) for f in geojson["features"]}


def neighbours(shapes: Mapping[str, BaseGeometry]) -> set[tuple[str, str]]:
    """Pairs of codes that share a border of 300 m or more."""
    return {
        (a, b)
        for a, b in combinations(sorted(shapes), 2)
        if shapes[a].distance(shapes[b]) < 1e-9 and shapes[a].intersection(shapes[b]).length > WALL
    }


def real_boundaries() -> Path:
    """The file of real boundaries among the public data; without it the test is skipped."""
    return real_data(REAL)


def real_shapes() -> dict[str, BaseGeometry]:
    """Real geometry by nine-digit code."""
    document = json.loads(real_boundaries().read_bytes())
    return {
        f["properties"]["official_control_code_2023"][:9]: shape(f["geometry"])
        for f in document["features"]
    }


def sharpest(polygon: Polygon) -> float:
    """The smallest inner angle of the outer ring in degrees."""
    ring = list(polygon.exterior.coords)[:-1]
    stretch = math.cos(math.radians(ring[0][1]))
    angles = []
    for i, (x, y) in enumerate(ring):
        (ax, ay), (bx, by) = ring[i - 1], ring[(i + 1) % len(ring)]
        one = math.atan2(ay - y, (ax - x) * stretch)
        two = math.atan2(by - y, (bx - x) * stretch)
        gap = abs(one - two) % (2 * math.pi)
        angles.append(math.degrees(min(gap, 2 * math.pi - gap)))
    return min(angles)
