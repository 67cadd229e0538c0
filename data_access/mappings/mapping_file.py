"""A TOML file as sections that know their lines, so that a fault says where it is."""

import math
import re
import tomllib
from pathlib import Path
from typing import Any

from data_access.catalogue.faults import Fault, Report
from data_access.catalogue.rows import plain_text, unfit

_HEADER = re.compile(r"\s*\[+\s*([^\]]*?)\s*\]+")
_KEY = re.compile(r"\s*\"?([^\"=\s]+)\"?\s*=")


class Section:
    """One table of the file: typed reading of its keys, faults with lines."""

    def __init__(
        self, data: dict[str, Any], name: str, lines: "_Lines", nth: int = 0, line: int = 0
    ) -> None:
        """`line` is where a section stands that has no header of its own."""
        self._data = data
        self._name = name
        self._lines = lines
        self._nth = nth
        self._line = line
        self._seen: set[str] = set()

    def fault(self, key: str, reason: str) -> None:
        """Note what is wrong with a key ("" = the section itself)."""
        label = ".".join(part for part in (self._name, key) if part)
        line = self._line or self._lines.at(self._name, self._nth, key)
        self._lines.fault(line, f"{label}: {reason}")

    def _take(self, key: str, kinds: tuple[type, ...], what: str, required: bool = False) -> Any:
        self._seen.add(key)
        value = self._data.get(key)
        if value is None:
            if required:
                self.fault(key, "missing")
            return None
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.fault(key, f"{what} is expected")
            return None
        return value

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A text, or None."""
        value: str | None = self._take(key, (str,), "a text", required)
        if value and key != "delimiter" and (found := unfit(value)):
            self.fault(key, f"{found} in {value[:40]!r}")
        return value

    def texts(self, key: str) -> list[str]:
        """A text or a list of texts; empty when absent."""
        value = self._take(key, (str, list), "a text or a list of texts")
        found = [value] if isinstance(value, str) else list(value or [])
        if not all(isinstance(each, str) for each in found):
            self.fault(key, "a list of texts is expected")
            return []
        return found

    def one_of_text(self, one: str, many: str) -> list[str]:
        """A text under `one` or a list under `many`: exactly one of them, not empty."""
        single, several = self.text(one), self.texts(many)
        if (single is None) == (not several):
            self.fault(one, f"either {one} or {many} is needed")
        return [single] if single is not None else several

    def choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        """One of the allowed texts, or None."""
        value = self.text(key)
        if value is not None and value not in allowed:
            self.fault(key, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def number(self, key: str, *, above: float = -math.inf) -> float | None:
        """A finite number above `above`, or None."""
        value = self._take(key, (int, float), "a number")
        if value is not None and not above < value < math.inf:
            self.fault(key, f"a number above {above:g} is expected")
            return None
        return None if value is None else float(value)

    def whole(self, key: str, *, least: int) -> int | None:
        """A whole number not below `least`, or None."""
        value: int | None = self._take(key, (int,), "a whole number")
        if value is not None and value < least:
            self.fault(key, f"{value} is below {least}")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false; `default` when absent."""
        value = self._take(key, (bool,), "true or false")
        return default if value is None else bool(value)

    def numbers(self, key: str) -> dict[str, float]:
        """A table of texts to finite numbers; empty when absent."""
        value = self._take(key, (dict,), "a table of texts to numbers") or {}
        for number in value.values():
            plain = isinstance(number, (int, float)) and not isinstance(number, bool)
            if not plain or not -math.inf < number < math.inf:
                self.fault(key, f"{number!r} is not a number")
                return {}
        return {text: float(number) for text, number in value.items()}

    def lookup(self, key: str) -> dict[str, str]:
        """A table of texts to texts; empty when absent."""
        value = self._take(key, (dict,), "a table")
        found = dict(value or {})
        if not all(isinstance(each, str) for each in found.values()):
            self.fault(key, "a table of texts is expected")
            return {}
        return found

    def section(self, key: str, *, required: bool = True) -> "Section":
        """The table under a key; an empty one when it is absent."""
        value = self._take(key, (dict,), "a table", required)
        return Section(value or {}, key, self._lines)

    def text_or_section(self, key: str) -> "str | Section | None":
        """A text, or a table in its place; None when absent."""
        if isinstance(self._data.get(key), dict):
            return self.section(key)
        return self.text(key)

    def sections(self, key: str) -> "list[Section]":
        """The tables of an array of tables."""
        return [Section(e, key, self._lines, n) for n, e in enumerate(self._tables(key))]

    def inline(self, key: str) -> "list[Section]":
        """The tables of a list that stands in this section: { … }, { … }."""
        name = f"{self._name}.{key}"
        return [
            Section(e, name, self._lines, n, self._lines.at(self._name, self._nth, key, n))
            for n, e in enumerate(self._tables(key))
        ]

    def _tables(self, key: str) -> list[dict[str, Any]]:
        value = self._take(key, (list,), f"[[{key}]]") or []
        if not all(isinstance(each, dict) for each in value):
            self.fault(key, "a list of tables is expected")
            return []
        return list(value)

    def has(self, key: str) -> bool:
        """Whether the key stands there."""
        return key in self._data

    def done(self) -> None:
        """Fault every key that nobody has asked for."""
        for key in self._data.keys() - self._seen:
            self.fault(key, "nobody knows this key")


class _Lines:
    """Where keys stand in the text, and the faults found."""

    def __init__(self, file: str, text: str, faults: list[Fault]) -> None:
        self._file = file
        self._faults = faults
        self._at: dict[tuple[str, int, str], int] = {}
        header, nth, key, tables = "", 0, "", 0
        counts: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if line.lstrip().startswith("["):
                found = _HEADER.match(line)
                header = found[1] if found else ""
                nth = counts.get(header, -1) + 1
                counts[header] = nth
                self._at.setdefault((header, nth, ""), number)
                parent, _, last = header.rpartition(".")
                # a table below [[reading]] belongs to the entry before it
                self._at.setdefault((parent, max(0, counts.get(parent, 0)), last), number)
            elif found := _KEY.match(line):
                key, tables = found[1], 0
                self._at.setdefault((header, nth, key), number)
            elif line.lstrip().startswith("{"):  # a list of tables, one a line
                self._at.setdefault((header, nth, f"{key}#{tables}"), number)
                tables += 1

    def at(self, name: str, nth: int, key: str, table: int = 0) -> int:
        """The line of a key, of a table in its list, or of the section."""
        for known in (f"{key}#{table}", key, ""):
            if line := self._at.get((name, nth, known)):
                return line
        return 1

    def fault(self, line: int, reason: str) -> None:
        self._faults.append(Fault(self._file, line, reason))


def read_sections(path: Path) -> tuple[Section | None, list[Fault]]:
    """The file's top section and an empty list for faults; None when it cannot be read at all."""
    report = Report()
    faults = report.faults
    try:
        text = plain_text(path.read_text(encoding="utf-8"), path.name, report)
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        return None, [Fault(path.name, 1, f"cannot be read: {error}")]
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return None, [Fault(path.name, int(found[1]) if found else 1, f"not TOML: {error}")]
    return Section(data, "", _Lines(path.name, text, faults)), faults
