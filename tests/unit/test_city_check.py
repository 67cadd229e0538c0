"""One set of checks for `city lint` and for a start: what one refuses, the other refuses."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.words.labels import wording_faults
from data_access.catalogue import standards
from data_access.catalogue.faults import MOST, CatalogueError, Fault, told
from data_access.catalogue.loader import load_catalogue_from
from data_access.commands import lint as lint_command
from data_access.commands.check import check_city
from engine.demo.behaviour_files import behaviour_faults
from tests.unit.broken_city import copy_city, read_table, replace_line, set_cell, write_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_city("pingshan", tmp_path)


def lint(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = lint_command.main(folder, *MORE)
    return code, capsys.readouterr().out


def refused(folder: Path) -> list[Fault]:
    """What a start of this folder says; empty when it starts."""
    try:
        check_city(load_catalogue_from(folder), *MORE)
    except CatalogueError as error:
        return error.faults
    return []


def feature(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], str]:
    def spoil(folder: Path) -> str:
        path = folder / "map.geojson"
        data = json.loads(path.read_text())
        change(data["features"][2])
        path.write_text(json.dumps(data, indent=1))
        return "map.geojson"

    return spoil


def crossed(one: dict[str, Any]) -> None:
    ring = one["geometry"]["coordinates"][0]
    ring[1], ring[len(ring) // 2] = ring[len(ring) // 2], ring[1]


def far(one: dict[str, Any]) -> None:
    one["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]],
    }


def nan(one: dict[str, Any]) -> None:
    one["geometry"]["coordinates"][0][0] = [float("nan"), 22.7]


def written(name: str, text: str) -> Callable[[Path], str]:
    def spoil(folder: Path) -> str:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        return name

    return spoil


def edited(name: str, old: str, new: str) -> Callable[[Path], str]:
    def spoil(folder: Path) -> str:
        replace_line(folder, name, old, new)
        return name

    return spoil


MORE = (behaviour_faults, wording_faults)
SPOILS = {
    "crossing": (feature(crossed), "crosses itself"),
    "far": (feature(far), "lies far from the street's place"),
    "nan": (feature(nan), "longitude and latitude in degrees are needed"),
    "thin": (feature(lambda one: one.update(geometry=None)), "has no polygon"),
    "mapping": (written("mappings/x.toml", "[source]\n"), "missing"),
    "wall": (written("wall.toml", "[[profiles]]\n"), "missing"),
    "publication": (edited("publication.toml", "version", "version = 1"), "digits in quotes"),
    "demo.toml": (edited("demo.toml", "[climate]", "[climates]"), "climate"),
    "demo.csv": (edited("demo.csv", "REQ-01", "REQ-01"), "cells, the header has"),
    "notes": (written("notes.txt", ""), "not a file of a city"),
    "backup": (written("thresholds.csv.bak", ""), "not a file of a city"),
    "hidden": (written(".thresholds.csv.swp", ""), "not a file of a city"),
    "folder": (written("old/streets.csv", ""), "not a file of a city"),
    "mapping's neighbour": (written("mappings/readme.md", ""), "no mapping"),
    "direction": (
        edited("city.toml", 'name_zh = "坪山区"', 'name_zh = "坪\u202e山区"'),
        "U+202E RIGHT-TO-LEFT OVERRIDE",
    ),
    "escaped direction": (
        edited("city.toml", 'name_zh = "坪山区"', 'name_zh = "坪\\u202e山区"'),
        "U+202E RIGHT-TO-LEFT OVERRIDE",
    ),
    "comment": (edited("wall.toml", "# ", "# a \u2066 b"), "U+2066 LEFT-TO-RIGHT ISOLATE"),
    "label": (written("labels.csv", "key,zh,en\nno.such,a,b\n"), "no label 'no.such'"),
    "label's place": (
        written("labels.csv", "key,zh,en\nage.days,{m}天,{n} d\n"),
        "age.days is not given m",
    ),
    "unit": (
        written("units.csv", "unit,unit_en,unit_one_en,quantity\nkm/h,km/h,,speed\n"),
        "is one of the standards already",
    ),
    "hotline": (edited("city.toml", 'number = "110"', 'number = "call"'), "is not of the form"),
    "bell": (edited("city.toml", "# Pingshan", "# a\x07"), "control character"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_lint_and_a_start_refuse_the_same(
    folder: Path, spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(folder) == []
    do, why = SPOILS[spoil]
    if spoil == "demo.csv":
        do = edited("demo.csv", "REQ-01", "REQ-01,")
    file = do(folder)
    faults = refused(folder)
    assert faults and all(f.file.split("/")[0] == file.split("/")[0] for f in faults), faults
    assert any(why in fault.reason for fault in faults), faults
    code, printed = lint(folder, capsys)
    assert code == 1
    assert printed.splitlines()[:-1] == [f"{folder}/{fault}" for fault in faults]


@pytest.mark.parametrize("column", ["name_zh", "name_en", "basis"])
@pytest.mark.parametrize(
    "mark", ["\u200f", "\u202a", "\u2069", "\u200b", "\x85", "\ufeff", "\u2028"]
)
def test_what_cannot_be_seen_is_a_fault_in_any_cell(folder: Path, column: str, mark: str) -> None:
    line = set_cell(folder, "streets.csv", "440310003", column, f"碧{mark}岭")
    blamed = [f for f in refused(folder) if f.line == line and f.file == "streets.csv"]
    assert any(f.reason.startswith(f"{column}: ") for f in blamed)
    assert any("U+" in f.reason or "control character" in f.reason for f in blamed)


def test_a_city_without_its_optional_files_is_sound(folder: Path) -> None:
    for name in ("demo.toml", "demo.csv", "publication.toml", "wall.toml"):
        (folder / name).unlink()
    shutil.rmtree(folder / "mappings")
    assert refused(folder) == []


def test_half_a_demonstration_is_a_fault(folder: Path) -> None:
    (folder / "demo.toml").unlink()
    assert [f.file for f in refused(folder)] == ["demo.toml"]


@pytest.mark.parametrize("table", ["units.csv", "aqi.csv"])
def test_missing_standards_are_told(
    folder: Path,
    tmp_path: Path,
    table: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = shutil.copytree(standards.FOLDER, tmp_path / "standards")
    (there / table).unlink()
    monkeypatch.setattr(standards, "FOLDER", there)
    for cached in (standards.load_units, standards.load_aqi):
        cached.cache_clear()
    try:
        code, printed = lint(folder, capsys)
        assert code == 1 and f"{folder}/../standards/{table}:1: cannot be read" in printed
    finally:
        for cached in (standards.load_units, standards.load_aqi):
            cached.cache_clear()


def test_causes_come_before_what_follows_and_no_kind_drowns_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_city("pudong", tmp_path)
    table = read_table(folder / "departments.csv")
    gone = table.pop(1)[0]
    write_table(folder / "departments.csv", table)
    signs = read_table(folder / "vital_signs.csv")
    owner = signs[0].index("department")
    for row in signs[1:]:
        row[owner] = gone
    write_table(folder / "vital_signs.csv", signs)
    replace_line(folder, "city.toml", "version = ", "version = 1")
    set_cell(folder, "vital_signs.csv", signs[-1][0], "decimals", "x")
    (folder / "a-note.txt").write_text("")
    code, printed = lint(folder, capsys)
    lines = printed.splitlines()
    assert code == 1
    files = [line.removeprefix(f"{folder}/").partition(":")[0] for line in lines[:-1]]
    assert files[:2] == ["a-note.txt", "city.toml"]
    owners = [line for line in lines if f"department: unknown department '{gone}'" in line]
    in_signs = [line for line in owners if "vital_signs.csv" in line]
    assert len(in_signs) == MOST
    assert f"{folder}/vital_signs.csv: … and {len(signs) - 1 - MOST} more of this kind" in lines
    assert any("decimals: 'x' is not a whole number" in line for line in lines)
    assert lines[-1].startswith("pudong: ")


def test_fifty_of_a_kind_are_told_whole() -> None:
    faults = [Fault("a.csv", n, f"x: {n} is outside 1 … 2") for n in range(MOST)]
    assert len(told(faults)) == MOST
    one_more = told([*faults, Fault("a.csv", 99, "x: 7 is outside 1 … 2")])
    assert len(one_more) == MOST + 1 and one_more[-1] == "a.csv: … and 1 more of this kind"


def test_signs_that_cannot_be_read_leave_their_thresholds_in_peace(folder: Path) -> None:
    (folder / "vital_signs.csv").write_text("code\n")
    assert {f.file for f in refused(folder)} == {"vital_signs.csv"}
