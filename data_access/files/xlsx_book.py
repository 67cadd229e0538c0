"""The parts of an XLSX that its rows refer to: sheets, shared texts, formats of numbers."""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, TypeVar
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import BadZipFile, ZipFile

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from data_access.files.line import FileFault

DAMAGE = (
    *(OSError, EOFError, zlib.error, BadZipFile, ParseError, KeyError, ValueError, IndexError),
    *(NotImplementedError, RuntimeError),  # a compression or an encryption that zipfile lacks
)
_TEXT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # parts of a number format that are only written


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the book."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Book:
    """What the parts say; `damage` names those that could be read in part only."""

    archive: ZipFile
    sheets: list[Sheet]
    epoch: datetime
    kinds: list[str] = field(default_factory=list)  # by style: date, span, percent or ""
    texts: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)


def local(element: Element) -> str:
    """The name of an element without its namespace: two standards differ in nothing else."""
    return element.tag.rpartition("}")[2]


def elements(stream: IO[bytes], *names: str) -> Iterator[Element]:
    """The elements of those names as they end; what is done with is let go of."""
    path: list[Element] = []
    # entities that blow up are refused by the parser itself (expat since 2.4)
    for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314
        if event == "start":
            path.append(element)
            continue
        path.pop()
        if local(element) in names:
            yield element
            element.clear()
            if path:
                path[-1].clear()


def open_book(file: BinaryIO, path: Any) -> Book:
    """Read everything but the rows. FileFault when the book cannot be understood without it."""
    try:
        archive = ZipFile(file)
    except DAMAGE as error:
        raise FileFault(f"{path}: no XLSX (an old .xls, or protected?): {error}") from None
    related = _part(path, "xl/_rels/workbook.xml.rels", lambda name: _targets(archive, name))
    sheets, epoch = _part(path, "xl/workbook.xml", lambda name: _sheets(archive, name, related))
    book = Book(archive, sheets, epoch)
    styles, texts = related.get("styles"), related.get("sharedStrings")
    if styles is not None:
        book.kinds = _part(path, styles, lambda name: _kinds(archive, name))
    if texts is not None:
        try:
            _read_texts(book, texts)
        except DAMAGE as error:  # the rows that need only what came before can be read
            book.damage.append(f"{texts}: {error}")
    return book


def _part(path: Any, name: str, read: Callable[[str], T]) -> T:
    try:
        return read(name)
    except DAMAGE as error:
        raise FileFault(f"{path}: the part {name} cannot be read: {error}") from None


def _targets(archive: ZipFile, name: str) -> dict[str, str]:
    """Parts by their id, and those there is one of by the last word of their type."""
    found: dict[str, str] = {}
    with archive.open(name) as stream:
        for element in elements(stream, "Relationship"):
            target = element.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found[element.get("Id", "")] = part
            found[PurePosixPath(element.get("Type", "")).name] = part
    return found


def _sheets(archive: ZipFile, name: str, related: dict[str, str]) -> tuple[list[Sheet], datetime]:
    sheets, epoch = [], CALENDAR_WINDOWS_1900
    with archive.open(name) as stream:
        for element in elements(stream, "sheet", "workbookPr"):
            if local(element) == "workbookPr":
                if element.get("date1904") in ("1", "true"):
                    epoch = CALENDAR_MAC_1904
                continue
            id_ = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            part = related.get(id_, "")
            if "chartsheet" not in part:
                hidden = element.get("state", "visible") != "visible"
                sheets.append(Sheet(element.get("name", ""), part, hidden))
    return sheets, epoch


def _kinds(archive: ZipFile, name: str) -> list[str]:
    codes: dict[int, str] = dict(BUILTIN_FORMATS)
    kinds: list[str] = []
    with archive.open(name) as stream:
        for element in elements(stream, "numFmt", "cellXfs"):
            if local(element) == "numFmt":
                codes[int(element.get("numFmtId", 0))] = element.get("formatCode", "")
            else:
                kinds = [_kind(codes.get(int(xf.get("numFmtId", 0)), "")) for xf in element]
    return kinds


def _kind(code: str) -> str:
    if is_timedelta_format(code):
        return "span"
    if is_date_format(code):
        return "date"
    return "percent" if "%" in _TEXT.sub("", code) else ""


def _read_texts(book: Book, name: str) -> None:
    with book.archive.open(name) as stream:
        for element in elements(stream, "si"):
            book.texts.append(written(element))


def written(element: Element) -> str:
    """The text of a shared or inline text, its pronunciation aside."""
    parts: list[str] = []
    for child in element:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) == "r":
            parts += [each.text or "" for each in child if local(each) == "t"]
    return "".join(parts)
