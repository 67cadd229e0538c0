"""The short way through a mapping gives what the long way gives, or nothing."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from data_access.catalogue.loader import load_catalogue
from data_access.mappings.mapping import Mapping, load_mapping
from data_access.mappings.mapping_columns import ColumnMapper
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import FileRow

NUMBERS = st.sampled_from(["1.5", "-2", " 3 ", "1e3"])
ODD = st.sampled_from(["", "x", "1_0", "nan", "inf", " "])
TEXTS = st.sampled_from(["", " ", "a", " b ", "310115005"])
INSTANTS = st.sampled_from(["2026-11-23T10:00:00+08:00", "yesterday", ""])


@cache
def _mapping(name: str) -> Mapping:
    return load_mapping(load_catalogue("pudong"), name)


def _lines(rows: list[tuple[str, ...] | None]) -> list[FileRow]:
    return [FileRow(n, row, row) for n, row in enumerate(rows, start=2)]


def _row(
    columns: tuple[str, ...], number: st.SearchStrategy[str]
) -> st.SearchStrategy[tuple[str, ...]]:
    kinds = {"value": number, "weight": number, "denominator": number, "observed_at": INSTANTS}
    return st.tuples(*(kinds.get(column, TEXTS) for column in columns))


@given(st.data())
def test_the_same_readings_as_row_by_row(data: st.DataObject) -> None:
    mapping = _mapping("readings")
    row = _row(mapping.columns, st.one_of(NUMBERS, NUMBERS, NUMBERS, ODD))
    lines = _lines(data.draw(st.lists(row, max_size=4)))
    found = ColumnMapper(mapping)(lines)
    if found is None:
        return
    mapper = RowMapper(mapping)
    slowly = [mapper(line) for line in lines]
    assert repr(list(found)) == repr([reading for readings, _ in slowly for reading in readings])
    assert [faults for _, faults in slowly if faults] == []
    assert mapper.missing == 0


@given(st.data())
def test_plain_rows_take_the_short_way(data: st.DataObject) -> None:
    mapping = _mapping("readings")
    rows = st.lists(_row(mapping.columns, NUMBERS), min_size=1, max_size=4)
    lines = _lines(data.draw(rows))
    found = ColumnMapper(mapping)(lines)
    assert found is not None
    assert len(found) == len(lines)


def test_what_is_not_plain_goes_the_long_way() -> None:
    mapping = _mapping("readings")
    good = {"value": "1", "weight": "", "denominator": "", "observed_at": "t"}
    row = tuple(good.get(column, "a") for column in mapping.columns)
    at = mapping.columns.index("value")
    mapper = ColumnMapper(mapping)
    assert mapper(_lines([row])) is not None
    assert mapper(_lines([])) is None
    assert mapper(_lines([row, None])) is None
    for cell in ("", "x", "1_0", 1, None, True):
        broken = (*row[:at], cell, *row[at + 1 :])
        assert mapper([*_lines([row]), FileRow(3, broken, broken)]) is None


def test_a_mapping_with_several_readings_a_row_goes_the_long_way() -> None:
    mapping = _mapping("shanghai-air-2010")
    row = tuple("1" for _ in mapping.columns)
    assert ColumnMapper(mapping)(_lines([row])) is None
