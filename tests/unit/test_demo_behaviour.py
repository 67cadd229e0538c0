"""Behaviour files: complete for every city, and refused with file, line and reason when wrong."""

import shutil
from pathlib import Path

import pytest

import data_access.catalogue
from data_access.catalogue.faults import CatalogueError
from data_access.catalogue.loader import load_catalogue
from domain.catalogue import Catalogue
from engine.demo.behaviour_files import load_behaviour

FOLDER = Path(data_access.catalogue.__file__).parent
CITIES = sorted(p.parent.name for p in FOLDER.glob("*/city.toml"))


@pytest.mark.parametrize("city", CITIES)
def test_every_city_of_the_tree_can_be_simulated_whole(city: str) -> None:
    behaviour = load_behaviour(load_catalogue(city))
    assert behaviour.missing == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("demo.csv", "demo.toml"):
        shutil.copy(FOLDER / "pudong" / name, tmp_path / name)
    return tmp_path


def _faults(catalogue: Catalogue, folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load_behaviour(catalogue, folder)
    return [str(fault) for fault in caught.value.faults]


def _edit(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1))


def test_every_fault_of_the_table_is_told_with_its_line(catalogue: Catalogue, folder: Path) -> None:
    lines = (folder / "demo.csv").read_text().splitlines()
    names = lines[0].split(",")
    wrong = {
        1: ("sign", "XX-1"),
        2: ("shape", "zigzag"),
        3: ("hours", "25-3"),
        4: ("couplings", "r"),
    }
    wrong |= {5: ("couplings", "moon:1@5"), 6: ("local", "1/2"), 7: ("share", "luck")}
    wrong |= {8: ("points", "0"), 9: ("noise", "much"), 10: ("count", "maybe"), 11: ("base", "sun")}
    for number, (column, value) in wrong.items():
        cells = lines[number].split(",")
        cells[names.index(column)] = value
        lines[number] = ",".join(cells)
    (folder / "demo.csv").write_text("\n".join(lines) + "\n")
    told = _faults(catalogue, folder)
    for number, (column, _value) in wrong.items():
        assert any(t.startswith(f"demo.csv:{number + 1}: {column}") for t in told), (number, told)


def test_a_sign_must_not_drive_itself(catalogue: Catalogue, folder: Path) -> None:
    _edit(folder, "demo.csv", "rain:2.8@8/28", "OPS-01:0.2@5;rain:2.8@8/28")
    assert any("circle" in t and "FAC-13" in t for t in _faults(catalogue, folder))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("storm_peak = 38.0", "", "storm_peak"),
        ("[climate]", "[climate]\nmood = 3", "mood"),
        ('of = "gust"', 'of = "ghost"', "ghost"),
        ("start = 10.5, full = 20.0", "start = 20.0, full = 20.0", "must differ"),
        ("weekday = [4, 3,", "weekday = [4,", "24 hours"),
        ("[climate]", "[climate", "TOML"),
    ],
)
def test_faults_of_the_tables(
    catalogue: Catalogue, folder: Path, before: str, after: str, said: str
) -> None:
    _edit(folder, "demo.toml", before, after)
    told = _faults(catalogue, folder)
    assert any(t.startswith("demo.toml:") and said in t for t in told) or said == "TOML", told


def test_missing_rows_are_named(catalogue: Catalogue, folder: Path) -> None:
    lines = (folder / "demo.csv").read_text().splitlines()
    (folder / "demo.csv").write_text("\n".join(lines[:1] + lines[2:]) + "\n")
    assert load_behaviour(catalogue, folder).missing == (lines[1].split(",")[0],)
