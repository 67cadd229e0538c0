"""What a mapping can say of odd files: no header, texts for numbers, conditions, durations."""

import json
from pathlib import Path

import pytest

from data_access.mappings.mapping import load_mapping
from data_access.mappings.mapping_columns import ColumnMapper
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import Table
from domain.catalogue import Catalogue
from domain.facts.fact import Reason
from domain.facts.reading import Reading

HUAMU = "310115016"
HEAD = """
missing = ["", "-999"]
header = ["at", "place", "kind", "v", "until"]
[source]
code = "odd"
[time]
column = "at"
format = "%d.%m.%Y %H:%M"
[street]
column = "place"
lookup = { "花木" = "310115016" }
unmapped = "skip"
empty = "refuse"
"""
ROWS = [
    "01.10.2026 00:00,花木,a,1,01.10.2026 01:30",
    "01.10.2026 01:00,花木,b,-999.0,02.10.2026 01:00",
    "01.10.2026 02:00,somewhere,a,3,",
    "01.10.2026 03:00,,a,4,",
    "01.10.2026 04:00,花木,c,good,01.10.2026 03:59",
]


def read(
    folder: Path, catalogue: Catalogue, text: str, suffix: str = "csv"
) -> tuple[list[Reading], list[Reason], RowMapper]:
    """The readings of ROWS, the reasons of what failed, and the mapper with its counts."""
    (folder / "some.toml").write_text((HEAD + text).lstrip(), encoding="utf-8")
    mapping = load_mapping(catalogue, str(folder / "some.toml"))
    path = folder / f"some.{suffix}"
    lines = [json.dumps(row.split(",")) for row in ROWS] if suffix == "jsonl" else ROWS
    whole = "[" + ",".join(json.dumps(row.split(",")) for row in ROWS) + "]"
    path.write_text(whole if suffix == "json" else "\n".join(lines), encoding="utf-8")
    mapper, readings, reasons = RowMapper(mapping), list[Reading](), list[Reason]()
    table = Table(path, mapping)
    rows = list(table)
    table.close()
    assert ColumnMapper(mapping)(rows) is None
    for line in rows:
        found, faults = mapper(line)
        readings += found
        reasons += [fault.reason for fault in faults]
    return readings, reasons, mapper


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json"])
def test_columns_by_position_and_places_that_are_left_out(
    tmp_path: Path, catalogue: Catalogue, suffix: str
) -> None:
    text = '[[reading]]\ncolumn = "v"\nsign = "ENV-02"\nunit = "µg/m³"\n'
    readings, reasons, mapper = read(tmp_path, catalogue, text, suffix)
    assert [(r.street, r.value) for r in readings] == [(HUAMU, 1.0)]
    assert reasons == [Reason.UNKNOWN_STREET, Reason.WRONG_TYPE]
    assert mapper.missing == 1  # -999.0 is the marker -999
    assert mapper.left_out.reasons == {"place 'somewhere' is not known": 1}


def test_texts_that_stand_for_numbers(tmp_path: Path, catalogue: Catalogue) -> None:
    text = '[[reading]]\ncolumn = "kind"\nsign = "ENV-02"\nunit = "µg/m³"\n'
    text += "values = { a = 1, b = 2.5 }\n"
    readings, reasons, _ = read(tmp_path, catalogue, text)
    assert [r.value for r in readings] == [1.0, 2.5]
    assert reasons == [Reason.UNKNOWN_STREET, Reason.WRONG_TYPE]


def test_a_difference_of_two_times_is_a_value(tmp_path: Path, catalogue: Catalogue) -> None:
    text = '[[duration]]\nname = "lasted"\nfrom = "at"\nto = "until"\nunit = "h"\n'
    text += '[[reading]]\ncolumn = "lasted"\nsign = "ENV-02"\nunit = "h"\nfactor = 2\n'
    readings, reasons, mapper = read(tmp_path, catalogue, text)
    assert [r.value for r in readings] == [3.0, 48.0]
    assert reasons == [Reason.UNKNOWN_STREET, Reason.BAD_TIME]  # it ends before it begins
    assert mapper.missing == 0
    days = text.replace('unit = "h"\n[[', 'unit = "d"\nformat = "%d.%m.%Y 00:00"\n[[')
    assert not read(tmp_path, catalogue, days)[0]  # another way to write a time is not guessed


def test_readings_of_some_rows_and_signs_by_text(tmp_path: Path, catalogue: Catalogue) -> None:
    text = '[[reading]]\nvalue = 1\nsign_column = "kind"\nsign_lookup = { a = "ENV-02" }\n'
    text += 'sign_unmapped = "skip"\nwhere = [{ column = "until", empty = false }]\n'
    readings, reasons, mapper = read(tmp_path, catalogue, text)
    assert [(r.sign, r.value) for r in readings] == [("ENV-02", 1.0)]
    assert reasons == [Reason.UNKNOWN_STREET]
    assert mapper.left_out.reasons == {
        "place 'somewhere' is not known": 1,
        "kind 'b' has no sign": 1,
        "kind 'c' has no sign": 1,
    }


def test_whole_days_are_compared_by_their_dates(tmp_path: Path, catalogue: Catalogue) -> None:
    text = HEAD.replace("%d.%m.%Y %H:%M", "%Y-%m-%d").replace(
        "[street]", 'zone = "America/Chicago"\n[street]'
    )
    text += '[[duration]]\nname = "lasted"\nfrom = "at"\nto = "until"\nunit = "d"\n'
    text += '[[reading]]\ncolumn = "lasted"\nsign = "ENV-02"\nunit = "d"\nfactor = 1\n'
    (tmp_path / "some.toml").write_text(text.lstrip(), encoding="utf-8")
    mapping = load_mapping(catalogue, str(tmp_path / "some.toml"))
    (tmp_path / "some.csv").write_text("2026-03-07,花木,a,1,2026-03-09\n", encoding="utf-8")
    table = Table(tmp_path / "some.csv", mapping)
    ((reading,), _) = RowMapper(mapping)(next(iter(table)))
    table.close()
    assert reading.value == 2.0  # 47 hours of clocks that were set forward
