"""Drawings made on the server: a line of values, the district's map. Plain SVG, no scripts."""

from collections.abc import Callable, Sequence
from math import cos, radians
from typing import Any, NamedTuple

from data_access.maps.map_inset import Box, inset_of, rings

WIDTH, HEIGHT, TOP, FOOT = 286.0, 90.0, 10.0, 80.0
MAP_WIDTH = 640.0
LEAST = 4  # values that make a line; fewer tell no trend


class Curve(NamedTuple):
    """A drawn series: segments of points (gaps stay gaps), the newest one, a dashed level."""

    segments: tuple[str, ...]
    x: float
    y: float
    level: float | None
    shades: str = ""


def line(values: Sequence[float | None], level: float | None = None) -> Curve | None:
    """The line of a series; None with fewer than LEAST values. `level` is drawn when it is near."""
    known = [value for value in values if value is not None]
    if len(known) < LEAST:
        return None
    low, high = min(known), max(known)
    if level is not None and low - (high - low) <= level <= high + (high - low or abs(high) or 1):
        low, high = min(low, level), max(high, level)
    else:
        level = None
    spread = high - low or 1.0
    step = (WIDTH - 2) / (len(values) - 1)

    def y(value: float) -> float:
        return FOOT - (value - low) / spread * (FOOT - TOP)

    segments: list[list[str]] = []
    points: list[str] = []
    last = (0.0, 0.0)
    for n, value in enumerate(values):
        if value is None:
            segments.append(points)
            points = []
            continue
        last = (2 + n * step, y(value))
        points.append(f"{last[0]:.1f},{last[1]:.1f}")
    drawn = tuple(" ".join(found) for found in [*segments, points] if len(found) > 1)
    return Curve(drawn, round(last[0], 1), round(last[1], 1), None if level is None else y(level))


class Shape(NamedTuple):
    """One street on the map."""

    code: str
    path: str
    x: float
    y: float
    room: float  # width that its name may have


def with_room(names: Sequence[tuple[Shape, str]], letter: float, height: float) -> set[str]:
    """Codes of the shapes whose names fit into them, the map and past one another."""
    kept: list[tuple[float, float, float]] = []
    found = set()
    for shape, name in sorted(names, key=lambda pair: -pair[0].room):
        half = len(name) * letter / 2
        free = all(
            abs(shape.x - x) > half + other or abs(shape.y - y) > height for x, y, other in kept
        )
        whole = half <= shape.x <= MAP_WIDTH - half
        if free and whole and 2 * half <= shape.room:
            kept.append((shape.x, shape.y, half))
            found.add(shape.code)
    return found


class Inset(NamedTuple):
    """The part of the map that is drawn once more, magnified."""

    frame: tuple[float, float, float, float]  # on the map itself: x, y, width, height
    height: float  # its own; it is as wide as the map
    shapes: tuple[Shape, ...]
    named: frozenset[str]  # codes of the streets whose names stand in it


class Drawing(NamedTuple):
    """The whole map."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    inset: Inset | None = None


_At = Callable[[Sequence[float]], tuple[float, float]]


def drawing(geojson: dict[str, Any]) -> Drawing:
    """Every street's outline in an SVG's coordinates, north up, true to shape."""
    features = geojson["features"]
    points = [p for f in features for ring in rings(f["geometry"]) for p in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    at, height = _projection((west, south, east, north))
    return Drawing(MAP_WIDTH, height, _shapes(features, at), _inset(features, at))


def _projection(box: Box) -> tuple[_At, float]:
    """Degrees to points of a drawing MAP_WIDTH wide, and its height."""
    west, south, east, north = box
    shrink = cos(radians((south + north) / 2))  # a degree of longitude is shorter than of latitude
    scale = MAP_WIDTH / ((east - west) * shrink)

    def at(point: Sequence[float]) -> tuple[float, float]:
        return (point[0] - west) * shrink * scale, (north - point[1]) * scale

    return at, round((north - south) * scale, 1)


def _shapes(features: Sequence[dict[str, Any]], at: _At) -> tuple[Shape, ...]:
    return tuple(
        Shape(
            f["properties"]["code"],
            _path(f["geometry"], at),
            *_rounded(at(_label(f))),
            _room(f["geometry"], at),
        )
        for f in features
    )


def _inset(features: Sequence[dict[str, Any]], on_map: _At) -> Inset | None:
    box = inset_of(features)
    if box is None:
        return None
    west, south, east, north = box
    at, height = _projection(box)
    near = [f for f in features if _meets(f, box)]
    named = frozenset(
        f["properties"]["code"]
        for f in near
        if west < _label(f)[0] < east and south < _label(f)[1] < north
    )
    (left, top), (right, bottom) = on_map((west, north)), on_map((east, south))
    frame = (round(left), round(top), round(right - left), round(bottom - top))
    return Inset(frame, height, _shapes(near, at), named)


def _meets(feature: dict[str, Any], box: Box) -> bool:
    points = [p for ring in rings(feature["geometry"]) for p in ring]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    across = min(xs) < box[2] and max(xs) > box[0]
    return across and min(ys) < box[3] and max(ys) > box[1]


def _label(feature: dict[str, Any]) -> Sequence[float]:
    found: Sequence[float] = feature["properties"]["label"]
    return found


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 1), round(point[1], 1)


def _room(geometry: dict[str, Any], at: Any) -> float:
    """A name fits where the shape is wide and not too flat."""
    points = [at(point) for ring in rings(geometry) for point in ring]
    width = max(p[0] for p in points) - min(p[0] for p in points)
    height = max(p[1] for p in points) - min(p[1] for p in points)
    return float(round(min(width, 2.2 * height), 1))


def _path(geometry: dict[str, Any], at: Any) -> str:
    drawn = (
        "M" + "L".join("{:.0f} {:.0f}".format(*at(point)) for point in ring) + "Z"
        for ring in rings(geometry)
    )
    return "".join(drawn)
