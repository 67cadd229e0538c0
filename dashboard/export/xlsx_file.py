"""XLSX: numbers as numbers, times as local times, a second sheet that says what they mean."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import IO, Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from dashboard.export.document import Cell, Column, Document, Kind
from data_access.store.db import Database
from domain.clock import DAY_MS
from domain.zone import Zone

LONGEST = 32_767  # characters of a cell
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_EPOCH_DAY = 25_569  # 1970-01-01 in their count
_A4 = 9  # the number of this paper in the format
_TIME = "yyyy-mm-dd hh:mm:ss"


class Wording(NamedTuple):
    """What the file says about itself, in the reader's language."""

    meaning: str  # the name of the second sheet
    watermark: str  # who and when
    notice: str  # at the head of a printed page: the title and whether it is simulated


def write_xlsx(
    document: Document, db: Database, out: IO[bytes], wording: Wording, zone: Zone
) -> None:
    """Write the workbook row by row: it is never in memory as a whole."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(document.title))
    _set_up(sheet, document.columns, wording)
    sheet.append([_head(sheet, column.title) for column in document.columns])
    makers = [_Maker(sheet, column, zone) for column in document.columns]
    for chunk in document.rows(db):
        for row in chunk:
            sheet.append([make(cell) for make, cell in zip(makers, row, strict=True)])
    if document.count:
        last = get_column_letter(len(document.columns))
        sheet.auto_filter.ref = f"A1:{last}{document.count + 1}"
    _about(book.create_sheet(_sheet_name(wording.meaning)), document, wording)
    book.save(out)


class _Maker:
    """Makes the cells of one column; a cell is written at once, so one object serves them all."""

    def __init__(self, sheet: Any, column: Column, zone: Zone) -> None:
        self._sheet = sheet
        self._kind = column.kind
        self._decimals = column.decimals
        self._zone = zone
        self._cell = WriteOnlyCell(sheet)
        if column.kind is Kind.TIME:
            self._cell.number_format = _TIME
        elif column.decimals is not None:
            self._cell.number_format = "0" + ("." + "0" * column.decimals) * bool(column.decimals)

    def __call__(self, value: Cell) -> Any:
        """A cell, or None for nothing."""
        if value is None:
            return None
        if isinstance(value, str):
            return _text(self._sheet, value)
        self._cell.value = self._local(value) if self._kind is Kind.TIME else self._round(value)
        return self._cell

    def _round(self, value: float) -> float:
        return value if self._decimals is None else round(value, self._decimals)

    def _local(self, ms: float) -> float:
        """Days as spreadsheets count them. They know no zones: it is the city's own clock."""
        return (ms + self._zone.offset_ms(int(ms))) / DAY_MS + _EPOCH_DAY


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST]


def _text(sheet: Any, text: str) -> Any:
    """A text that stays one, whatever it begins with."""
    clean = _clean(text)
    if clean[:1] not in ("=", "#"):
        return clean
    cell = WriteOnlyCell(sheet, clean)
    if cell.data_type != "s":  # it looked like a formula or an error code
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _head(sheet: Any, title: str) -> Any:
    text = _text(sheet, title)
    cell = WriteOnlyCell(sheet, text) if isinstance(text, str) else text
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _set_up(sheet: Any, columns: Sequence[Column], wording: Wording) -> None:
    """Widths, a head that stays, and a printed page that says whose copy it is."""
    for n, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    _print_set_up(sheet, wording)


def _print_set_up(sheet: Any, wording: Wording) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.left.text = _printed(wording.notice)
    sheet.oddFooter.left.text = _printed(wording.watermark)
    sheet.oddFooter.right.text = "&P / &N"


def _about(sheet: Any, document: Document, wording: Wording) -> None:
    """The second sheet: the facts of this file, then what its columns and signs mean."""
    _print_set_up(sheet, wording)
    for n, width in enumerate((24, 30, 14, 22, 22, 22, 14, 24, 30, 30, 30), start=1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    for name, value in document.facts:
        sheet.append([_head(sheet, name), _text(sheet, value)])
    sheet.append([])
    for n, row in enumerate(document.meaning):
        sheet.append([(_head if n == 0 else _text)(sheet, text) for text in row])


def _printed(text: str) -> str:
    """In a printed head or foot an ampersand is a command unless doubled."""
    return _FORBIDDEN.sub("", text).replace("&", "&&")[:200]


def _sheet_name(text: str) -> str:
    return _NOT_IN_A_NAME.sub(" ", text).strip()[:31] or "-"
