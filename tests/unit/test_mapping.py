"""Mapping files: every fault with its line, and the shipped ones fit their cities."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_access.catalogue.loader import cities, load_catalogue
from data_access.mappings.mapping import MappingError, load_mapping, mapping_names
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import FileRow
from domain.catalogue import Catalogue
from domain.facts.fact import Reason, instant_ms
from domain.indicator import Rule

GOOD = """
missing = ["NA", ""]
[source]
code = "probe"
[time]
columns = ["day", "hour"]
format = "%d.%m.%Y %H"
zone = "+08:00"
[street]
column = "place"
lookup = { "甲" = "STREET" }
[[reading]]
sign = "SIGN"
column = "a"
unit = "UNIT"
[[reading]]
sign = "SIGN"
column = "b"
unit = "thing"
factor = 0.5
offset = 1
point = "b"
weight_column = "w"
"""


@pytest.fixture
def names(catalogue: Catalogue) -> dict[str, str]:
    """What the placeholders of GOOD stand for in the reference city."""
    sign = next(s for s in catalogue.signs if s.at_street and s.measured_in.zh)
    return {"SIGN": sign.code, "UNIT": sign.measured_in.zh, "STREET": catalogue.streets[0].code}


def write(folder: Path, text: str, names: dict[str, str]) -> str:
    """A mapping file with the placeholders filled in; its path."""
    for name, value in names.items():
        text = text.replace(name, value)
    path = folder / "some.toml"
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    return str(path)


def faults(folder: Path, catalogue: Catalogue, text: str, names: dict[str, str]) -> list[str]:
    """What load_mapping has to say about a file."""
    with pytest.raises(MappingError) as found:
        load_mapping(catalogue, write(folder, text, names))
    return [f"{fault.line}: {fault.reason}" for fault in found.value.faults]


def test_a_row_becomes_its_readings(
    tmp_path: Path, catalogue: Catalogue, names: dict[str, str]
) -> None:
    mapping = load_mapping(catalogue, write(tmp_path, GOOD, names))
    assert mapping.columns == ("day", "hour", "place", "a", "b", "w")
    mapper = RowMapper(mapping)
    cells = ("23.11.2026", "10", " 甲 ", "7", "3", "2.5")
    (first, second), faulty = mapper(FileRow(2, cells, cells))
    assert (first.source, first.sign, first.value, first.point) == ("probe", names["SIGN"], 7, "")
    assert instant_ms(first.observed_at) == instant_ms("2026-11-23T02:00:00Z")
    assert (second.street, second.value, second.point) == (names["STREET"], 2.5, "b")
    assert (first.weight, second.weight) == (None, 2.5)
    assert not faulty and mapper.missing == 0


@pytest.mark.parametrize(
    ("cells", "readings", "reasons", "missing"),
    [
        (("23.11.2026", "10", "", "NA", "", ""), 0, [], 2),
        (("23.11.2026", "10", "", "x", "3", ""), 1, [Reason.WRONG_TYPE], 0),
        (("23.11.2026", "10", "", "1_0", "3", "?"), 0, [Reason.WRONG_TYPE] * 2, 0),
        (("23.11.2026", "10", "", True, 3, None), 1, [Reason.WRONG_TYPE], 0),
        (("23.11.2026", "10", "", 10**400, float("nan"), None), 2, [], 0),
        (None, 0, [Reason.MALFORMED], 0),
    ],
)
def test_cells_that_are_no_numbers(
    tmp_path: Path,
    catalogue: Catalogue,
    names: dict[str, str],
    cells: tuple[object, ...] | None,
    readings: int,
    reasons: list[Reason],
    missing: int,
) -> None:
    mapper = RowMapper(load_mapping(catalogue, write(tmp_path, GOOD, names)))
    found, faulty = mapper(FileRow(7, cells, cells))
    assert (len(found), [f.reason for f in faulty]) == (readings, reasons)
    assert all("line 7" in fault.detail for fault in faulty)
    assert mapper.missing == missing


def test_an_instant_that_cannot_be_read_costs_the_row_once(
    tmp_path: Path, catalogue: Catalogue, names: dict[str, str]
) -> None:
    mapper = RowMapper(load_mapping(catalogue, write(tmp_path, GOOD, names)))
    cells = ("32.11.2026", "10", "", "1", "2", "")
    readings, (fault,) = mapper(FileRow(2, cells, cells))
    assert not readings and fault.reason is Reason.BAD_TIME
    assert fault.detail == "line 2: '32.11.2026 10' is no instant like %d.%m.%Y %H"


@pytest.mark.parametrize(
    ("form", "cell", "instant"),
    [
        ("epoch_s", "1795399200", "2026-11-23T02:00:00Z"),
        ("epoch_ms", 1795399200123, "2026-11-23T02:00:00.123Z"),
        ("iso", "2026-11-23 10:00", "2026-11-23T02:00:00Z"),
        ("rfc3339", "2026-11-23T10:00:00+08:00", "2026-11-23T02:00:00Z"),
        ("%m/%d/%Y %I:%M %p", "11/23/2026 10:00 AM", "2026-11-23T02:00:00Z"),
    ],
)
def test_forms_of_time(
    tmp_path: Path,
    catalogue: Catalogue,
    names: dict[str, str],
    form: str,
    cell: object,
    instant: str,
) -> None:
    text = f"""
