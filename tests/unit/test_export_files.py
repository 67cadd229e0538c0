"""Files that are taken away: what is in them, and that nothing in them acts by itself."""

import csv
import io
import math
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.export.csv_file import FORMULA, csv_pieces, safe_text
from dashboard.export.document import Column, Document, Kind, Row, held
from dashboard.export.xlsx_file import LONGEST, Wording, write_xlsx
from data_access.store.db import Database
from domain.clock import to_ms
from domain.zone import Zone
from tests.clocks import MONDAY_MORNING

AT = to_ms(MONDAY_MORNING)
CHINA = Zone.named("Asia/Shanghai")
WORDS = Wording("口径与筛选", "张三 & 李四 2026-11-23", "体征")
LOST = "\N{REPLACEMENT CHARACTER}"
NASTY = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "#N/A",
    "#REF!",
    "TRUE",
    "a\x00b",
    "a\x07\ud800b".encode("utf-8", "replace").decode(),
    'a"b,c\nd',
    "正常",
    "x" * 40_000,
]
NOBODY: Database = None  # type: ignore[assignment]  # these rows need no store


def document(columns: Sequence[Column], rows: Sequence[Row]) -> Document:
    facts = (("导出人", "=cmd|' /C calc'!A0"), ("筛选", "状态：告警"))
    meaning = (("代码", "名称"), ("=A1", "体征"))
    return Document(
        "signs", "体征/清单", tuple(columns), held(rows), len(rows), False, facts, meaning
    )


def read_csv(made: Document) -> list[list[str]]:
    raw = b"".join(csv_pieces(made, NOBODY, CHINA))
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def read_xlsx(made: Document) -> openpyxl.Workbook:
    out = io.BytesIO()
    write_xlsx(made, NOBODY, out, WORDS, CHINA)
    out.seek(0)
    return openpyxl.load_workbook(out)


@given(st.text())
def test_no_text_of_a_csv_is_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(FORMULA)
    assert safe in (text.replace("\x00", LOST), "'" + text.replace("\x00", LOST))


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")),
            st.floats(allow_nan=False, allow_infinity=False) | st.none(),
        )
    )
)
def test_csv_comes_back_as_it_went(rows: list[tuple[str, float | None]]) -> None:
    made = document([Column("名称"), Column("值", Kind.NUMBER)], rows)
    got = read_csv(made)
    assert got[0] == ["名称", "值"]
    assert len(got) == len(rows) + 1
    for (text, number), (cell, value) in zip(rows, got[1:], strict=True):
        assert cell == safe_text(text)
        assert value == "" if number is None else math.isclose(float(value), number)


def test_numbers_stay_numbers_and_times_are_local() -> None:
    columns = [Column("a", Kind.NUMBER, decimals=2), Column("b", Kind.TIME), Column("c")]
    made = document(columns, [(-1.005, AT, None), (3, None, "-")])
    assert read_csv(made)[1:] == [["-1.00", "2026-11-23T10:00:00+08:00", ""], ["3.00", "", "'-"]]
    sheet = read_xlsx(made).worksheets[0]
    first, second = list(sheet.iter_rows(min_row=2))
    assert first[0].value == -1.0 and first[0].number_format == "0.00"  # as CSV has it
    assert first[1].value.isoformat() == "2026-11-23T10:00:00" and first[1].is_date
    assert [cell.value for cell in second] == [3, None, "-"]
    assert second[0].data_type == "n" and second[2].data_type == "s"


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_of_a_workbook_is_anything_but_text(text: str) -> None:
    book = read_xlsx(document([Column(text)], [(text,)]))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n") and (
                    cell.value is None or cell.data_type == "s"
                )
    kept = book.worksheets[0]["A2"].value
    assert kept is not None and len(kept) <= LONGEST
    if text.isprintable() and len(text) < LONGEST:
        assert kept == text


def test_the_second_sheet_says_what_it_is_and_the_print_whose_copy() -> None:
    book = read_xlsx(document([Column("名称"), Column("值", Kind.NUMBER)], [("甲", 1.5)] * 3))
    first, second = book.worksheets
    assert (first.title, second.title) == ("体征 清单", "口径与筛选")
    assert [[c.value for c in row] for row in second.iter_rows()] == [
        ["导出人", "=cmd|' /C calc'!A0"],
        ["筛选", "状态：告警"],
        [None, None],
        ["代码", "名称"],
        ["=A1", "体征"],
    ]
    for sheet in book.worksheets:
        assert sheet.oddFooter.left.text == "张三 && 李四 2026-11-23"
        assert sheet.page_setup.orientation == "landscape"
    assert first.freeze_panes == "A2" and first.print_title_rows == "$1:$1"
    assert first.auto_filter.ref == "A1:B4"


def test_a_table_without_rows_has_its_heads() -> None:
    made = document([Column("名称")], [])
    assert read_csv(made) == [["名称"]]
    assert [c.value for c in read_xlsx(made).worksheets[0][1]] == ["名称"]
