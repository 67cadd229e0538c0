"""Every class of fault is found, in its file, on its line, with its reason, and alone."""

import csv
import json
from pathlib import Path

import pytest

from data_access.catalogue.files import OPTIONAL
from data_access.catalogue.loader import FOLDER, CatalogueError, Fault, load_catalogue_from
from tests.unit.broken_city import (
    copy_city,
    faults_of,
    read_table,
    replace_line,
    set_cell,
    write_table,
)

SIGNS, CUTS, STREETS = "vital_signs.csv", "thresholds.csv", "streets.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_city("pingshan", tmp_path)


def cases() -> list[tuple[str, ...]]:
    """City, file, first cell of the row, column, its new value, the reason that must be given."""
    with Path(__file__).with_name("catalogue_cells.csv").open(encoding="utf-8") as stream:
        return [tuple(row) for row in csv.reader(stream)][1:]


# (row, column) whose change leaves something else without its partner
FOLLOWED = {("REQ-02", "code"): "sign: unknown sign 'REQ-02'"}


@pytest.mark.parametrize(("city", "file", "key", "column", "value", "reason"), cases())
def test_a_wrong_cell_and_only_that_is_blamed(
    tmp_path: Path, city: str, file: str, key: str, column: str, value: str, reason: str
) -> None:
    folder = copy_city(city, tmp_path)
    line = set_cell(folder, file, key, column, value)
    found = faults_of(folder)
    assert Fault(file, line, reason) in found
    others = [f.reason for f in found if (f.file, f.line) != (file, line)]
    assert others == [r for at, r in FOLLOWED.items() if at == (key, column)]


def test_a_control_character(folder: Path) -> None:
    line = set_cell(folder, SIGNS, "REQ-01", "basis_en", "a\x07b")
    assert faults_of(folder) == [Fault(SIGNS, line, "basis_en: control character in 'a\\x07b'")]


CHINESE = "Chinese in '更安全': translation missing?"
TOML = [  # a line, what takes its place, the key to be blamed, why
    ('code = "440310"', 'code = "44031"', "code", "'44031' is not of the form [0-9]{6}"),
    ("timezone", "utc_offset_minutes = 7", "utc_offset_minutes", "a quarter of an hour"),
    ("timezone", 'timezone = "Asia/Nowhere"', "timezone", "'Asia/Nowhere' is no zone"),
    ("timezone", "timezone = 8", "timezone", "8 is no zone that this machine knows"),
    ("timezone", "", "timezone", "one of timezone and utc_offset_minutes is needed"),
    ("timezone", 'utc_offset_minutes = 0\ntimezone = "UTC"', "timezone", "one of timezone"),
    ('name_en = "Pingshan District"', "", "name_en", "missing"),
    ('name_en = "Safer"', 'name_en = "更安全"', "goals.name_en", CHINESE),
    ("west = ", "west = 115.0", "box.west", "west < east and south < north in degrees are needed"),
    ("value = 551_000", "value = -1", "population.value", "must be positive"),
    ('basis = "census', 'basis = ""', "population.basis", "where the figure comes from is needed"),
    (
        "scale_p",
        'scale_population = "joy"',
        "scaling.scale_population",
        "must be one of population",
    ),
    ("alarm = 4", "alarm = 0", "limits.alarm", "more than 0 and at most 8760 hours are needed"),
    ("alarm = 4", "normal = 4", "limits.normal", "must be one of attention, warning, alarm"),
    (
        'basis = "assumed: a shift',
        "basis = 3",
        "limits.basis",
        "where the figures come from is needed",
    ),
    ('version = "2018.1"', "version = 2018.1", "version", "must be a text in quotes"),
    ('code = "cleanliness"', 'code = "order"', "goals.code", "'order' occurs twice"),
    ('short_zh = "坪山"', 'short_zh = "坪山"\nmayor = "?"', "mayor", "unknown key"),
]


@pytest.mark.parametrize(("old", "new", "key", "why"), TOML)
def test_a_wrong_line_of_the_city_file(
    folder: Path, old: str, new: str, key: str, why: str
) -> None:
    line = replace_line(folder, "city.toml", old, new)
    blamed = [f for f in faults_of(folder) if f.reason.startswith(f"{key}: {why}")]
    assert [f.file for f in blamed] == ["city.toml"]
    assert blamed[0].line == (line + new.count("\n") if new else 1)


def test_a_broken_city_file_is_one_fault_there(folder: Path) -> None:
    line = replace_line(folder, "city.toml", "south = ", "south == 22")
    (fault,) = faults_of(folder)
    assert (fault.line, fault.reason[:9]) == (line, "not TOML:")


@pytest.mark.parametrize("file", ["city.toml", "departments.csv", "sources.csv", "thresholds.csv"])
def test_an_unreadable_file_is_not_blamed_on_those_who_refer_to_it(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"\xff")
    assert faults_of(folder) == [Fault(file, 1, "not UTF-8")]


@pytest.mark.parametrize("file", sorted(p.name for p in (FOLDER / "pingshan").glob("*.csv")))
def test_a_missing_file(folder: Path, file: str) -> None:
    (folder / file).unlink()
    found = faults_of(folder)
    if file in OPTIONAL:  # the simulator's own, and weights, which the standards have too
        assert found == []
    else:
        assert Fault(file, 1, "cannot be read: No such file or directory") in found


