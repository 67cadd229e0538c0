"""Polygons of streets: read from GeoJSON, thinned for the wire, and where their labels go."""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from data_access.maps.pole import pole
from data_access.maps.topology import Line, Point, crossing, cut, simplify
from domain.place import Street

Polygon = list[Line]  # outer ring first, then holes; rings are closed

DECIMALS = 5  # of a degree: one metre
FAR_DEGREES = 0.5  # a polygon this far from its street's centroid is of another place
LABEL_STRETCH = 1.7  # names are wider than high
_LEAST_AREA = 1e-8  # square degrees, about 100 m²: where thinning starts


def polygons(geometry: object, street: Street) -> list[Polygon]:
    """The polygons of a Polygon or MultiPolygon geometry, in degrees to five decimals.

    ValueError names what is wrong: type, ring, coordinate, crossing, or a place elsewhere.
    """
    if not isinstance(geometry, Mapping):
        raise ValueError("no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"a Polygon or MultiPolygon is needed, not {kind}")
    parts = _list([coordinates] if kind == "Polygon" else coordinates, "coordinates")
    exact = [[_ring(ring) for ring in _list(part, "polygon")] for part in parts]
    if crossing(cut([ring for part in exact for ring in part]).arcs):
        raise ValueError("a ring crosses itself or another one")
    _check_near(exact, street)
    rounded = [[_rounded(ring) for ring in part] for part in exact]
    # A ring under a metre across is gone; with its outer ring a part goes too.
    kept = [[r for r in part if len(r) >= 4] for part in rounded if len(part[0]) >= 4]
    if not kept:
        raise ValueError("the polygon has no area")
    return kept


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{name}: a list that is not empty is needed")
    return value


def _ring(value: object) -> Line:
    points = tuple(_point(position) for position in _list(value, "ring"))
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError("a ring needs four positions or more, the last equal to the first")
    ring = _without_repeats(points)
    if len(ring) < 4:
        raise ValueError("a ring needs three different positions: this one has no area")
    return ring


def _without_repeats(points: Sequence[Point]) -> Line:
    return tuple(p for i, p in enumerate(points) if i == 0 or p != points[i - 1])


def _point(position: object) -> Point:
    """Longitude and latitude; a height is let go."""
    match position:
        case [int() | float() as lon, int() | float() as lat, *_] if (
            abs(lon) <= 180 and abs(lat) <= 90
        ):
            return float(lon), float(lat)
    raise ValueError(f"position {position}: longitude and latitude in degrees are needed")


def _rounded(ring: Line) -> Line:
    return _without_repeats([(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring])


def _check_near(parts: list[Polygon], street: Street) -> None:
    if street.lon is None or street.lat is None:
        return
    points = [point for part in parts for point in part[0]]
    for axis, centre in ((0, street.lon), (1, street.lat)):
        low, high = min(p[axis] for p in points), max(p[axis] for p in points)
        if not low - FAR_DEGREES <= centre <= high + FAR_DEGREES:
            raise ValueError(f"lies far from the street's place ({street.lon}, {street.lat})")


def thinned(shapes: Mapping[str, list[Polygon]], limit: int) -> dict[str, list[Polygon]]:
    """The same shapes in at most `limit` bytes of JSON, shared borders still shared.

    ValueError when the file cannot be made small enough without losing a street.
    """
    result = dict(shapes)
    whole = cut([ring for parts in shapes.values() for part in parts for ring in part])
    area = _LEAST_AREA
    while len(json.dumps(result, separators=(",", ":"))) > limit:
        if area > 1:
            raise ValueError(f"boundaries: too many separate polygons for {limit} bytes")
        thin = simplify(whole, area)
        numbers = iter(range(len(thin.rings)))
        result = {
            code: [[thin.ring(next(numbers)) for _ in part] for part in parts]
            for code, parts in shapes.items()
        }
        area *= 2
    return result


def label_of(parts: list[Polygon]) -> Point:
    """Where the name of a place goes: deepest inside its largest polygon, in degrees."""
    largest = max(parts, key=lambda part: abs(area_of(part[0])))
    precision = math.sqrt(abs(area_of(largest[0]))) / 50
    lon, lat = pole(largest, precision, LABEL_STRETCH)
    return round(lon, DECIMALS), round(lat, DECIMALS)


def area_of(ring: Line) -> float:
    """Signed area of a closed ring in its own square units, positive when anticlockwise."""
    x0, y0 = ring[0]
    terms = ((ax - x0) * (by - y0) - (bx - x0) * (ay - y0) for (ax, ay), (bx, by) in pairwise(ring))
    return math.fsum(terms) / 2
