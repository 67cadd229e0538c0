"""Reading a catalogue's CSV files: every cell typed, every fault with its line.

A getter that meets a wrong cell notes a fault and returns a harmless stand-in, so that one pass
over the files finds all that is wrong. The stand-ins never leave the loader: a catalogue with a
fault is refused.
"""

import csv
import math
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from data_access.catalogue.faults import Report
from domain.text import Text

_E = TypeVar("_E", bound=StrEnum)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode's categories
_CJK = re.compile(r"[\u3400-\u9fff]")
SLUG = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"


class Row:
    """One line of a CSV file."""

    def __init__(self, file: str, line: int, cells: dict[str, str], report: Report) -> None:
        self.file = file
        self.line = line
        self.cells = cells
        self.report = report
        self.faulty: set[str] = set()  # columns blamed so far

    def fault(self, reason: str) -> None:
        """Note a fault of this row, worded `column: what is wrong`."""
        self.faulty.add(reason.partition(":")[0])
        self.report.add(self.file, self.line, reason)

    def sound(self, *columns: str) -> bool:
        """True while none of the columns (none given: of the row) has a fault."""
        return self.faulty.isdisjoint(columns) if columns else not self.faulty

    def text(
        self, name: str, *, longest: int = 600, empty: bool = False, blanks: bool = False
    ) -> str:
        """A text of at most `longest` characters, without blanks around it unless allowed."""
        value = self.cells[name]
        if not value and not empty:
            self.fault(f"{name}: missing")
        elif not blanks and value != value.strip():
            self.fault(f"{name}: blanks around {value!r}")
        elif len(value) > longest:
            self.fault(f"{name}: {len(value)} characters, at most {longest}: {value[:40]!r}")
        elif found := unfit(value):
            self.fault(f"{name}: {found} in {value[:40]!r}")
        return value

    def day(self, name: str, *, empty: bool = False) -> str | None:
        """A date as `2026-11-30`; None for an empty or a wrong one."""
        value = self.text(name, longest=10, empty=empty)
        if not value:
            return None
        try:
            if date.fromisoformat(value).isoformat() == value:
                return value
        except ValueError:
            pass
        self.fault(f"{name}: {value!r} is not a date YYYY-MM-DD")
        return None

    def code(self, name: str, pattern: str = SLUG, longest: int = 64) -> str:
        """An identifier of the form `pattern`."""
        value = self.text(name, longest=longest)
        if value and not re.fullmatch(pattern, value):
            self.fault(f"{name}: {value[:60]!r} is not of the form {pattern}")
        return value

    def chinese(self, name: str, *, longest: int = 60, empty: bool = False) -> str:
        """A name with at least one Chinese character."""
        value = self.text(name, longest=longest, empty=empty)
        if value and not _CJK.search(value):
            self.fault(f"{name}: no Chinese in {value[:40]!r}: translation missing?")
        return value

    def english(self, name: str, *, longest: int = 120, empty: bool = False) -> str:
        """A name without Chinese characters."""
        value = self.text(name, longest=longest, empty=empty)
        if _CJK.search(value):
            self.fault(f"{name}: Chinese in {value[:40]!r}: translation missing?")
        return value

    def name(self, column: str = "name") -> Text:
        """`name_zh` and `name_en`, neither of them empty."""
        return Text(zh=self.chinese(f"{column}_zh"), en=self.english(f"{column}_en"))

    def number(self, name: str) -> float:
        """A finite decimal number."""
        return self.optional_number(name, required=True) or 0.0

    def optional_number(self, name: str, *, required: bool = False) -> float | None:
        """A finite decimal number, or None for an empty cell."""
        value = self.text(name, empty=not required)
        if not value:
            return None
        if not _NUMBER.fullmatch(value) or not math.isfinite(float(value)):
            self.fault(f"{name}: {value[:40]!r} is not a number")
            return None
        return float(value)

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        found = self.optional_integer(name, low, high, required=True)
        return low if found is None else found

    def optional_integer(
        self, name: str, low: int, high: int, *, required: bool = False
    ) -> int | None:
        """A whole number in [low, high], or None for an empty cell."""
        value = self.text(name, empty=not required)
        if not value:
            return None
        if not _INTEGER.fullmatch(value):
            self.fault(f"{name}: {value[:40]!r} is not a whole number")
            return None
        if not low <= int(value) <= high:
            self.fault(f"{name}: {value} is outside {low} … {high}")
            return None
        return int(value)

    def choice(self, name: str, allowed: Collection[str] | None, what: str) -> str:
        """One of `allowed`; None = the list itself could not be read, so nothing is known."""
        value = self.text(name)
        if value and allowed is not None and value not in allowed:
            self.fault(f"{name}: unknown {what} {value[:60]!r}")
        return value

    def member(self, name: str, kind: type[_E]) -> _E:
        """A member of an enumeration."""
        value = self.choice(name, [m.value for m in kind], name)
        return next((m for m in kind if m.value == value), next(iter(kind)))

    def optional_member(self, name: str, kind: type[_E]) -> _E:
        """A member of an enumeration, the first one where the cell is empty."""
        return self.member(name, kind) if self.cells[name] else next(iter(kind))

    def flag(self, name: str) -> bool:
        """`yes` or `no`."""
        return self.choice(name, ("yes", "no"), "yes/no") == "yes"

    def items(self, name: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """A list separated by `;`, each one of `allowed` when given; empty cell = empty list."""
        value = self.text(name, longest=1000, empty=True)
        parts = tuple(value.split(";")) if value else ()
        for part in parts:
            if not part or part != part.strip():
                self.fault(f"{name}: empty item in {value[:60]!r}")
            elif allowed is not None and part not in allowed:
                self.fault(f"{name}: unknown {part[:60]!r}")
        if len(set(parts)) != len(parts):
            self.fault(f"{name}: repeated item in {value[:60]!r}")
        return parts


def unfit(text: str) -> str | None:
    """What a text must not hold, named: control characters, marks of writing direction, others
    that cannot be seen; None when there is nothing of the kind."""
    if text.isprintable():
        return None
    found = next((c for c in text if unicodedata.category(c) in _UNSEEN), None)
    if found is None:
        return None
    known = unicodedata.name(found, "")
    return f"U+{ord(found):04X} {known}" if known else "control character"


def plain_text(text: str, file: str, report: Report) -> str:
    """A text file's lines without what they must not hold; a fault for each line that does."""
    if text.replace("\n", "").isprintable():
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\r").replace("\t", " ")
        if found := unfit(bare):
            report.add(file, number, f"{found} in {bare.strip()[:40]!r}")
            lines[number - 1] = "".join(c for c in bare if unicodedata.category(c) not in _UNSEEN)
    return "\n".join(lines)


def read_text(path: Path, file: str, report: Report) -> str | None:
    """The file as UTF-8 text, None (and a fault) when it is missing or not UTF-8."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        report.add(file, 1, f"cannot be read: {error.strerror}")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.add(file, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")
        return None


def read_toml(
    path: Path, file: str, report: Report
) -> tuple[str, dict[str, Any]] | tuple[None, None]:
    """The file's text and what it holds; None twice (and one fault) when it cannot be read."""
    text = read_text(path, file, report)
    if text is None:
        return None, None
    text = plain_text(text, file, report)
    try:
        return text, tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        report.add(file, int(line[1]) if line else 1, f"not TOML: {error}")
        return None, None


def read_rows(
    folder: Path,
    file: str,
    columns: tuple[str, ...],
    report: Report,
    optional: tuple[str, ...] = (),
) -> list[Row]:
    """The rows of a CSV file whose header is exactly `columns`, in any order.

    Those of `optional` may be left out; their cells are empty then.
    """
    text = read_text(folder / file, file, report)
    if text is None:
        return []
    lines = _lines(text, file, report)
    _, header = next(lines, (1, []))
    wrong = [f"column {c!r} is missing" for c in columns if c not in header]
    known = (*columns, *optional)
    wrong += [f"unknown column {c[:40]!r}" for c in header if c not in known]
    wrong += [f"column {c!r} occurs twice" for c in known if header.count(c) > 1]
    for reason in wrong:
        report.add(file, 1, reason)
    if wrong:
        return []
    rows = []
    for line, cells in lines:
        if len(cells) != len(header):
            report.add(file, line, f"{len(cells)} cells, the header has {len(header)}")
            continue
        found = dict.fromkeys(optional, "") | dict(zip(header, cells, strict=True))
        rows.append(Row(file, line, found, report))
    return rows


def _lines(text: str, file: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Non-empty records with the line on which each starts."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        report.add(file, start, f"not CSV: {error}")


def unique(rows: list[Row], name: str) -> None:
    """Fault every row whose `name` an earlier row already has."""
    seen: dict[str, int] = {}
    for row in rows:
        value = row.cells[name]
        if value in seen:
            row.fault(f"{name}: {value[:60]!r} is already on line {seen[value]}")
        elif value:
            seen[value] = row.line
