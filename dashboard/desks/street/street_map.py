"""The district's map as a drawing of light elements: a shape a street, coloured by its state.

States are marked by colour and shape and named in the tooltip; the list beside the map says them
in words. The notice of the map data stands below wherever the drawing is shown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians
from typing import Any, NamedTuple

from dashboard.components.gauge import shape
from dashboard.components.light import Node, el
from dashboard.components.map_names import (
    INSET_MARK,
    INSET_PX,
    Frame,
    meet,
    names_beside,
    names_inside,
)
from dashboard.components.picking import Picking
from dashboard.components.view import View
from data_access.maps.boundaries import MapData
from domain.place import Street
from domain.sign import GRADED, State

WIDTH = 1000.0  # of the whole drawing, in its own units
MARK = 19.0  # half the size of a mark on the whole drawing
LEAST_CLOSE_UP = 130.0
AROUND = 2.1  # a close-up is so many times as large as its place


class Shape(NamedTuple):
    """A place on the drawing."""

    path: str
    at: tuple[float, float]  # where its mark or name goes
    box: Frame


class Painted(NamedTuple):
    """How a place is to look."""

    state: State
    title: str


@dataclass(frozen=True)
class Drawing:
    """The shapes of a city, projected once."""

    data: MapData

    @cached_property
    def _frame(self) -> Frame:
        """West, north, units per degree of longitude and of latitude."""
        points = [p for f in self.data.geojson["features"] for p in _points(f["geometry"])]
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        scale = WIDTH / max(east - west, 1e-9)
        return west, north, scale, scale / cos(radians((south + north) / 2))

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """A point in degrees on the drawing."""
        west, north, across, down = self._frame
        return (lon - west) * across, (north - lat) * down

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Shapes by street code."""
        found = {}
        for feature in self.data.geojson["features"]:
            rings = [[self.place(*p) for p in ring] for ring in _rings(feature["geometry"])]
            points = [point for ring in rings for point in ring]
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            path = "".join("M" + "L".join(_thin(ring)) + "Z" for ring in rings)
            about = feature["properties"]
            box = (min(xs), min(ys), max(xs), max(ys))
            found[str(about["code"])] = Shape(path, self.place(*about["label"]), box)
        return found

    @cached_property
    def inset(self) -> Frame | None:
        """The part that is shown magnified beside the whole, if there is one."""
        if self.data.inset is None:
            return None
        west, south, east, north = self.data.inset
        return (*self.place(west, north), *self.place(east, south))

    @cached_property
    def height(self) -> float:
        """Height of the whole drawing in its units."""
        return max(drawn.box[3] for drawn in self.shapes.values())


def whole_map(
    view: View,
    drawing: Drawing,
    places: Mapping[str, Painted],
    picking: Picking,
    chosen: str | None = None,
    names: Mapping[str, str] | None = None,
) -> Node:
    """All streets, each of which a click picks; `chosen` = the one that the page looks at.

    With `names`, where small places lie close together, they are drawn once more beside it, larger.
    """
    shapes = [
        picking.link(_shape(s, code, places, chosen), _title(places, code), code)
        for code, s in drawing.shapes.items()
    ]
    shapes += _outlines(drawing.shapes, picking)
    marks = [
        shape(painted.state, *drawing.shapes[code].at, MARK)
        for code, painted in places.items()
        if code in drawing.shapes and painted.state in (*GRADED, State.UNKNOWN)
    ]
    box = f"-6 -6 {WIDTH + 12:.0f} {drawing.height + 12:.0f}"
    if names is None or drawing.inset is None:
        return _figure(view, drawing, box, [*shapes, *marks], "street-map")
    left, top, right, bottom = drawing.inset
    edge = min(-6, left - 4)  # the frame may reach beyond the land
    box = f"{edge:.0f} -6 {WIDTH + 6 - edge:.0f} {drawing.height + 12:.0f}"
    frame = el("rect", cls="inset-frame", x=left, y=top, width=right - left, height=bottom - top)
    inset = _inset(drawing, drawing.inset, places, names, picking)
    parts = [*shapes, *marks, frame]
    return _figure(view, drawing, box, parts, "street-map street-map-double", inset)


