"""Files of rows: CSV, CSV.gz, JSON lines and XLSX as one stream of picked cells.

Rows are read one at a time, so the size of a file does not matter.
"""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zipfile import BadZipFile

from data_access.mapping import Mapping

STRETCH = 1_000  # rows taken at once
_BREAK = re.compile(r"\r\n|\r|\n")
SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}


class FileFault(ValueError):
    """The file cannot be read, or is not what the mapping describes; names file and line."""


_DAMAGE = (OSError, EOFError, zlib.error, csv.Error, BadZipFile, KeyError)


class Line(NamedTuple):
    """One row of a file."""

    number: int  # line of the file, from 1 (the row of a sheet)
    cells: tuple[Any, ...] | None  # the mapping's columns, in their order; None = not readable
    raw: Any  # what stood there: cells, text or object


_line = partial(tuple.__new__, Line)  # a Line without the cost of its constructor


class Table:
    """An open file: its rows, and how far reading has come."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self.path = path
        self.columns = mapping.columns
        self.header: list[str] = []
        self._mapping = mapping
        self._text: io.TextIOWrapper | None = None
        kind, zipped = mapping.format or _kind_of(path), path.suffix == ".gz"
        try:
            self._file: BinaryIO = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            raise FileFault(f"{path}: {error.strerror}") from None
        stream = gzip.GzipFile(fileobj=self._file) if zipped else self._file
        self._stretches = {
            "csv": lambda: self._csv(stream),
            "jsonl": lambda: _gathered(self._jsonl(stream)),
            "xlsx": lambda: _gathered(self._xlsx(stream)),
        }[kind]()

    def __iter__(self) -> Iterator[Line]:
        """The rows, as `stretches` gives them."""
        for lines in self.stretches():
            yield from lines

    def stretches(self) -> Iterator[list[Line]]:
        """The rows, some at a time.

        FileFault when the file turns out to be damaged, after what came before that place.
        """
        try:
            yield from self._stretches
        except _DAMAGE as error:
            raise FileFault(f"{self.path}: cannot be read on: {error}") from error

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return self.size if self._file.closed else self._file.tell()

    def close(self) -> None:
        """Close the file."""
        if self._text is not None:
            self._text.close()
        self._file.close()

    def describe(self, raw: Any) -> Any:
        """A row as it stood in the file, with the names of its columns if it has any."""
        if isinstance(raw, (list, tuple)) and len(raw) == len(self.header):
            return dict(zip(self.header, raw, strict=True))
        return raw

    def _decoded(self, stream: Any) -> io.TextIOWrapper:
        # a byte that is no character of the encoding spoils its cell, not the file
        encoding = self._mapping.encoding
        self._text = io.TextIOWrapper(stream, encoding, "backslashreplace", newline="")
        return self._text

    def _picker(self, header: Sequence[Any], line: int) -> Callable[[Sequence[Any]], Any]:
        self.header = [str(name).strip() if name is not None else "" for name in header]
        unknown = [name for name in self.columns if name not in self.header]
        if unknown:
            listed = ", ".join(repr(name) for name in unknown)
            raise FileFault(f"{self.path}:{line}: no column {listed}; there are {self.header}")
        indexes = [self.header.index(name) for name in self.columns]
        if len(indexes) == 1:
            only = indexes[0]
            return lambda row: (row[only],)
        return itemgetter(*indexes)

    def _csv(self, stream: Any) -> Iterator[list[Line]]:
        reader = csv.reader(self._decoded(stream), delimiter=self._mapping.delimiter)
        header = next(reader, None)
        if header is None:
            raise FileFault(f"{self.path}:1: no header line")
        pick, width = self._picker(header, reader.line_num), len(header)
        broken: Exception | None = None
        while broken is None:
            before, rows = reader.line_num, list[list[str]]()
            try:
                rows.extend(islice(reader, STRETCH))
            except _DAMAGE as error:  # the rows before it have been taken
                broken = error
            if reader.line_num - before == len(rows) and set(map(len, rows)) == {width}:
                yield list(map(_line, zip(count(before + 1), map(pick, rows), rows, strict=False)))
            elif rows:
                yield list(_carefully(rows, before, pick, width))
            elif broken is None:
                return
        raise broken

    def _jsonl(self, stream: Any) -> Iterator[Line]:
        columns = self.columns
        for number, text in enumerate(self._decoded(stream), start=1):
            if not text.strip():
                continue
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, dict):
                yield Line(number, tuple([found.get(name) for name in columns]), text)
            else:
                yield Line(number, None, text)

    def _xlsx(self, _stream: Any) -> Iterator[Line]:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            book = load_workbook(self._file, read_only=True, data_only=True)
        except InvalidFileException as error:
            raise FileFault(f"{self.path}: {error}") from None
        name = self._mapping.sheet
        if name is not None and name not in book.sheetnames:
            raise FileFault(f"{self.path}: no sheet {name!r}; there are {book.sheetnames}")
        sheet = book[name] if name is not None else book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        header = next(rows, None)
        if header is None:
            raise FileFault(f"{self.path}:1: no header row")
        pick, width = self._picker(header, 1), len(header)
        for number, row in enumerate(rows, start=2):
            if all(cell is None for cell in row):
                continue
            padded = (*row, *[None] * (width - len(row)))
            yield Line(number, pick(padded), padded)


def _gathered(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while True:
        some: list[Line] = []
        try:
            some.extend(islice(lines, STRETCH))
        except _DAMAGE:
            if some:
                yield some
            raise
        if not some:
            return
        yield some


def _carefully(
    rows: Sequence[list[str]], before: int, pick: Callable[[Sequence[Any]], Any], width: int
) -> Iterator[Line]:
    """Rows some of which have line breaks in their cells, or a wrong number of cells."""
    number = before
    for row in rows:
        number += 1 + sum(len(_BREAK.findall(cell)) for cell in row)
        if row:
            yield Line(number, pick(row) if len(row) == width else None, row)


def _kind_of(path: Path) -> str:
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    kind = SUFFIXES.get(plain.suffix.lower())
    if kind is None:
        raise FileFault(f"{path}: what format is it? Name it in the mapping (format = …)")
    return kind
