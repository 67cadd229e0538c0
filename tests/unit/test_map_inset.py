"""Where a map needs an inset is found in its shapes."""

from typing import Any

import pytest

from dashboard.components.picking import Picking
from dashboard.components.view import View
from dashboard.desks.street.street_map import Drawing, Painted, whole_map
from dashboard.public_site.chart import drawing
from data_access.catalogue.loader import load_catalogue
from data_access.maps.boundaries import load_map
from data_access.maps.map_inset import LEAST, inset_of
from data_access.settings import Settings
from domain.sign import State
from tests.unit.test_marks import texts


def square(n: int, west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    label = [west + side / 2, south + side / 2]
    return {
        "properties": {"code": str(n), "label": label},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


BIG = [square(n, n % 3, n // 3, 1.0) for n in range(9)]  # three by three degrees


def test_small_neighbours_are_one_group() -> None:
    small = [square(20 + n, 3.0 + 0.1 * n, 0.0, 0.1) for n in range(5)]
    alone = square(40, -0.1, 2.0, 0.1)
    found = inset_of([*BIG, *small, alone])
    assert found is not None
    west, south, east, north = found
    assert west < 3.0 < 3.5 < east and south < 0.0 < 0.1 < north
    assert east - west < 0.7 and west > 2.5  # the one that lies alone is not in it


def test_no_inset_where_it_would_show_nothing_more() -> None:
    few = [square(20 + n, 3.0 + 0.1 * n, 0.0, 0.1) for n in range(LEAST - 1)]
    scattered = [square(20 + n, -0.1, n * 0.6, 0.1) for n in range(6)]
    assert inset_of(BIG) is None
    assert inset_of([*BIG, *few]) is None
    assert inset_of([*BIG, *scattered]) is None
    assert inset_of([]) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_small_street_of_the_middle_is_named_in_the_inset(lang: str) -> None:
    view, city = View(lang), load_catalogue("pudong")
    maps = load_map(Settings(), city)
    names = {s.code: view.name(s.short) for s in city.streets}
    painted = {s.code: Painted(State.WARNING, "") for s in city.counted}
    picking = Picking(view, (), lambda pick: f"/streets?pick={pick}")
    drawn = whole_map(view, Drawing(maps), painted, picking, names=names)
    said = texts(drawn)
    middle = [
        s for s in city.streets if s.kind == "street" and s.short.zh not in ("东明路", "花木")
    ]
    missing = [names[s.code] for s in middle if names[s.code] not in said]
    assert len(missing) <= (0 if lang == "zh" else 2), missing
    public = drawing(maps.geojson).inset
    assert public is not None and {s.code for s in middle} <= public.named


def test_a_city_of_large_districts_has_none() -> None:
    city = load_catalogue("pingshan")
    maps = load_map(Settings(), city)
    assert maps.inset is None and drawing(maps.geojson).inset is None
