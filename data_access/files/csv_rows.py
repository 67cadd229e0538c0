"""Rows of a CSV: a thousand at a glance where every line is a row, one by one where not.

A quote that nobody closes would swallow the rows after it. So a line inside a quoted cell that is
a whole row by itself (its number of cells, and of few cells an instant where the instant belongs)
ends the reading: to go on would be a guess. Other cells may have line breaks as they like.
"""

import csv
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any

from data_access.files.cells import CELL_CHARS
from data_access.files.line import FileFault, FileRow, PlainRows
from data_access.files.text_lines import LINE_CHARS, Lines, broken_byte, unmarked

STRETCH = 1_000  # lines taken at once
_TELLING = 8  # so many cells on a line are no prose, instant or not
_CLOSING = re.compile(r'(?<!")(?:"")*"(?!")')  # a quote that is not doubled
Cells = Sequence[str]

csv.field_size_limit(LINE_CHARS)  # longer cells are counted here, not a fault of the whole file


class CsvRows:
    """The rows below the header. `pick` takes the mapping's columns out of a row."""

    def __init__(self, path: Any, lines: Lines, delimiter: str) -> None:
        self.header: list[str] = []
        self._path = path
        self._lines = lines
        self._delimiter = delimiter
        self._number = 0  # lines taken

    def read_header(self, given: Sequence[str] | None, is_instant: Callable[[str], bool]) -> None:
        """Take the header line, unless the mapping has given the names of the columns.

        A header may have line breaks; an instant among its names is of a row that it swallows.
        """
        if given is not None:
            self.header = list(given)
            return
        tape = _Tape(iter(self._lines))
        reader = csv.reader(tape, delimiter=self._delimiter, strict=True)
        while not self.header:
            tape.begin(self._number + 1)
            try:
                self.header = next(reader)
            except StopIteration:
                raise FileFault(f"{self._path}:1: no header line") from None
            except csv.Error as error:
                raise FileFault(f"{self._path}:{tape.first}: no header line: {error}") from None
            self._number += len(tape.lines)
        for at, text in enumerate(tape.lines[1:], start=tape.first + 1):
            cells = self._inside(text)
            if len(cells) == len(self.header) > 1 or any(map(is_instant, cells)):
                raise FileFault(f"{self._path}:1: a quote of the header line swallows line {at}")

    def stretches(
        self,
        pick: Callable[[Sequence[Any]], tuple[Any, ...]],
        readable: Callable[[tuple[Any, ...]], bool],
    ) -> Iterator[Sequence[FileRow]]:
        """The rows, some at a time; `readable` says whether picked cells have an instant."""
        self._pick, self._readable = pick, readable
        lines = iter(self._lines)
        while chunk := list(islice(lines, STRETCH)):
            columns = self._at_a_glance(chunk)
            if columns is not None:
                first = self._number + 1
                self._number += len(chunk)
                yield PlainRows(first, pick(columns), chunk, self._split)
                continue
            found: list[FileRow] = []
            try:
                for line in self._one_by_one(chunk, lines):
                    found.append(line)
            finally:  # what stands before a fault is taken
                if found:
                    yield found

    def _at_a_glance(self, chunk: list[str]) -> Sequence[Cells] | None:
        """The columns of a stretch in which each line is a row; None where that is not so."""
        if self._lines.broken or max(map(len, chunk)) > CELL_CHARS:
            return None
        width, text = len(self.header), "".join(chunk)
        if width > 1 and '"' not in text and "\r" not in text and "\0" not in text:
            return self._unquoted(text, len(chunk), width)
        try:
            rows = list(csv.reader(chunk, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        if len(rows) != len(chunk) or set(map(len, rows)) != {width}:
            return None
        return list(zip(*rows, strict=True))

    def _unquoted(self, text: str, rows: int, width: int) -> Sequence[Cells] | None:
        """The columns of lines without quotes: each end of a line must follow `width` cells."""
        ended = text if text.endswith("\n") else text + "\n"
        cells = ended.replace("\n", self._delimiter + "\n" + self._delimiter)
        found = cells.split(self._delimiter)
        found.pop()  # what follows the last end of a line
        if len(found) != rows * (width + 1) or set(found[width :: width + 1]) != {"\n"}:
            return None
        return [found[n :: width + 1] for n in range(width)]

    def _one_by_one(self, chunk: list[str], rest: Iterator[str]) -> Iterator[FileRow]:
        end = self._number + len(chunk)
        tape = _Tape(chain(chunk, rest), self._swallowed)
        reader = csv.reader(tape, delimiter=self._delimiter, strict=True)
        while self._number < end:
            tape.begin(self._number + 1)
            try:
                row, why = next(reader), ""
            except StopIteration:
                return
            except csv.Error as error:
                row = self._leniently(tape)
                why = "" if row else str(error)
            except _Swallowed as error:
                yield FileRow(tape.first, None, unmarked(tape.lines[0].rstrip("\r\n")), str(error))
                raise self._end_of_reading(tape, error) from None
            self._number += len(tape.lines)
            if tape.ended and why:
                yield FileRow(tape.first, None, unmarked("".join(tape.lines)), _UNCLOSED)
                raise FileFault(f"{self._path}:{tape.first}: {_UNCLOSED}")
            if row or why:
                yield self._line(tape, row, why)

    def _line(self, tape: "_Tape", row: list[str], why: str) -> FileRow:
        number = self._number
        raw: Any = row or "".join(tape.lines)
        if not why and len(row) != len(self.header):
            why = f"{len(row)} cells where the header has {len(self.header)}"
        if not why and max(map(len, row)) > CELL_CHARS:
            why = f"a cell of {max(map(len, row))} characters, at most {CELL_CHARS}"
        cells = None if why else self._pick(row)
        if self._lines.broken:
            spoilt = next(filter(None, map(broken_byte, cells or ())), None)
            if spoilt is not None:
                cells, why = None, f"byte {spoilt} is no {self._lines.encoding}"
            raw = unmarked(raw) if isinstance(raw, str) else [unmarked(cell) for cell in row]
        return FileRow(number, cells, raw, why)

    def _leniently(self, tape: "_Tape") -> list[str]:
        """A row of one line whose quotes are odd, as others read it; empty when that fails."""
        if len(tape.lines) > 1 or tape.ended:
            return []
        row = self._split(tape.lines[0])
        return row if len(row) == len(self.header) else []

    def _split(self, text: str) -> list[str]:
        return next(csv.reader([text], delimiter=self._delimiter), [])

    def _swallowed(self, text: str) -> bool:
        """Whether a line that begins inside a quoted cell is a row of the file by itself."""
        if text.count(self._delimiter) < len(self.header) - 1:
            return False
        row = self._inside(text)
        if len(row) != len(self.header):
            return False
        return len(row) >= _TELLING or self._readable(self._pick(row))

    def _inside(self, text: str) -> list[str]:
        """The cells of a line as far as the quoted cell goes in which it begins."""
        closing = _CLOSING.search(text)
        if closing is not None and text[closing.end() :][:1] in (self._delimiter, "\r", "\n", ""):
            text = text[: closing.end() - 1]
        return self._split(text)

    def _end_of_reading(self, tape: "_Tape", error: "_Swallowed") -> FileFault:
        left = len(tape.lines) - 1
        with suppress(OSError, EOFError, zlib.error):  # damage is another story
            for _ in tape.rest:
                left += 1
        return FileFault(
            f"{self._path}:{tape.first}: {error}; cannot be read on: the {left} lines"
            f" from line {tape.first + 1} are not read"
        )


_UNCLOSED = "the file ends inside a quote that opens in this row"


class _Swallowed(Exception):
    """A row takes in what does not belong to it."""


class _Tape:
    """Hands lines to the reader and keeps those of the row that it is reading."""

    def __init__(self, rest: Iterator[str], swallowed: Callable[[str], bool] | None = None) -> None:
        self.rest = rest
        self.lines: list[str] = []
        self.first = 1
        self.ended = False
        self._size = 0
        self._swallowed = swallowed

    def begin(self, first: int) -> None:
        """A row begins with the line of that number."""
        self.first, self._size, self.lines = first, 0, []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = next(self.rest, None)
        if text is None:
            self.ended = True
            raise StopIteration
        continued = bool(self.lines)
        self.lines.append(text)
        self._size += len(text)
        if self._size > LINE_CHARS:
            raise _Swallowed(f"a row of over {LINE_CHARS:,} characters")
        if continued and self._swallowed is not None and self._swallowed(text):
            here = self.first + len(self.lines) - 1
            raise _Swallowed(f"a quote opens in this row and swallows line {here}")
        return text
