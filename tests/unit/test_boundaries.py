"""Which map is shown, and what a file of real boundaries must hold."""

import copy
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely

from data_access.maps.boundaries import MapData, load_map
from data_access.settings import Settings
from domain.catalogue import Catalogue
from tests.unit.street_maps import neighbours, real_boundaries, real_shapes, shapes_of

Document = dict[str, Any]
Load = Callable[[Document], MapData]


@pytest.fixture(scope="module")
def drawn(catalogue: Catalogue) -> Document:
    loaded: Document = json.loads(Path(catalogue.map_path).read_bytes())
    return loaded


@pytest.fixture(scope="module")
def few(catalogue: Catalogue) -> Catalogue:
    """The first six streets and the special areas: as good as all, and faster."""
    areas = tuple(s for s in catalogue.streets if not s.counts)
    assert areas
    return replace(catalogue, streets=(*catalogue.counted[:6], *areas))


@pytest.fixture
def own(drawn: Document, catalogue: Catalogue) -> Document:
    """A file of boundaries as a city may have it: 12-digit code, name and other properties."""
    document = copy.deepcopy(drawn)
    del document["features"][6:]
    for feature in document["features"]:
        street = catalogue.street[feature["properties"]["code"]]
        feature["properties"] = {"id": 7, "name": street.name.zh, "control": street.stat_code}
    return document


@pytest.fixture
def load(tmp_path: Path, settings: Settings, few: Catalogue) -> Load:
    """Load a document through BOUNDARIES."""

    def loaded(document: Document) -> MapData:
        path = tmp_path / "own.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        return load_map(settings.model_copy(update={"boundaries": path}), few)

    return loaded


def codes(data: MapData) -> list[str]:
    return [f["properties"]["code"] for f in data.geojson["features"]]


def test_schematic_by_default(settings: Settings, catalogue: Catalogue, drawn: Document) -> None:
    data = load_map(settings, catalogue)
    assert data.schematic
    assert data.notice.zh == "示意图，不代表行政区划界线"
    assert data.notice.en == "Schematic, not administrative boundaries"
    assert data.approval_no is None
    assert json.loads(json.dumps(data.geojson)) == drawn


