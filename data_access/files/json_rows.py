"""Rows of JSON: one object a line, or the elements of one array, read piece by piece."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from data_access.files.cells import CELL_CHARS
from data_access.files.line import FileFault, FileRow
from data_access.files.text_lines import Lines, broken_byte, unmarked

_BLANK = " \t\r\n"
_MOST = 16 << 20  # characters of one element
Named = Callable[[dict[str, Any]], tuple[Any, ...]]


class _Twice(ValueError):
    """An object that names a key twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        again = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _Twice(f"the key {again!r} stands there twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


class JsonRows:
    """Makes rows of objects (their keys are the columns) and, by position, of arrays."""

    def __init__(self, path: Any, lines: Lines, columns: Sequence[str]) -> None:
        self.header: list[str] = []
        self._path = path
        self._lines = lines
        self._columns = columns

    def read_header(self, given: Sequence[str] | None) -> None:
        """Arrays need the mapping's names of their elements; objects bring their own."""
        self.header = list(given or ())

    def lines(self) -> Iterator[FileRow]:
        """The rows of a file with one object a line."""
        for number, text in enumerate(self._lines, start=1):
            if not text.strip():
                continue
            try:
                yield self._line(number, _DECODER.decode(text.strip()), text)
            except _Twice as error:
                yield FileRow(number, None, unmarked(text), str(error))
            except (ValueError, RecursionError) as error:
                yield FileRow(number, None, unmarked(text), f"not JSON: {_brief(error)}")

    def elements(self) -> Iterator[FileRow]:
        """The elements of the array that is the file."""
        reader = _Reader(self._path, self._lines)
        if reader.sign() != "[":
            raise FileFault(f"{self._path}:{reader.line}: a JSON array is expected")
        sign = reader.sign()
        while sign != "]":
            if sign is not None:
                reader.back()
            line, text, found = reader.value()
            if isinstance(found, _Twice):
                yield FileRow(line, None, unmarked(text), str(found))
            else:
                yield self._line(line, found, text)
            sign = reader.sign()
            if sign == ",":
                sign = None
            elif sign != "]":
                raise FileFault(f"{self._path}:{reader.line}: cannot be read on: no , or ] there")
        if reader.sign():
            raise FileFault(f"{self._path}:{reader.line}: cannot be read on: more after the array")

    def _line(self, number: int, found: Any, text: str) -> FileRow:
        raw = unmarked(text)
        if isinstance(found, list) and self.header:
            if len(found) != len(self.header):
                why = f"{len(found)} cells where the header has {len(self.header)}"
                return FileRow(number, None, raw, why)
            found = dict(zip(self.header, found, strict=True))
        if not isinstance(found, dict):
            return FileRow(number, None, raw)
        cells = tuple([found.get(name) for name in self._columns])
        for cell in cells:
            if isinstance(cell, str) and len(cell) > CELL_CHARS:
                why = f"a cell of {len(cell)} characters, at most {CELL_CHARS}"
                return FileRow(number, None, raw, why)
            if self._lines.broken and isinstance(cell, str) and (spoilt := broken_byte(cell)):
                why = f"byte {spoilt} is no {self._lines.encoding}"
                return FileRow(number, None, raw, why)
        return FileRow(number, cells, raw)


class _Reader:
    """Signs and values of a JSON text that is never held as a whole."""

    def __init__(self, path: Any, lines: Lines) -> None:
        self.line = 1
        self._path = path
        self._source = lines
        self._held = ""
        self._at = 0

    def sign(self) -> str | None:
        """The next character that is not blank; None at the end."""
        while True:
            while self._at < len(self._held):
                found = self._held[self._at]
                self._at += 1
                if found not in _BLANK:
                    return found
                self.line += found == "\n"
            if not self._more():
                return None

    def back(self) -> None:
        """Give the last sign back."""
        self._at -= 1

    def value(self) -> tuple[int, str, Any]:
        """(line, text, value) of the next value; a _Twice in place of an object that is one."""
        if self.sign() is None:
            raise FileFault(f"{self._path}:{self.line}: the file ends inside the array")
        self.back()
        while True:
            try:
                found, end = _value(self._held, self._at)
            except (ValueError, RecursionError) as error:
                size = len(self._held) - self._at
                if size > _MOST or not self._more(2 * size):
                    raise FileFault(
                        f"{self._path}:{self.line}: cannot be read on: {_brief(error)}"
                    ) from None
                continue
            if end < len(self._held) or not self._more():  # a number may go on
                break
        line, text = self.line, self._held[self._at : end]
        self.line += text.count("\n")
        self._at = end
        return line, text, found

    def _more(self, size: int = 0) -> bool:
        """Read on until `size` characters wait, one block at least; False at the end."""
        pieces = [self._held[self._at :]]
        self._at, waiting = 0, len(pieces[0])
        while block := self._source.text():
            pieces.append(block)
            waiting += len(block)
            if waiting >= size:
                break
        self._held = "".join(pieces)
        return len(pieces) > 1


def _value(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except _Twice as twice:  # its end is found by a decoder that does not mind
        return twice, json.JSONDecoder().raw_decode(text, at)[1]


def _brief(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)
