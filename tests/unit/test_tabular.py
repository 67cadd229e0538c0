"""Rows of a CSV taken some at a time are the rows it has, with their line numbers."""

import csv
import gzip
import io
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.catalogue.loader import load_catalogue
from data_access.mappings.mapping import Mapping, load_mapping
from data_access.mappings.tabular import STRETCH, FileFault, FileRow, Table

CELLS = st.sampled_from(["1", "", "a b", "a,b", 'say "x"', "two\nlines", "two\r\nlines", "é"])


@cache
def _mapping() -> Mapping:
    return load_mapping(load_catalogue("pudong"), "readings")


def _text(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([list(_mapping().columns), *rows])
    return out.getvalue()


def _slowly(text: str) -> list[FileRow]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    at = [header.index(name) for name in _mapping().columns]
    return [
        FileRow(
            reader.line_num, tuple(row[i] for i in at) if len(row) == len(header) else None, row
        )
        for row in reader
        if row
    ]


ROWS = st.lists(st.lists(CELLS, min_size=7, max_size=9), max_size=6)


@given(rows=ROWS, blank=st.booleans())
def test_lines_are_those_of_the_plain_reader(rows: list[list[str]], blank: bool) -> None:
    text = _text(rows) + "\n" * blank
    with TemporaryDirectory() as folder:
        path = Path(folder) / "some.csv"
        path.write_text(text, newline="")
        table = Table(path, _mapping())
        try:
            assert [line._replace(why="") for line in table] == _slowly(text)
        finally:
            table.close()


def test_many_rows_come_in_stretches(tmp_path: Path) -> None:
    width = len(_mapping().columns)
    text = _text([[str(n)] * width for n in range(2 * STRETCH + 1)])
    (tmp_path / "some.csv").write_text(text)
    table = Table(tmp_path / "some.csv", _mapping())
    found = list(table.stretches())
    table.close()
    assert [len(lines) for lines in found] == [STRETCH, STRETCH, 1]
    assert [line for lines in found for line in lines] == _slowly(text)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_comes_before_the_damage_is_taken(tmp_path: Path, kind: str) -> None:
    width = len(_mapping().columns)
    count = 30_000
    text = _text([[str(n * 7919)] * width for n in range(count)])
    if kind == "jsonl":
        text = "".join(f'{{"value": {n * 7919}}}\n' for n in range(count))
    whole = gzip.compress(text.encode(), 1)
    path = tmp_path / f"some.{kind}.gz"
    path.write_bytes(whole[: len(whole) // 2])
    table = Table(path, _mapping())
    taken: list[FileRow] = []
    with pytest.raises(FileFault, match="cannot be read on"):
        for line in table:
            taken.append(line)
    table.close()
    assert count // 10 < len(taken) < count
    expected = _slowly(text)[: len(taken)] if kind == "csv" else None
    assert expected is None or taken == expected
    assert [line.number for line in taken] == list(
        range(taken[0].number, len(taken) + taken[0].number)
    )


GOOD_CELLS = st.sampled_from(["1", "a b", '"a,b"', '"say ""x"""', '""', ""])


@given(st.data())
def test_a_stray_quote_loses_no_row_in_silence(data: st.DataObject) -> None:
    width = len(_mapping().columns)
    at = _mapping().columns.index("observed_at")
    rows = []
    for n in range(data.draw(st.integers(2, 12))):
        cells = data.draw(st.lists(GOOD_CELLS, min_size=width, max_size=width))
        cells[at] = f"2026-10-01T00:{n:02}:00Z"
        rows.append(",".join(cells))
    where = data.draw(st.integers(0, len(rows) - 1))
    place = data.draw(st.integers(0, len(rows[where])))
    rows[where] = rows[where][:place] + '"' + rows[where][place:]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "some.csv"
        path.write_text("\n".join([",".join(_mapping().columns), *rows]) + "\n")
        table = Table(path, _mapping())
        taken: list[FileRow] = []
        try:
            taken.extend(table)
        except FileFault as fault:
            assert f":{where + 2}: " in str(fault)  # it names the line of the quote
            assert len(taken) == where + 1
        else:
            assert len(taken) == len(rows)
        finally:
            table.close()


def test_stretches_end_where_rows_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.files.csv_rows.STRETCH", 3)
    width = len(_mapping().columns)
    rows = [["x\ny" if n % 5 == 0 else str(n)] * width for n in range(20)]
    (tmp_path / "some.csv").write_text(_text(rows))
    table = Table(tmp_path / "some.csv", _mapping())
    assert [line._replace(why="") for line in table] == _slowly(_text(rows))
    table.close()