def close_up(
    view: View,
    drawing: Drawing,
    place: Street,
    places: Mapping[str, Painted],
    names: Mapping[str, str],
    href: Callable[[str], str | None],
) -> Node | None:
    """A place and its neighbours by name; None for a place that is nowhere on the map."""
    own = drawing.shapes.get(place.code)
    if own is not None:
        west, north, east, south = own.box
    elif place.lon is not None and place.lat is not None:
        west, north = east, south = drawing.place(place.lon, place.lat)
    else:
        return None
    wide = max(AROUND * (east - west), AROUND * (south - north) * 4 / 3, LEAST_CLOSE_UP)
    high = wide * 3 / 4
    left, top = (west + east - wide) / 2, (north + south - high) / 2
    frame = (left, top, left + wide, top + high)
    near = {c: s for c, s in drawing.shapes.items() if meet(s.box, frame)}
    shapes = [_place(s, code, places, href(code), place.code) for code, s in near.items()]
    if own is None:
        shapes.append(el("circle", cls="street-spot", cx=west, cy=north, r=wide / 40))
    order = sorted(near, key=lambda code: code != place.code)
    texts = names_inside({code: near[code].at for code in order}, names, frame, place.code)
    box = f"{left:.1f} {top:.1f} {wide:.1f} {high:.1f}"
    return _figure(view, drawing, box, [*shapes, *texts], "street-close")


def _inset(
    drawing: Drawing,
    frame: Frame,
    places: Mapping[str, Painted],
    names: Mapping[str, str],
    picking: Picking,
) -> Node:
    """The small places of the middle of the city, large enough for their names and marks."""
    near = {c: s for c, s in drawing.shapes.items() if meet(s.box, frame)}
    unit = (frame[2] - frame[0]) / INSET_PX
    shapes = [picking.quiet_link(_shape(s, code, places, None), code) for code, s in near.items()]
    shapes += _outlines(near, picking)
    spots = {c: s.at for c, s in near.items() if meet((*s.at, *s.at), frame)}
    small = sorted(spots, key=lambda c: near[c].box[2] - near[c].box[0])  # named nowhere else
    texts = names_beside({code: spots[code] for code in small}, names, frame, unit)
    marks = [
        shape(places[code].state, *at, INSET_MARK * unit)
        for code, at in spots.items()
        if code in places
    ]
    box = f"{frame[0]:.1f} {frame[1]:.1f} {frame[2] - frame[0]:.1f} {frame[3] - frame[1]:.1f}"
    about = {"role": "group", "aria_label": picking.view.text("streets.inset")}
    return el("svg", *shapes, *texts, *marks, viewBox=box, cls="street-inset", **about)


def _figure(
    view: View,
    drawing: Drawing,
    box: str,
    parts: Iterable[Node],
    cls: str,
    inset: Node | None = None,
) -> list[Any]:
    notice = view.name(drawing.data.notice)
    picture = el("svg", *parts, viewBox=box, role="group", aria_label=view.text("streets.map"))
    return el("figure", picture, inset, el("figcaption", notice), cls=cls)


def _shape(drawn: Shape, code: str, places: Mapping[str, Painted], chosen: str | None) -> Node:
    painted = places.get(code)
    title = el("title", painted.title) if painted else None
    cls = "street street-chosen" if code == chosen else "street"
    state = painted.state.value if painted else None
    return el("path", title, cls=cls, d=drawn.path, data_state=state, data_code=code)


def _title(places: Mapping[str, Painted], code: str) -> str:
    painted = places.get(code)
    return painted.title if painted else code


def _outlines(shapes: Mapping[str, Shape], picking: Picking) -> list[Node]:
    """Round what is picked, over its neighbours."""
    return [el("path", cls="street-picked", d=shapes[c].path) for c in picking.codes if c in shapes]


def _place(
    drawn: Shape, code: str, places: Mapping[str, Painted], href: str | None, chosen: str
) -> Node:
    path = _shape(drawn, code, places, chosen)
    if href is None:
        return path
    # the list beside it leads to the same places: one way for the keyboard is enough
    return el("a", path, href=href, tabindex="-1", aria_hidden="true")


def _thin(ring: list[tuple[float, float]]) -> list[str]:
    """The points of a ring to half a unit, repeats left out."""
    kept: list[str] = []
    for x, y in ring:
        text = f"{round(2 * x) / 2:g} {round(2 * y) / 2:g}"
        if not kept or kept[-1] != text:
            kept.append(text)
    return kept


def _rings(geometry: Mapping[str, Any]) -> Iterable[list[list[float]]]:
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    for polygon in polygons:
        yield from polygon


def _points(geometry: Mapping[str, Any]) -> Iterable[list[float]]:
    for ring in _rings(geometry):
        yield from ring