def test_columns_missing_unknown_and_twice(folder: Path) -> None:
    table = read_table(folder / "sources.csv")
    table[0] = ["code", "code", "name_en", "department", "speed"]
    write_table(folder / "sources.csv", table)
    reasons = [f.reason for f in faults_of(folder) if (f.file, f.line) == ("sources.csv", 1)]
    assert reasons == [
        "column 'cadence_s' is missing",
        "column 'code' occurs twice",
        "column 'name_zh' is missing",
        "unknown column 'speed'",
    ]


def test_a_short_row_and_an_open_quote(folder: Path) -> None:
    with (folder / "committees.csv").open("a", encoding="utf-8") as stream:
        stream.write('20001,新社区\n20002,"新社区,440310001\n')
    found = faults_of(folder)
    assert Fault("committees.csv", 25, "2 cells, the header has 3") in found
    assert Fault("committees.csv", 26, "not CSV: unexpected end of data") in found


def test_lines_are_counted_across_a_cell_of_several_lines(folder: Path) -> None:
    first = set_cell(folder, SIGNS, "REQ-01", "owner_note", "a\nb\nc")
    set_cell(folder, SIGNS, "REQ-02", "goal", "richer")
    found = faults_of(folder)
    assert Fault(SIGNS, first, "owner_note: control character in 'a\\nb\\nc'") in found
    assert Fault(SIGNS, first + 3, "goal: unknown goal 'richer'") in found


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    raw = (folder / "departments.csv").read_bytes()
    (folder / "departments.csv").write_bytes(raw.replace("住建局".encode(), "住建局".encode("gbk")))
    assert Fault("departments.csv", 7, "not UTF-8") in faults_of(folder)


def test_a_byte_order_mark_and_windows_line_ends_are_welcome(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert faults_of(folder) == []


def test_a_sign_without_thresholds_and_thresholds_without_a_sign(folder: Path) -> None:
    line = set_cell(folder, CUTS, "REQ-03", "sign", "REQ-33")
    assert faults_of(folder) == [
        Fault(CUTS, line, "sign: unknown sign 'REQ-33'"),
        Fault(SIGNS, 4, "code: no row in thresholds.csv"),
    ]


def versions(folder: Path, first_end: str, second_start: str, second: int = 2) -> int:
    """Give REQ-01 a second version of its thresholds; the line of the second."""
    table = read_table(folder / CUTS)
    line = next(n for n, row in enumerate(table) if row[0] == "REQ-01")
    new = [*table[line]]
    table[line][3] = first_end
    new[1:3] = [str(second), second_start]
    table.insert(line + 1, new)
    write_table(folder / CUTS, table)
    return line + 2


def test_versions_of_thresholds(folder: Path) -> None:
    versions(folder, "2024-01-01", "2024-01-01")
    sign = load_catalogue_from(folder).sign["REQ-01"]
    assert sign.thresholds_on("2023-12-31").version == 1
    assert sign.thresholds_on("2024-01-01").version == 2
    assert sign.thresholds_on("2000-01-01").version == 1


@pytest.mark.parametrize(
    ("end", "start", "number", "reason"),
    [
        ("2024-01-01", "2023-12-31", 2, "valid_from: 2023-12-31 overlaps version 1 (2024-01-01)"),
        ("", "2024-01-01", 2, "valid_from: 2024-01-01 overlaps version 1 (an open end)"),
        ("2024-01-01", "2024-01-02", 2, "valid_from: 2024-01-02 leaves a gap after 2024-01-01"),
        ("2024-01-01", "2024-01-01", 1, "version: 1 does not follow 1"),
    ],
)
def test_versions_that_overlap_or_leave_a_gap(
    folder: Path, end: str, start: str, number: int, reason: str
) -> None:
    line = versions(folder, end, start, number)
    assert faults_of(folder) == [Fault(CUTS, line, reason)]


def test_a_typical_value_that_is_not_normal(folder: Path) -> None:
    set_cell(folder, SIGNS, "REQ-01", "typical", "160")
    reason = "sign: the typical value 160 is not normal"
    assert faults_of(folder) == [Fault(CUTS, 2, reason)]


def test_streets_that_do_not_add_up(folder: Path) -> None:
    set_cell(folder, STREETS, "440310002", "area_km2", "400")
    reason = "area_km2: streets add up to 526.3, the district has 166.3"
    assert faults_of(folder) == [Fault(STREETS, 1, reason)]


def test_a_map_of_other_streets(folder: Path) -> None:
    path = folder / "map.geojson"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"][0]["properties"]["code"] = "440310009"
    data["features"][1]["geometry"] = None
    path.write_text(json.dumps(data), encoding="utf-8")
    first, second = "440310001", data["features"][1]["properties"]["code"]
    assert {f.reason for f in faults_of(folder)} == {
        "code '440310009' is not a street or town",
        f"street '{second}' has no polygon",
        f"street {first} is not on the map",
    }


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": 1}', '{"features": [1]}'])
def test_a_map_that_is_none(folder: Path, text: str) -> None:
    (folder / "map.geojson").write_text(text, encoding="utf-8")
    assert {f.file for f in faults_of(folder)} == {"map.geojson"}


def test_all_faults_are_told_at_once(folder: Path) -> None:
    set_cell(folder, SIGNS, "REQ-05", "goal", "richer")
    set_cell(folder, STREETS, "440310003", "lon", "0")
    set_cell(folder, CUTS, "SAF-01", "alarm_high", "1")
    replace_line(folder, "city.toml", "timezone", 'utc_offset_minutes = "8"')
    with pytest.raises(CatalogueError) as caught:
        load_catalogue_from(folder)
    files = [fault.file for fault in caught.value.faults]
    assert files == ["city.toml", STREETS, CUTS, SIGNS]
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
