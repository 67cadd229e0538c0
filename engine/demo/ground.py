"""The ground the city stands on: places in km around the district's middle, and their shares."""

import math
from collections.abc import Sequence

from domain.catalogue import Catalogue
from domain.place import Street
from engine.demo.storms import Point

KM_PER_DEGREE = 111.32
SHARES = ("population", "area", "jobs", "equal")


class Ground:
    """Places in the order of every row: the streets that count first, then the special areas."""

    def __init__(self, catalogue: Catalogue) -> None:
        areas = tuple(s for s in catalogue.streets if not s.counts)
        self.places: tuple[Street, ...] = (*catalogue.counted, *areas)
        self.counted = len(catalogue.counted)
        self.points: tuple[Point, ...] = _points(self.places)
        self._shares = {kind: self._shares_by(kind) for kind in SHARES}

    def shares(self, kind: str) -> tuple[float, ...]:
        """Each place's share of the district (those that count sum to 1; areas beside it).

        Where a figure is missing for one street, the kind falls back: jobs and area to residents,
        residents to equal parts.
        """
        return self._shares[kind]

    def near(self, centre: int, reach_km: float) -> list[float]:
        """How much each place feels of something at place `centre`: 1 there, falling off."""
        x, y = self.points[centre]
        wide = 2.0 * reach_km * reach_km
        felt = (math.exp(-((px - x) ** 2 + (py - y) ** 2) / wide) for px, py in self.points)
        return [f if f > 0.05 else 0.0 for f in felt]

    def pick(self, kind: str, where: float) -> int:
        """The counted place at `where` ∈ [0, 1) of the district, each as wide as its share."""
        for index, share in enumerate(self.shares(kind)[: self.counted]):
            where -= share
            if where < 0:
                return index
        return self.counted - 1

    def _shares_by(self, kind: str) -> tuple[float, ...]:
        sizes = [_size(place, kind) for place in self.places]
        if any(size <= 0 for size in sizes[: self.counted]):
            if kind == "population":
                return self._shares_by("equal")
            return self._shares_by("population")
        whole = sum(sizes[: self.counted])
        return tuple(size / whole for size in sizes)


def _size(place: Street, kind: str) -> float:
    if kind == "equal":
        return 1.0
    figure = {"population": place.population, "area": place.area_km2, "jobs": place.employment}
    return float(figure[kind] or 0)


def _points(places: Sequence[Street]) -> tuple[Point, ...]:
    known = [(p.lon, p.lat) for p in places if p.lon is not None and p.lat is not None]
    if not known:
        return tuple((0.0, 0.0) for _ in places)
    lon0 = sum(lon for lon, _ in known) / len(known)
    lat0 = sum(lat for _, lat in known) / len(known)
    east = KM_PER_DEGREE * math.cos(math.radians(lat0))
    return tuple(
        (0.0, 0.0)
        if p.lon is None or p.lat is None
        else ((p.lon - lon0) * east, (p.lat - lat0) * KM_PER_DEGREE)
        for p in places
    )
