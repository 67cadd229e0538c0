"""Which part of a map needs a magnified inset: where many small places lie close together.

Found in the shapes themselves: a place is small when its name has no room on a map of the whole
city, and a group of small neighbours is shown larger beside it. A city of places of one size, or
whose small ones lie scattered, has none.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import cos, hypot, radians, sqrt
from typing import Any, NamedTuple

SMALL = 0.07  # of the map's longer side: the width of a place that is too narrow for its name
NEAR = 1.6  # neighbours lie within so many of their own widths
LEAST = 4  # places, or it is no group
MAGNIFIED = 2.0  # an inset that enlarges less explains nothing
MARGIN = 0.05  # of the group's own size, around it

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


class _Place(NamedTuple):
    at: tuple[float, float]  # of its name, on a plane in degrees of latitude
    width: float  # of a square of its area
    box: Box


def inset_of(features: Sequence[Mapping[str, Any]]) -> Box | None:
    """The box of the largest group of small places, None where none is worth it."""
    points = [p for feature in features for ring in rings(feature["geometry"]) for p in ring]
    if not points:
        return None
    shrink = cos(radians((min(p[1] for p in points) + max(p[1] for p in points)) / 2))
    whole = _longer(_box(points), shrink)
    small = [p for p in (_place(f, shrink) for f in features) if p.width < SMALL * whole]
    group = max(_groups(small), key=len, default=[])
    if len(group) < LEAST:
        return None
    west, south, east, north = _around([place.box for place in group])
    pad = MARGIN * _longer((west, south, east, north), shrink)
    found = (west - pad / shrink, south - pad, east + pad / shrink, north + pad)
    return found if whole / _longer(found, shrink) >= MAGNIFIED else None


def rings(geometry: Mapping[str, Any]) -> Iterable[Sequence[Sequence[float]]]:
    """The rings of a Polygon or MultiPolygon."""
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    for polygon in polygons:
        yield from polygon


def _place(feature: Mapping[str, Any], shrink: float) -> _Place:
    geometry = feature["geometry"]
    found = list(rings(geometry))
    area = abs(sum(_area(ring) for ring in found)) * shrink
    lon, lat = feature["properties"]["label"]
    return _Place((lon * shrink, lat), sqrt(area), _box([p for ring in found for p in ring]))


def _area(ring: Sequence[Sequence[float]]) -> float:
    """Signed, so that holes count against their outer ring where they turn the other way."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def _groups(places: Sequence[_Place]) -> list[list[_Place]]:
    """Places that hang together by neighbours."""
    left, groups = list(places), []
    while left:
        group = [left.pop()]
        for member in group:
            near = [p for p in left if _near(member, p)]
            left = [p for p in left if p not in near]
            group += near
        groups.append(group)
    return groups


def _near(one: _Place, other: _Place) -> bool:
    apart = hypot(one.at[0] - other.at[0], one.at[1] - other.at[1])
    return apart <= NEAR * (one.width + other.width) / 2


def _box(points: Sequence[Sequence[float]]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def _around(boxes: Sequence[Box]) -> Box:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _longer(box: Box, shrink: float) -> float:
    return max((box[2] - box[0]) * shrink, box[3] - box[1])
