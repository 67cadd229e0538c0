"""Files of rows: CSV, JSON lines, JSON arrays and XLSX as one stream of picked cells.

Rows are read one at a time, so the size of a file does not matter.
"""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from data_access.files.csv_rows import STRETCH, CsvRows
from data_access.files.json_rows import JsonRows
from data_access.files.line import FileFault, FileRow
from data_access.files.text_lines import Lines
from data_access.mappings.mapping_spec import Mapping
from data_access.mappings.mapping_time import Instants

__all__ = ["STRETCH", "FileFault", "FileRow", "Table"]

SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
_DAMAGE = (OSError, EOFError, zlib.error, csv.Error, BadZipFile, KeyError, UnicodeError)


class Table:
    """An open file: its rows, and how far reading has come."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self.path = path
        self.columns = mapping.columns
        self.header: list[str] = []
        self.notes: list[str] = []  # what its reader should know besides the rows
        self._names: list[str] = []
        self._mapping = mapping
        self._lines: Lines | None = None
        kind, zipped = mapping.format or _kind_of(path), path.suffix == ".gz"
        try:
            self._file: BinaryIO = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            raise FileFault(f"{path}: {error.strerror}") from None
        stream = gzip.GzipFile(fileobj=self._file) if zipped else self._file
        self._stretches = {
            "csv": lambda: self._csv(stream),
            "jsonl": lambda: self._json(stream, "lines"),
            "json": lambda: self._json(stream, "elements"),
            "xlsx": self._xlsx,
        }[kind]()

    def __iter__(self) -> Iterator[FileRow]:
        """The rows, as `stretches` gives them."""
        for lines in self.stretches():
            yield from lines

    def stretches(self) -> Iterator[Sequence[FileRow]]:
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
        if self._lines is not None:
            self._lines.close()
        self._file.close()

    def describe(self, raw: Any) -> Any:
        """A row as it stood in the file, with the names of its columns if it has any."""
        if not isinstance(raw, (list, tuple)) or not self.header:
            return raw
        if len(self._names) < len(raw):
            self._names = _distinct(self.header, len(raw))
        return dict(zip(self._names, raw, strict=False))

    def _csv(self, stream: Any) -> Iterator[Sequence[FileRow]]:
        lines = self._lines = Lines(stream, self._mapping.encoding, self.path)
        rows = CsvRows(self.path, lines, self._mapping.delimiter)
        rows.read_header(self._mapping.header, self._is_instant)
        yield from rows.stretches(self._picker(rows.header), self._readable())

    def _json(self, stream: Any, form: str) -> Iterator[Sequence[FileRow]]:
        lines = self._lines = Lines(stream, self._mapping.encoding, self.path)
        rows = JsonRows(self.path, lines, self.columns)
        rows.read_header(self._mapping.header)
        yield from _gathered(rows.lines() if form == "lines" else rows.elements())

    def _xlsx(self) -> Iterator[Sequence[FileRow]]:
        from data_access.files.xlsx_rows import XlsxRows

        time = self._mapping.time
        serials = frozenset(time.columns) if "excel" in time.formats else frozenset()
        rows = XlsxRows(self.path, self._file, self._mapping.sheet, serials)
        self.notes = rows.notes
        rows.read_header(self._mapping.header)
        pick = self._picker(rows.header)
        yield from _gathered(rows.lines(pick, self._mapping.number_columns))

    def _picker(self, header: Sequence[str]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        self.header = [name.strip() for name in header]
        counted = Counter(self.header)
        for name in self.columns:
            if counted[name] > 1:
                places = [str(n) for n, each in enumerate(self.header, 1) if each == name]
                raise FileFault(
                    f"{self.path}:1: the column {name!r} stands there {counted[name]} times,"
                    f" as number {', '.join(places)}"
                )
        unknown = [name for name in self.columns if name not in counted]
        if unknown:
            listed = ", ".join(repr(name) for name in unknown)
            hint = " (is it UTF-16?)" if "\x00" in "".join(self.header) else ""
            raise FileFault(f"{self.path}:1: no column {listed}; there are {self.header}{hint}")
        indexes = [self.header.index(name) for name in self.columns]
        if len(indexes) == 1:
            only = indexes[0]
            return lambda row: (row[only],)
        return itemgetter(*indexes)

    def _is_instant(self, text: str) -> bool:
        """Whether a cell by itself is an instant as the mapping has them."""
        time = self._mapping.time
        if len(time.columns) > 1:
            return False
        single = replace(time, fold_column=None)
        return Instants(single, {time.columns[0]: 0}).readable((text,))

    def _readable(self) -> Callable[[tuple[Any, ...]], bool]:
        """Whether picked cells have an instant where the mapping expects one."""
        at = {name: index for index, name in enumerate(self.columns)}
        return Instants(self._mapping.time, at).readable


def _gathered(lines: Iterator[FileRow]) -> Iterator[list[FileRow]]:
    while True:
        some: list[FileRow] = []
        try:
            some.extend(islice(lines, STRETCH))
        except Exception:
            if some:
                yield some
            raise
        if not some:
            return
        yield some


def _distinct(header: Sequence[str], width: int) -> list[str]:
    """A name for every cell, none of them twice."""
    names: list[str] = []
    for n in range(width):
        name = header[n] if n < len(header) else ""
        names.append(name if name and name not in names else f"{name} [{n + 1}]".strip())
    return names


def _kind_of(path: Path) -> str:
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    kind = SUFFIXES.get(plain.suffix.lower())
    if kind is None:
        raise FileFault(f"{path}: what format is it? Name it in the mapping (format = …)")
    return kind
