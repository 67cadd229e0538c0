"""The district's map: our own schematic, or the boundaries that BOUNDARIES names."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from data_access.maps.geometry import Polygon, label_of, polygons, thinned
from data_access.maps.map_inset import Box, inset_of
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.place import Street
from domain.text import Text

WIRE_LIMIT = 140_000  # bytes of JSON that a wall may have to load
# a host and a path; the host goes into a header, so nothing that would mean something there
_TILES = re.compile(r"https?://[A-Za-z0-9.{}\[\]:-]+/[^\s;,'\"]*")
_CREDITS = ("license", "licence", "attribution", "copyright")
_DEGREES = ("CRS84", "4326", "4490")  # names of coordinate systems in WGS-84-like degrees


@dataclass(frozen=True)
class MapData:
    """What a map needs: features in catalogue order with properties `code` and `label` [lon, lat].

    `notice` must stand beside the map wherever it is shown; `approval_no` is
    the 审图号 of the base map or boundaries, when there is one.
    """

    geojson: dict[str, Any]
    schematic: bool
    notice: Text
    approval_no: str | None
    inset: Box | None = None  # where small places lie close together: to be shown magnified


Shapes = dict[str, list[Polygon]]


def load_map(settings: Settings, catalogue: Catalogue) -> MapData:
    """The map of the catalogue's streets and towns (special areas have no polygon).

    ValueError lists every fault of the file: streets without a feature or with several, broken
    geometry; also when a base map is set without its approval number, or to what is no address.
    """
    approval = (settings.map_approval_no or "").strip() or None
    if settings.map_tiles:
        _check_tiles(settings.map_tiles, approval)
    if settings.boundaries is None:
        geojson, _ = _drawn(Path(catalogue.map_path), catalogue.counted)
        zh, en = "示意图，不代表行政区划界线", "Schematic, not administrative boundaries"
    else:
        geojson, credits = _drawn(settings.boundaries, catalogue.counted)
        zh = "；".join(["边界由部署单位提供", *credits])
        en = "; ".join(["Boundaries supplied by the operator", *credits])
    if approval:
        zh, en = f"{zh}。审图号：{approval}", f"{en}. Map approval number {approval}"
    inset = inset_of(geojson["features"])
    return MapData(geojson, settings.boundaries is None, Text(zh=zh, en=en), approval, inset)


def _check_tiles(address: str, approval: str | None) -> None:
    """ValueError unless a base map may be shown, from an address that a browser can ask."""
    if not approval:
        raise ValueError(
            "MAP_TILES: a base map may be shown only with its approval number (审图号): "
            "set MAP_APPROVAL_NO"
        )
    if not _TILES.fullmatch(address) or not all(part in address for part in ("{z}", "{x}", "{y}")):
        raise ValueError(
            f"MAP_TILES: {address!r} is not an http(s) address with {{z}}, {{x}} and {{y}},"
            " as https://tiles.example/{z}/{x}/{y}.png"
        )


@lru_cache(maxsize=4)  # read once per process, like the catalogue
def _drawn(path: Path, streets: tuple[Street, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The features for the wire and the licences that the file states."""
    shapes, credits = _matched(path, streets)
    return _geojson(thinned(shapes, WIRE_LIMIT)), tuple(credits)


def _geojson(shapes: Shapes) -> dict[str, Any]:
    features = []
    for code, parts in shapes.items():
        coordinates = [[[list(point) for point in ring] for ring in part] for part in parts]
        single = len(coordinates) == 1
        geometry = {
            "type": "Polygon" if single else "MultiPolygon",
            "coordinates": coordinates[0] if single else coordinates,
        }
        properties = {"code": code, "label": list(label_of(parts))}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _matched(path: Path, streets: tuple[Street, ...]) -> tuple[Shapes, list[str]]:
    """Polygons by street code in catalogue order, and the licences that the features state."""
    shapes, credits, faults = _read(path, streets)
    if faults:
        told = [reason for _, reason in faults]
        raise ValueError("\n".join([f"{path}: faults: {len(faults)}", *told]))
    return shapes, credits


def shape_faults(path: Path, streets: tuple[Street, ...]) -> list[tuple[str, str]]:
    """(street code or "", what is wrong) for everything that keeps a file from being drawn."""
    try:
        shapes, _, faults = _read(path, streets)
        if not faults:
            thinned(shapes, WIRE_LIMIT)
    except ValueError as fault:
        return [("", str(fault).removeprefix(f"{path}: "))]
    return faults


def _read(
    path: Path, streets: tuple[Street, ...]
) -> tuple[Shapes, list[str], list[tuple[str, str]]]:
    """Shapes, licences, and faults by street."""
    faults: list[tuple[str, str]] = []
    shapes: Shapes = {}
    credits: set[str] = set()
    for number, feature in enumerate(_features(path), start=1):
        properties = feature.get("properties") or {}
        for street in _streets(properties, streets):
            name = f"feature {number}, {street.code} {street.name.zh}"
            if street.code in shapes:
                faults.append((street.code, f"{name}: the street has a feature already"))
                continue
            shapes[street.code] = []
            try:
                shapes[street.code] = polygons(feature.get("geometry"), street)
            except ValueError as fault:
                faults.append((street.code, f"{name}: {fault}"))
            credits |= {str(properties[key]) for key in _CREDITS if properties.get(key)}
    faults += [
        (s.code, f"{s.code} {s.name.zh}: no feature") for s in streets if s.code not in shapes
    ]
    known = {s.code: shapes[s.code] for s in streets if s.code in shapes}
    return known, sorted(credits), faults


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: not a readable GeoJSON file: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise ValueError(f"{path}: a GeoJSON FeatureCollection is needed")
    crs = json.dumps(document.get("crs") or "CRS84")
    if not any(name in crs for name in _DEGREES):
        raise ValueError(f"{path}: coordinates must be WGS-84 longitude and latitude, not {crs}")
    return features


def _streets(properties: Mapping[str, Any], streets: tuple[Street, ...]) -> Iterator[Street]:
    """The street that a feature is of: by an NBS code among its values, else by its full name.

    A feature with another place's 12-digit code is never taken for a namesake.
    """
    values = {str(v).strip() for v in properties.values() if isinstance(v, str | int)}
    codes = {v for v in values if v.isascii() and v.isdigit() and len(v) in (9, 12)}
    short = {code[:9] for code in codes}
    coded = [street for street in streets if street.code in short]
    if coded or any(len(code) == 12 for code in codes):
        return iter(coded)
    return (street for street in streets if street.name.zh in values)
