"""CSV as spreadsheets in China open it: UTF-8 with a mark, RFC 4180, safe against formulas."""

import csv
import io
import time
from collections.abc import Iterator, Sequence

from dashboard.export.document import Cell, Column, Document, Kind, Row
from data_access.store.db import Database
from domain.zone import Zone

BOM = "\ufeff"
PIECE = 500  # rows encoded before others get their turn
FULL_WIDTH = (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)  # = + - @ as Chinese keyboards write them
FORMULA = (*"=+-@\t\r\n", *map(chr, FULL_WIDTH))


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula; NUL, which no file should hold, is gone."""
    clean = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def csv_pieces(document: Document, db: Database, zone: Zone) -> Iterator[bytes]:
    """The file, piece by piece; other work of the process goes on between two pieces."""
    heads = [safe_text(column.title) for column in document.columns]
    yield (BOM + _lines([heads])).encode()
    for chunk in document.rows(db):
        for start in range(0, len(chunk), PIECE):
            piece = chunk[start : start + PIECE]
            yield _lines(_written(document.columns, row, zone) for row in piece).encode()
            time.sleep(0)  # under gevent: let the streams of this process have their turn


def _written(columns: Sequence[Column], row: Row, zone: Zone) -> list[Cell]:
    return [_cell(column, cell, zone) for column, cell in zip(columns, row, strict=True)]


def _cell(column: Column, cell: Cell, zone: Zone) -> Cell:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_text(cell)
    if column.kind is Kind.TIME:
        local = zone.local(int(cell))
        return local.isoformat(timespec="seconds")
    if column.decimals is not None:
        return f"{cell:.{column.decimals}f}"
    return cell


def _lines(rows: Iterator[Row] | Sequence[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