[source]
code = "probe"
[time]
column = "at"
format = "{form}"
[[reading]]
sign_column = "sign"
column = "v"
"""
    mapper = RowMapper(load_mapping(catalogue, write(tmp_path, text, names)))
    ((only,), _) = mapper(FileRow(2, (cell, "1", names["SIGN"]), None))
    assert instant_ms(only.observed_at) == instant_ms(instant)
    assert (only.street, only.sign) == (None, names["SIGN"])


def test_every_fault_is_told_with_its_line(
    tmp_path: Path, catalogue: Catalogue, names: dict[str, str]
) -> None:
    text = """
format = "pdf"
colour = "red" # and an unknown key
[source]
code = "Not A Code"
department = "nobody"
[time]
columns = ["day", "hour"]
zone = "Mars/Base"
[street]
fixed = ["000000000"]
column = "place"
[[reading]]
sign = "NO-99"
column = "a"
unit = "x"
[[reading]]
sign = "SIGN"
column = "b"
value = 1
unit = "parsec"
factor = true
weight = 0
[[reading]]
sign = "SIGN"
column = "c"
"""
    told = faults(tmp_path, catalogue, text, names)
    expected = {
        1: "format: 'pdf'",
        2: "colour: nobody knows",
        4: "source.code",
        5: "source.department",
        6: "time.format: needed",
        8: "time.zone",
        9: "street: only one of",
        10: "street.fixed: no street",
        13: "reading.sign: no sign 'NO-99'",
        18: "reading.column: either column or value",
        20: "reading.unit: 'parsec' is not",
        21: "reading.factor: a number",
        22: "reading.weight: a number above 0",
        23: "reading.unit: missing",
    }
    for line, start in expected.items():
        assert any(t.startswith(f"{line}: {start}") for t in told), (line, start, told)
    assert len(told) == len(expected)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a = [", "not TOML"),
        ("", "source: missing"),
        ("[[source]]\ncode='x'", "source: a table is expected"),
        ("encoding = 'klingon'", "encoding: 'klingon' is not known"),
        ("delimiter = ', '", "delimiter: ', ' is not one character"),
    ],
)
def test_what_is_no_mapping_at_all(
    tmp_path: Path, catalogue: Catalogue, names: dict[str, str], text: str, part: str
) -> None:
    assert any(part in told for told in faults(tmp_path, catalogue, text, names))


def test_names_that_do_not_exist(catalogue: Catalogue, tmp_path: Path) -> None:
    for name in ("nothing", "../../../etc/passwd", str(tmp_path / "none.toml")):
        with pytest.raises(MappingError):
            load_mapping(catalogue, name)


def test_signs_are_used_where_they_are_defined(
    tmp_path: Path, catalogue: Catalogue, names: dict[str, str]
) -> None:
    above = next(s for s in catalogue.signs if not s.at_street and s.rule is not Rule.NA)
    text = f"""
[source]
code = "probe"
[time]
column = "at"
[street]
all = true
[[reading]]
sign = "{above.code}"
column = "v"
unit = "{above.measured_in.zh}"
"""
    told = faults(tmp_path, catalogue, text, names)
    assert told == [f"8: reading.sign: {above.code} is not defined for a street"]
    good = text.replace("[street]\nall = true\n", "")
    assert load_mapping(catalogue, write(tmp_path, good, names)).street.codes == (None,)


@pytest.mark.parametrize("city", cities())
def test_the_shipped_mappings_fit_their_city(city: str) -> None:
    catalogue = load_catalogue(city)
    assert "readings" in mapping_names(city)
    for name in mapping_names(city):
        mapping = load_mapping(catalogue, name)
        assert mapping.source.code not in catalogue.source  # a file is no business system
        assert datetime.now(UTC).astimezone(mapping.time.zone).utcoffset() == timedelta(hours=8)
