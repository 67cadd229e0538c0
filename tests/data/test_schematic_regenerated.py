"""The generator of schematic maps: the committed maps to the byte, and a city it never saw."""

import json
from pathlib import Path

import pytest
import shapely

from data_access.catalogue.loader import FOLDER, cities
from data_access.catalogue.schematic import main
from tests.unit.street_maps import neighbours, shapes_of


@pytest.mark.parametrize("city", cities())
def test_generator_makes_the_committed_map(city: str, tmp_path: Path) -> None:
    (tmp_path / "streets.csv").write_bytes((FOLDER / city / "streets.csv").read_bytes())
    made = main(tmp_path).read_bytes()
    command = f"python -m data_access.catalogue.schematic data_access/catalogue/{city}"
    same = made == (FOLDER / city / "map.geojson").read_bytes()
    assert same, f"streets.csv or the generator has changed: run {command}"


def test_a_made_up_city_of_three(tmp_path: Path) -> None:
    """Any city will do: three in a row touch as they must; an area has no cell."""
    rows = [
        "code,kind,lon,lat,area_km2",
        "990000001,street,100.00,10,9",
        "990000002,town,100.04,10,16",
        "990000003,town,100.085,10,25",
        "990000501,area,,,",
    ]
    (tmp_path / "streets.csv").write_text("\n".join(rows), encoding="utf-8")
    cells = shapes_of(json.loads(main(tmp_path).read_bytes()))
    assert list(cells) == ["990000001", "990000002", "990000003"]
    assert neighbours(cells) == {("990000001", "990000002"), ("990000002", "990000003")}
    assert shapely.coverage_is_valid(list(cells.values()))
    whole = sum(cell.area for cell in cells.values())
    for cell, area in zip(cells.values(), (9, 16, 25), strict=True):
        assert 0.8 < (cell.area / whole) / (area / 50) < 1.2
