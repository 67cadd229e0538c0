"""Our own schematic map of a city, made from the centroids and areas in its streets.csv alone.

`python -m data_access.catalogue.schematic data_access/catalogue/<city>` rewrites map.geojson, byte
for byte the same on every run. A developer's act, never the product's.
"""

import csv
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_access.catalogue import cells, contour
from data_access.catalogue.city import read_city
from data_access.catalogue.faults import Report
from data_access.maps.geometry import DECIMALS, area_of, label_of
from data_access.maps.topology import Line, Point, cut, simplify

KM_PER_DEGREE = 111.32
EQUALISE = 0.8  # areas are drawn as area**EQUALISE: small streets need room for their names …
SLACK = 0.13  # … but a share never leaves its true value by more than this
SOFTNESS = 0.45  # the outline is rounded at this part of the smallest street's side
GROWTH = 1.05  # discs are drawn this much larger than their areas, which closes the outline


@dataclass(frozen=True, slots=True)
class Spot:
    """A street as the map knows it: code, WGS-84 centroid, area in km²."""

    code: str
    lon: float
    lat: float
    area: float


def read_spots(folder: Path) -> list[Spot]:
    """Streets and towns of streets.csv (special areas overlie them and have no cell).

    ValueError names the file, line and field of a missing or wrong number.
    """
    path, spots = folder / "streets.csv", []
    overlying = {k.code for k in read_city(folder, Report()).kinds if not k.counts}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in (reader := csv.DictReader(stream)):
            if row["kind"] in overlying:
                continue
            numbers = []
            for field in ("lon", "lat", "area_km2"):
                try:
                    numbers.append(float(row[field]))
                except ValueError:
                    raise ValueError(
                        f"{path}:{reader.line_num}: {field}: a number is needed"
                    ) from None
            spots.append(Spot(row["code"], *numbers))
    return spots


@dataclass(frozen=True, slots=True)
class Plane:
    """Equirectangular plane in km about a city's middle."""

    lon: float
    lat: float
    stretch: float  # km per degree of longitude

    @classmethod
    def of(cls, spots: list[Spot]) -> "Plane":
        """The plane through the mean of the centroids."""
        lat = round(math.fsum(s.lat for s in spots) / len(spots), 3)
        lon = round(math.fsum(s.lon for s in spots) / len(spots), 3)
        return cls(lon, lat, round(KM_PER_DEGREE * math.cos(math.radians(lat)), 6))

    def km(self, spot: Spot) -> Point:
        """From WGS-84 degrees."""
        return (spot.lon - self.lon) * self.stretch, (spot.lat - self.lat) * KM_PER_DEGREE

    def degrees(self, point: Point) -> Point:
        """To WGS-84 degrees, five decimals (one metre)."""
        lon, lat = self.lon + point[0] / self.stretch, self.lat + point[1] / KM_PER_DEGREE
        return round(lon, DECIMALS), round(lat, DECIMALS)


def drawn_shares(spots: list[Spot]) -> cells.Floats:
    """Shares of the map's area: equalised a little, each within SLACK of its true share."""
    total = math.fsum(s.area for s in spots)
    true = np.array([s.area / total for s in spots])
    drawn = np.array([share**EQUALISE for share in true.tolist()])
    for _ in range(60):
        drawn = np.clip(drawn / math.fsum(drawn), true * (1 - SLACK), true * (1 + SLACK))
    result: cells.Floats = drawn / math.fsum(drawn)
    return result


def labelled_grid(spots: list[Spot], plane: Plane) -> tuple[cells.Grid, list[list[int]]]:
    """Every pixel's street: outline from the free cells, cells cut to area, then rounded."""
    centroids = np.array([plane.km(s) for s in spots])
    shares = drawn_shares(spots)
    areas = shares * (GROWTH * math.fsum(s.area for s in spots))
    small, large = math.sqrt(areas.min()), math.sqrt(areas.max())
    middle = cells.Grid.around(centroids, large, small / 10)
    soft = cells.outline(centroids, areas, middle, SOFTNESS * small)
    coarse = cells.Grid.around(centroids, large, small / 6)
    sites = cells.fit(centroids, shares, cells.filled(middle.sample(soft, coarse) > 0.5), coarse)
    fine = cells.Grid.around(centroids, large, min(small / 13, math.sqrt(areas.sum()) / 230))
    label = sites.scores(fine).argmin(axis=0)
    label[~cells.filled(middle.sample(soft, fine) > 0.5)] = cells.OUTSIDE
    label = cells.foam(label, shares, rounds=6, sigma=min(0.22 * small / fine.step, 5))
    return fine, contour.joined(label.tolist(), len(spots))


def borders(spots: list[Spot]) -> list[list[Line]]:
    """Rings of each street in degrees, outer ring first, anticlockwise."""
    plane = Plane.of(spots)
    grid, label = labelled_grid(spots, plane)
    place = contour.smoothed(label, outline=120, inner=40)
    rings, owner = [], []
    for index in range(len(spots)):
        for ring in contour.rings(label, index):
            rings.append(contour.as_line(ring, place))
            owner.append(index)
    thin = simplify(cut(rings), area=0.02)

    def degrees(point: Point) -> Point:
        return plane.degrees((grid.x0 + point[0] * grid.step, grid.y0 + point[1] * grid.step))

    found: list[list[Line]] = [[] for _ in spots]
    for number, index in enumerate(owner):
        found[index].append(tuple(degrees(point) for point in thin.ring(number)))
    return [sorted(lines, key=area_of, reverse=True) for lines in found]


def geojson(spots: list[Spot]) -> str:
    """The map as GeoJSON text, a feature a line: {"code", "label"} and a Polygon."""
    lines = []
    for spot, rings in zip(spots, borders(spots), strict=True):
        feature = {
            "type": "Feature",
            "properties": {"code": spot.code, "label": label_of([rings])},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        lines.append(json.dumps(feature, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def main(folder: Path) -> Path:
    """Write <folder>/map.geojson and return its path."""
    path = folder / "map.geojson"
    path.write_text(geojson(read_spots(folder)), encoding="utf-8")
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m data_access.catalogue.schematic CITY_FOLDER")
    print(main(Path(sys.argv[1])))
