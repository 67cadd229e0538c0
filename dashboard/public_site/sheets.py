"""One table of open data in three forms that hold the same figures."""

import csv
import io
from typing import Any, NamedTuple

import msgspec
from openpyxl import Workbook

from dashboard.export.csv_file import BOM, safe_text

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COLUMNS = (
    "period",
    "start",
    "sign",
    "sign_zh",
    "sign_en",
    "place",
    "place_zh",
    "place_en",
    "value",
    "low",
    "high",
    "mark",
    "unit",
    "state",
    "demo",
)
"""`mark` says how much is told: exact, rounded, few, unlisted, withheld, band, missing."""


class Table(NamedTuple):
    """Columns and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def written(table: Table, kind: str) -> bytes:
    """The bytes of a table as csv, json or xlsx; KeyError for anything else."""
    return {"csv": _csv, "json": _json, "xlsx": _xlsx}[kind](table)


def _cell(cell: Any) -> Any:
    return safe_text(cell) if isinstance(cell, str) else cell


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return (BOM + out.getvalue()).encode()


def _json(table: Table) -> bytes:
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return msgspec.json.encode({"columns": table.columns, "rows": rows})


def _xlsx(table: Table) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.freeze_panes = "A2"
    sheet.append(list(table.columns))
    for row in table.rows:
        sheet.append([_cell(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
