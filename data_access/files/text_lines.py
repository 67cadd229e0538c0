"""The lines of a text file in its encoding, numbered, with broken bytes marked and not lost.

A byte that is no character of the encoding becomes a lone surrogate (U+DC00 + byte): it spoils
the cell in which it stands, not the file.
"""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from data_access.files.line import FileFault

BLOCK = 8192  # what a damaged archive can take with it
LINE_CHARS = 64 << 20  # held in memory at once; a longer line is no line of a table
_BROKEN = re.compile("[\udc00-\udcff]")
_BOMS = (  # the longer ones first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + b) for b in error.object[error.start : error.end]), error.end


codecs.register_error("yiping-mark", _mark)


def unmarked(text: str) -> str:
    """Text for people: a broken byte as `\\xd5`."""
    return _BROKEN.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", text)


def broken_byte(text: str) -> str | None:
    """The first broken byte of a cell like `0xd5`; None when it is whole."""
    found = None if text.isascii() else _BROKEN.search(text)
    return None if found is None else f"0x{ord(found[0]) & 0xFF:02x}"


class Lines:
    """An iterator over lines with their ends; `broken` once a broken byte has come by."""

    def __init__(self, stream: Any, encoding: str, path: Any) -> None:
        self.broken = False
        self._path = path
        buffered = io.BufferedReader(stream)
        self.encoding = _encoding(buffered, encoding)
        self._text = io.TextIOWrapper(buffered, self.encoding, "yiping-mark", newline="")
        self._lines = chain.from_iterable(self._blocks())

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def text(self) -> str:
        """The next characters of the file, whatever lines there are; empty at its end."""
        block = self._text.read(BLOCK)
        self._look(block)
        return block

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def _blocks(self) -> Iterator[list[str]]:
        held: list[str] = []  # pieces of the line that has not ended
        number, size = 1, 0
        while block := self.text():
            held.append(block)
            size += len(block)
            if size > LINE_CHARS:
                raise FileFault(f"{self._path}:{number}: a line of over {LINE_CHARS:,} characters")
            if "\n" not in block and "\r" not in block:
                continue
            lines = io.StringIO("".join(held), newline="").readlines()
            # a carriage return at the end may be the first half of a line's end
            held = [] if lines[-1].endswith("\n") else [lines.pop()]
            number, size = number + len(lines), sum(map(len, held))
            yield lines
        if held:
            yield io.StringIO("".join(held), newline="").readlines()

    def _look(self, block: str) -> None:
        if not self.broken and not block.isascii():
            self.broken = _BROKEN.search(block) is not None


def _encoding(stream: io.BufferedReader, wanted: str) -> str:
    """The encoding to read in: a byte order mark knows better than a mapping that says UTF-8."""
    name = codecs.lookup(wanted).name
    if name not in ("utf-8", "utf-8-sig"):
        return wanted
    start = stream.peek(4)[:4]
    return next((found for mark, found in _BOMS if start.startswith(mark)), "utf-8-sig")
