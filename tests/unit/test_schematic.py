"""The schematic maps that ship: whole, true in area, mostly true in neighbours, good to look at."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import Point, Polygon

from data_access.catalogue.loader import cities, load_catalogue
from data_access.catalogue.schematic import drawn_shares, read_spots
from domain.catalogue import Catalogue
from tests.unit.street_maps import neighbours, real_shapes, shapes_of, sharpest


@pytest.fixture(scope="module", params=cities())
def city(request: pytest.FixtureRequest) -> Catalogue:
    return load_catalogue(request.param)


@pytest.fixture(scope="module")
def document(city: Catalogue) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(city.map_path).read_bytes())
    return loaded


@pytest.fixture(scope="module")
def cells(document: dict[str, Any]) -> dict[str, Polygon]:
    found = shapes_of(document)
    return {code: cell for code, cell in found.items() if isinstance(cell, Polygon)}


def test_one_plain_polygon_a_street(city: Catalogue, cells: dict[str, Polygon]) -> None:
    assert list(cells) == [s.code for s in city.counted]
    assert [code for code, cell in cells.items() if not cell.is_valid or cell.interiors] == []


def test_no_gap_and_no_overlap(cells: dict[str, Polygon]) -> None:
    assert shapely.coverage_is_valid(list(cells.values()))
    whole = shapely.union_all(list(cells.values()))
    assert isinstance(whole, Polygon), "the district is in pieces"
    assert len(whole.interiors) == 0
    assert math.isclose(whole.area, sum(c.area for c in cells.values()), rel_tol=1e-9)


def test_shares_of_area(city: Catalogue, cells: dict[str, Polygon]) -> None:
    total = sum(s.area_km2 or math.nan for s in city.counted)
    drawn = sum(c.area for c in cells.values())
    wrong = {}
    for street in city.counted:
        assert street.area_km2 is not None
        ratio = (cells[street.code].area / drawn) / (street.area_km2 / total)
        if not 0.78 < ratio < 1.22:  # 25 % is the promise
            wrong[street.name.zh] = round(ratio, 3)
    assert wrong == {}


def test_no_spike_sliver_or_narrow_neck(cells: dict[str, Polygon]) -> None:
    for code, cell in cells.items():
        assert sharpest(cell) > 40, code
        assert 4 * math.pi * cell.area / cell.length**2 > 0.5, f"{code} is a sliver"
        core = cell.buffer(-0.2 * math.sqrt(cell.area))
        assert isinstance(core, Polygon), f"{code} has a neck"
        assert not core.is_empty, f"{code} is thin"


def test_label_has_room(document: dict[str, Any], cells: dict[str, Polygon]) -> None:
    for feature in document["features"]:
        code, label = feature["properties"]["code"], Point(feature["properties"]["label"])
        cell = cells[code]
        assert cell.contains(label), code
        assert label.distance(cell.exterior) > 0.2 * math.sqrt(cell.area), code


def test_small_on_the_wire(city: Catalogue, document: dict[str, Any]) -> None:
    assert Path(city.map_path).stat().st_size < 60_000
    numbers = [c for f in document["features"] for p in f["geometry"]["coordinates"][0] for c in p]
    assert all(round(n, 5) == n for n in numbers)


def test_neighbours_are_mostly_right(capsys: pytest.CaptureFixture[str]) -> None:
    city = load_catalogue("pudong")
    real = real_shapes()
    true = neighbours({s.code: real[s.code] for s in city.counted})
    drawn = neighbours(shapes_of(json.loads(Path(city.map_path).read_bytes())))
    both = len(true & drawn)
    score = 2 * both / (len(true) + len(drawn))
    with capsys.disabled():
        print(f"\nneighbours: {len(true)} real, {len(drawn)} drawn, {both} both, F1 {score:.3f}")
    assert score > 0.9
    assert both / len(true) > 0.9


def test_equalised_shares_stay_near_the_true_ones(city: Catalogue) -> None:
    spots = read_spots(Path(city.map_path).parent)
    total = sum(s.area for s in spots)
    shares = drawn_shares(spots)
    assert math.isclose(math.fsum(shares), 1)
    ratios = [share / (spot.area / total) for share, spot in zip(shares, spots, strict=True)]
    assert all(0.85 < ratio < 1.15 for ratio in ratios)
    smallest = min(range(len(spots)), key=lambda i: spots[i].area)
    assert ratios[smallest] > 1


@pytest.mark.parametrize("field", ["lon", "lat", "area_km2"])
def test_a_missing_number_is_named(tmp_path: Path, field: str) -> None:
    row = {"code": "990000001", "kind": "street", "lon": "100", "lat": "10", "area_km2": "9"}
    row[field] = ""
    lines = [",".join(row), ",".join(row.values())]
    (tmp_path / "streets.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"streets\.csv:2: {field}: a number is needed"):
        read_spots(tmp_path)