@pytest.mark.parametrize(
    "address",
    [
        "tiles.example/{z}/{x}/{y}.png",
        "ftp://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example;script-src *;/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "https://tiles example/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_is_none(settings: Settings, few: Catalogue, address: str) -> None:
    wrong = {"map_tiles": address, "map_approval_no": "GS(2024)0001号"}
    with pytest.raises(ValueError, match=r"MAP_TILES: .* is not an http"):
        load_map(settings.model_copy(update=wrong), few)


def test_base_map_needs_its_approval_number(settings: Settings, few: Catalogue) -> None:
    tiles = settings.model_copy(update={"map_tiles": "https://tiles.invalid/{z}/{x}/{y}.png"})
    with pytest.raises(ValueError, match=r"MAP_TILES: .*审图号.*MAP_APPROVAL_NO"):
        load_map(tiles, few)
    blank = tiles.model_copy(update={"map_approval_no": "  "})
    with pytest.raises(ValueError, match="MAP_APPROVAL_NO"):
        load_map(blank, few)
    approved = tiles.model_copy(update={"map_approval_no": "GS(2024)0001号"})
    data = load_map(approved, few)
    assert data.approval_no == "GS(2024)0001号"
    assert "审图号：GS(2024)0001号" in data.notice.zh


def test_real_boundaries(settings: Settings, catalogue: Catalogue) -> None:
    path = real_boundaries()
    data = load_map(settings.model_copy(update={"boundaries": path}), catalogue)
    assert not data.schematic
    assert codes(data) == [s.code for s in catalogue.counted]
    assert "示意图" not in data.notice.zh
    assert "OpenStreetMap" in data.notice.zh and "OpenStreetMap" in data.notice.en
    assert len(json.dumps(data.geojson, separators=(",", ":"))) < 150_000
    thin, real = shapes_of(data.geojson), real_shapes()
    assert all(shape.is_valid for shape in thin.values())
    whole = shapely.union_all(list(thin.values()))
    assert math.isclose(whole.area, sum(s.area for s in thin.values()), rel_tol=1e-9)
    for code, shape in thin.items():
        assert shape.symmetric_difference(real[code]).area < 0.03 * real[code].area, code
    assert neighbours(thin) == neighbours({code: real[code] for code in thin})
    for feature in data.geojson["features"]:
        label = shapely.Point(feature["properties"]["label"])
        assert thin[feature["properties"]["code"]].contains(label)


def test_matched_by_twelve_digits(own: Document, load: Load, few: Catalogue) -> None:
    own["features"].reverse()
    data = load(own)
    assert codes(data) == [s.code for s in few.counted]
    assert not data.schematic


@pytest.mark.parametrize("form", [int, str])
def test_matched_by_nine_digits(own: Document, load: Load, few: Catalogue, form: type) -> None:
    for feature in own["features"]:
        feature["properties"] = {"adcode": form(feature["properties"]["control"][:9])}
    assert len(codes(load(own))) == len(few.counted)


def test_matched_by_full_name(own: Document, load: Load, few: Catalogue) -> None:
    for feature in own["features"]:
        del feature["properties"]["control"]
    assert len(codes(load(own))) == len(few.counted)


def test_places_outside_the_catalogue_are_let_be(own: Document, load: Load) -> None:
    """Even a namesake in another district, and even when it has no geometry."""
    namesake = copy.deepcopy(own["features"][0])
    namesake["properties"]["control"] = "440305004000"
    elsewhere = {"type": "Feature", "properties": {"name": "别处镇"}, "geometry": None}
    own["features"] += [namesake, elsewhere, {"type": "Feature", "properties": None}]
    assert len(codes(load(own))) == len(own["features"]) - 3


def test_heights_and_small_islands(own: Document, load: Load) -> None:
    """A height is let go; a part under a metre across too; a real island stays."""
    geometry = own["features"][0]["geometry"]
    ring = [[*point, 4.5] for point in geometry["coordinates"][0]]
    lon, lat = 121.9, 31.4
    speck = [[lon - 1, lat], [lon - 1 + 1e-6, lat], [lon - 1, lat + 1e-6], [lon - 1, lat]]
    island = [[lon, lat], [lon + 0.01, lat], [lon, lat + 0.01], [lon, lat]]
    geometry |= {"type": "MultiPolygon", "coordinates": [[ring], [speck], [island]]}
    first = load(own).geojson["features"][0]
    assert first["geometry"]["type"] == "MultiPolygon"
    assert [len(part[0]) for part in first["geometry"]["coordinates"]] == [len(ring), 4]
    assert len(first["geometry"]["coordinates"][0][0][0]) == 2
    assert shapely.Point(first["properties"]["label"]).x < 121.6


SQUARE = [[121.5, 31.2], [121.6, 31.2], [121.6, 31.3], [121.5, 31.3], [121.5, 31.2]]
BROKEN: list[tuple[Any, str]] = [
    (None, "no geometry"),
    ({"type": "Point", "coordinates": [121.5, 31.2]}, "not Point"),
    ({"type": "Polygon", "coordinates": []}, "not empty"),
    ({"type": "Polygon", "coordinates": [[]]}, "not empty"),
    ({"type": "Polygon", "coordinates": [SQUARE[:4]]}, "last equal to the first"),
    ({"type": "Polygon", "coordinates": [SQUARE[:2] + SQUARE[:1]]}, "four positions"),
    ({"type": "Polygon", "coordinates": [[p[::-1] for p in SQUARE]]}, "longitude and latitude"),
    ({"type": "Polygon", "coordinates": [[["a", "b"], *SQUARE]]}, "longitude and latitude"),
    ({"type": "Polygon", "coordinates": [[[math.nan, 31.2], *SQUARE]]}, "longitude and latitude"),
    ({"type": "Polygon", "coordinates": [[[1.2e7, 3.6e6], *SQUARE]]}, "longitude and latitude"),
    ({"type": "Polygon", "coordinates": [[SQUARE[i] for i in (0, 2, 1, 3, 0)]]}, "crosses"),
    ({"type": "Polygon", "coordinates": [[[x - 9, y] for x, y in SQUARE]]}, "far from"),
    ({"type": "Polygon", "coordinates": [[[121.5, 31.2]] * 4]}, "no area"),
]


@pytest.mark.parametrize(("geometry", "reason"), BROKEN)
def test_broken_geometry(own: Document, load: Load, geometry: Any, reason: str) -> None:
    own["features"][2]["geometry"] = geometry
    with pytest.raises(ValueError, match=f"feature 3, 310115007 周家渡街道: .*{reason}"):
        load(own)


def test_every_fault_is_listed_at_once(own: Document, load: Load, few: Catalogue) -> None:
    del own["features"][5]
    own["features"][1]["geometry"] = None
    own["features"].append(own["features"][0])
    with pytest.raises(ValueError, match=r"own\.geojson: faults: 3") as caught:
        load(own)
    lost = few.counted[5]
    assert str(caught.value).splitlines()[1:] == [
        "feature 2, 310115005 陆家嘴街道: no geometry",
        "feature 6, 310115004 潍坊新村街道: the street has a feature already",
        f"{lost.code} {lost.name.zh}: no feature",
    ]


def test_a_feature_of_two_streets_names_both(own: Document, load: Load) -> None:
    own["features"][0]["properties"]["parent"] = "310115005"
    with pytest.raises(ValueError, match=r"feature 2, 310115005 .*: the street has a feature"):
        load(own)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not a readable GeoJSON file"),
        ("[]", "FeatureCollection is needed"),
        ('{"features": [1]}', "FeatureCollection is needed"),
        ('{"features": [], "crs": {"properties": {"name": "EPSG:3857"}}}', "must be WGS-84"),
    ],
)
def test_unreadable_files(
    tmp_path: Path, settings: Settings, catalogue: Catalogue, text: str, reason: str
) -> None:
    path = tmp_path / "own.geojson"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        load_map(settings.model_copy(update={"boundaries": path}), catalogue)


def test_a_missing_file_is_named(settings: Settings, catalogue: Catalogue) -> None:
    gone = settings.model_copy(update={"boundaries": Path("/no/such.geojson")})
    with pytest.raises(ValueError, match=r"/no/such\.geojson: not a readable GeoJSON file"):
        load_map(gone, catalogue)
