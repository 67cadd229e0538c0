"""Rows of a sheet, as people who open it see them, one at a time.

A number that is shown as a percentage, a formula whose value nobody stored, an error and a cell
that is no number are told apart here, where the sheet still says so. A cell merged over several
rows holds its text in each of them; a number so merged belongs to none of them alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from openpyxl.utils.cell import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel

from data_access.files.cells import CELL_CHARS, Bad, Percent
from data_access.files.line import FileFault, FileRow
from data_access.files.xlsx_book import DAMAGE, Book, Sheet, elements, local, open_book, written

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=['\"]([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_CHUNK = 1 << 20
_WIDEST = 16_384  # columns of a sheet
Row = list[Any]


class XlsxRows:
    """One sheet of a book. `serials` are columns whose plain numbers are days of the calendar."""

    def __init__(self, path: Any, file: BinaryIO, wanted: str | None, serials: frozenset[str]):
        self.header: list[str] = []
        self.notes: list[str] = []
        self._path = path
        self._serials = serials
        self._at = 0  # the row reached
        self._book = open_book(file, path)
        self._sheet = self._choose(wanted)
        self._merged = _Merged(self._book, self._sheet)
        self._rows = self._read()

    def read_header(self, given: Sequence[str] | None) -> None:
        """The first row that is not empty, unless the mapping names the columns."""
        if given is not None:
            self.header = list(given)
            return
        for _number, row in self._rows:
            if any(cell is not None for cell in row):
                names = ["" if cell is None else str(cell).strip() for cell in row]
                while names and not names[-1]:
                    names.pop()
                self.header = names
                return
        raise FileFault(f"{self._path}:1: no header row in sheet {self._sheet.name!r}")

    def lines(
        self, pick: Callable[[Sequence[Any]], tuple[Any, ...]], values: frozenset[str]
    ) -> Iterator[FileRow]:
        """The rows below the header; `values` are columns of numbers: no merged cell fills them."""
        width = len(self.header)
        numeric = {at for at, name in enumerate(self.header) if name in values}
        serial = [at for at, name in enumerate(self.header) if name in self._serials]
        first = self._at + 1
        for number, row in self._rows:
            row += [None] * (width - len(row))
            if all(cell is None for cell in row):
                continue
            self._merged.fill(number, row, numeric, first)
            for at in serial:
                if type(row[at]) in (int, float):
                    row[at] = self._date(row[at])
            if any(isinstance(cell, str) and len(cell) > CELL_CHARS for cell in row):
                why = f"a cell of more than {CELL_CHARS} characters"
                yield FileRow(number, None, row, why)
                continue
            yield FileRow(number, pick(row), row)

    def _choose(self, wanted: str | None) -> Sheet:
        sheets = self._book.sheets
        listed = {id(s): repr(s.name) + (" (hidden)" if s.hidden else "") for s in sheets}
        named = ", ".join(listed.values())
        if wanted is not None:
            found = next((sheet for sheet in sheets if sheet.name == wanted), None)
        else:
            found = next((sheet for sheet in sheets if not sheet.hidden), None)
        if found is None:
            what = "sheet that is not hidden" if wanted is None else f"sheet {wanted!r}"
            raise FileFault(f"{self._path}: no {what}; there are {named}")
        others = [name for key, name in listed.items() if key != id(found)]
        left = f"; not read: {', '.join(others)}" if others else ""
        self.notes.append(f"sheet {listed[id(found)]}{left}")
        return found

    def _read(self) -> Iterator[tuple[int, Row]]:
        hidden = 0
        try:
            with self._book.archive.open(self._sheet.part) as stream:
                for element in elements(stream, "row"):
                    self._at = int(element.get("r", self._at + 1))
                    hidden += element.get("hidden") in ("1", "true")
                    yield self._at, self._row(element)
        except FileFault:
            raise
        except DAMAGE as error:
            raise FileFault(
                f"{self._path}: sheet {self._sheet.name!r} cannot be read on after row"
                f" {self._at}: {error}"
            ) from None
        if hidden:
            self.notes.append(f"{hidden} rows are hidden in the sheet; they are read as well")
        if self._book.damage:
            raise FileFault(f"{self._path}: damaged: {'; '.join(self._book.damage)}")

    def _row(self, element: Element) -> Row:
        row: Row = []
        for cell in element:
            if local(cell) != "c":
                continue
            letters = _LETTERS.match(cell.get("r", ""))
            at = column_index_from_string(letters[0]) - 1 if letters else len(row)
            if at >= _WIDEST:
                raise ValueError(f"a cell {cell.get('r')} beyond the last column of a sheet")
            row += [None] * (at + 1 - len(row))
            row[at] = self._cell(cell)
        return row

    def _cell(self, cell: Element) -> Any:
        kind, text, formula = cell.get("t", "n"), None, False
        for part in cell:
            name = local(part)
            if name == "v":
                text = part.text
            elif name == "is":
                return written(part)
            elif name == "f":
                formula = True
        if text is None:
            if formula and kind != "str":
                return Bad("a formula without a stored value")
            return "" if formula else None
        try:
            return self._value(kind, text, int(cell.get("s", 0)))
        except (ValueError, IndexError, OverflowError):
            return Bad(f"{text!r:.80} is not a number" if kind == "n" else f"{text!r:.80}: damaged")

    def _value(self, kind: str, text: str, style: int) -> Any:
        if kind == "s":
            at = int(text)
            if not 0 <= at < len(self._book.texts):
                return Bad(f"the shared text {at} is not in the file")
            return self._book.texts[at]
        if kind == "b":
            return text in ("1", "true")
        if kind == "e":
            return Bad(text)
        if kind == "d":
            return datetime.fromisoformat(text)
        if kind != "n":
            return text
        number = float(text)
        shown = self._book.kinds[style] if style < len(self._book.kinds) else ""
        if shown == "percent":
            return Percent(number)
        if shown == "date":
            return self._date(number)
        if shown == "span":
            return from_excel(number, self._book.epoch, timedelta=True)
        return int(number) if number.is_integer() and "." not in text else number

    def _date(self, number: float) -> Any:
        try:
            return from_excel(number, self._book.epoch)
        except (ValueError, OverflowError):
            return Bad(f"{number:g} is no day of the calendar")


class _Merged:
    """The merged ranges of a sheet, found ahead of its rows: a sheet names them after these."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self._ranges: list[tuple[int, int, int, int]] = []  # top, bottom, left, right; from 1 and 0
        self._filled: dict[tuple[int, int, int, int], Any] = {}
        tail = b""
        try:
            with book.archive.open(sheet.part) as stream:
                while chunk := stream.read(_CHUNK):
                    text = tail + chunk
                    end = 0
                    for found in _MERGED.finditer(text):
                        left, top, right, bottom = range_boundaries(found[1].decode())
                        self._ranges.append((top, bottom, left - 1, right - 1))
                        end = found.end()
                    tail = text[max(end, len(text) - 200) :]
        except DAMAGE:
            tail = b""
        self._known = tail.rstrip().endswith(b"worksheet>")
        self._ranges.sort()
        self._next = 0
        self._open: list[tuple[int, int, int, int]] = []

    def fill(self, number: int, row: Row, numeric: set[int], first: int) -> None:
        """Give the covered cells of a row what they show, or a reason why they hold nothing."""
        if not self._known:
            for at, cell in enumerate(row):
                if cell is None and at not in numeric:
                    row[at] = Bad("empty, or merged with a cell above: the sheet is damaged")
            return
        while self._next < len(self._ranges) and self._ranges[self._next][0] <= number:
            self._open.append(self._ranges[self._next])
            self._next += 1
        self._open = [each for each in self._open if each[1] >= number]
        for each in self._open:
            if each[0] < first:
                self._filled[each] = Bad("merged with the header")
            self._cover(each, number, row, numeric)

    def _cover(
        self, each: tuple[int, int, int, int], number: int, row: Row, numeric: set[int]
    ) -> None:
        top, bottom, left, right = each
        if left >= len(row):
            return
        if number == top:
            self._filled[each] = row[left]
        for at in range(left, min(right + 1, len(row))):
            if at in numeric and bottom > top:
                row[at] = Bad(f"merged over the rows {top} to {bottom}: whose value is it?")
            elif at == left:
                row[at] = self._filled.get(each)
            else:
                row[at] = Bad("merged with the cell to its left")
