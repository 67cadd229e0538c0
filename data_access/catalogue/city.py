"""`city.toml`: what a city is called, where it lies, and its vocabularies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import SLUG, Row, read_toml
from data_access.catalogue.standards import load_kinds
from domain.clock import HOUR_MS
from domain.place import Hotline, Kind, Named
from domain.sign import GRADED, State
from domain.text import Text
from domain.zone import UnknownZone, Zone

FILE = "city.toml"
_VOCABULARIES = ("goals", "domains", "fields", "platforms", "stages")
_ZONE = ("timezone", "utc_offset_minutes")
_NEEDED = ("goals", "domains")
_TEXTS = ("version", "code", "name_zh", "name_en", "short_zh")
_NAMED_TEXTS = ("code", "name_zh", "name_en")
_KIND_TEXTS = ("code", "group", "name_zh", "name_en", "many_en")
_HOTLINE_TEXTS = ("number", "name_zh", "name_en")
KEYS = {  # by table; `scaling` is open: its keys are names of rules
    "": (*_TEXTS, *_ZONE),
    "population": ("value", "basis"),
    "area_km2": ("value", "basis"),
    "box": ("west", "south", "east", "north"),
    "scaling": ("scale_…",),
    "limits": ("attention", "warning", "alarm", "basis"),
    "kinds": (*_KIND_TEXTS, "counts"),
    "hotlines": (*_HOTLINE_TEXTS, "emergency"),
    **{name: _NAMED_TEXTS for name in _VOCABULARIES},
}
RESERVED_GROUP = "departments"  # addresses of rankings name them beside the kinds of places
LIMITED = tuple(state.value for state in GRADED)
MOST_HOURS = 8_760
SCALED_BY = ("population", "area_km2", "employment")  # columns of streets.csv


@dataclass(frozen=True, slots=True)
class CityFile:
    """The contents of city.toml."""

    version: str
    code: str
    name: Text
    short: Text
    zone: Zone
    population: int | None
    area_km2: float | None
    box: tuple[float, float, float, float]  # west, south, east, north
    scaling: dict[str, str]
    limits: dict[State, int]  # ms
    vocabularies: dict[str, tuple[Named, ...]]
    kinds: tuple[Kind, ...]
    hotlines: tuple[Hotline, ...]
    readable: bool  # False: the file itself is broken, the rest are stand-ins

    def codes(self, *vocabularies: str) -> list[str] | None:
        """Codes of the vocabularies together; None when nothing can be known of them."""
        if not self.readable:
            return None
        return [n.code for name in vocabularies for n in self.vocabularies[name]]


class _Toml:
    """A parsed TOML file that knows on which line a key stands."""

    def __init__(self, text: str, data: dict[str, object], report: Report) -> None:
        self.lines = text.splitlines()
        self.data = data
        self.report = report

    def fault(self, section: str, key: str, reason: str, index: int = 0) -> None:
        where = f"{section}.{key}" if section else key
        self.report.add(FILE, self._line(section, key, index), f"{where}: {reason}")

    def _line(self, section: str, key: str, index: int) -> int:
        """Line of `key` in the index-th `[section]`; of the section, or 1, when not found."""
        current, seen, found = "", -1, 1
        for number, line in enumerate(self.lines, 1):
            head = re.match(r"\s*\[+\s*([\w-]+)\s*\]+", line)
            if head:
                current = head[1]
                seen += current == section
                if current == section and seen == index:
                    found = number
            elif current == section and (not section or seen == index):
                if re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
                    return number
        return found

    def table(self, section: str) -> dict[str, object]:
        found = self.data.get(section, {})
        if isinstance(found, dict):
            return found
        self.fault("", section, "must be a table")
        return {}

    def number(self, section: str, key: str) -> float | None:
        """A finite number, None (and a fault) when there is none."""
        value = self.table(section).get(key) if section else self.data.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
            return float(value)
        self.fault(section, key, "a number is needed")
        return None


def read_city(folder: Path, report: Report) -> CityFile:
    """The city of a folder; faults go to `report`, wrong parts are replaced by harmless ones."""
    text, data = read_toml(folder / FILE, FILE, report)
    toml = _Toml(text or "", data or {}, report)
    if text is None:
        toml.report = Report()  # one fault for an unreadable file, not thirty
    return _city(toml, text is not None)


def _city(toml: _Toml, readable: bool) -> CityFile:
    for key in toml.data:
        if key not in KEYS[""] and key not in KEYS:
            toml.fault("", key, "unknown key")
    for section in ("population", "area_km2", "box"):
        for key in toml.table(section):
            if key not in KEYS[section]:
                toml.fault(section, key, "unknown key")
    texts = _texts(toml)
    population, area = _measured(toml, "population"), _measured(toml, "area_km2")
    name = _name(texts)
    return CityFile(
        version=texts["version"],
        code=texts["code"],
        name=name,
        short=Text(zh=texts["short_zh"], en=name.en),
        zone=_zone(toml),
        population=None if population is None else int(population),
        area_km2=area,
        box=_box(toml),
        scaling=_scaling(toml),
        limits=_limits(toml),
        vocabularies={name: _vocabulary(toml, name) for name in _VOCABULARIES},
        kinds=_kinds(toml),
        hotlines=_hotlines(toml),
        readable=readable,
    )


def _zone(toml: _Toml) -> Zone:
    """The zone by its name, or by the offset of a city whose clocks never change."""
    given = [key for key in _ZONE if key in toml.data]
    if len(given) != 1:
        toml.fault("", _ZONE[0], f"one of {' and '.join(_ZONE)} is needed")
        return Zone.fixed(0)
    name = toml.data.get("timezone")
    if given == ["timezone"]:
        try:
            return Zone.named(name if isinstance(name, str) else "")
        except UnknownZone:
            toml.fault("", "timezone", f"{name!r} is no zone that this machine knows")
            return Zone.fixed(0)
    offset = toml.number("", "utc_offset_minutes")
    if offset is not None and not (-720 <= offset <= 840 and offset % 15 == 0):
        toml.fault("", "utc_offset_minutes", "a quarter of an hour in -720 … 840 is needed")
        offset = None
    return Zone.fixed(int(offset or 0))


def _texts(toml: _Toml) -> dict[str, str]:
    cells = {}
    for key in _TEXTS:
        value = toml.data.get(key)
        if value is not None and not isinstance(value, str):
            toml.fault("", key, "must be a text in quotes")
        cells[key] = value if isinstance(value, str) else ""
    _checked(toml, "", 0, cells, {"code": r"[0-9]{6}", "version": r"[0-9]+(\.[0-9]+)*"})
    return cells


def _checked(
    toml: _Toml, section: str, index: int, cells: dict[str, str], patterns: dict[str, str]
) -> None:
    """The rules of CSV cells for texts of the TOML file, faulted on the TOML's own lines."""
    for key, value in cells.items():
        inner = Report()
        row = Row(FILE, 1, {key: value}, inner)
        if key in patterns:
            row.code(key, patterns[key])
        elif key.endswith("_zh"):
            row.chinese(key)
        else:
            row.english(key)
        for fault in inner.faults:
            toml.fault(section, key, fault.reason.removeprefix(f"{key}: "), index)


def _name(cells: Mapping[str, str]) -> Text:
    return Text(zh=cells["name_zh"], en=cells["name_en"])


def _measured(toml: _Toml, section: str) -> float | None:
    """A positive figure with its basis; a city may leave it out."""
    if section not in toml.data:
        return None
    value = toml.number(section, "value")
    if value is not None and value <= 0:
        toml.fault(section, "value", "must be positive")
    basis = toml.table(section).get("basis")
    if not isinstance(basis, str) or not basis:
        toml.fault(section, "basis", "where the figure comes from is needed")
    return value


def _box(toml: _Toml) -> tuple[float, float, float, float]:
    west, south, east, north = (toml.number("box", key) or 0.0 for key in KEYS["box"])
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        toml.fault("box", "west", "west < east and south < north in degrees are needed")
    return west, south, east, north


def _scaling(toml: _Toml) -> dict[str, str]:
    rules: dict[str, str] = {}
    for rule, column in toml.table("scaling").items():
        if not re.fullmatch(r"scale_[a-z_]+", rule):
            toml.fault("scaling", rule, "a rule is named scale_…")
        elif column not in SCALED_BY:
            toml.fault("scaling", rule, f"must be one of {', '.join(SCALED_BY)}")
        else:
            rules[rule] = str(column)
    return rules


def _limits(toml: _Toml) -> dict[State, int]:
    """Time limits in ms by state; none where the city has none."""
    found: dict[State, int] = {}
    for key in toml.table("limits"):
        if key == "basis":
            continue
        if key not in LIMITED:
            toml.fault("limits", key, f"must be one of {', '.join(LIMITED)}")
            continue
        hours = toml.number("limits", key)
        if hours is not None and not 0 < hours <= MOST_HOURS:
            toml.fault("limits", key, f"more than 0 and at most {MOST_HOURS} hours are needed")
        elif hours is not None:
            found[State(key)] = round(hours * HOUR_MS)
    if found and not isinstance(toml.table("limits").get("basis"), str):
        toml.fault("limits", "basis", "where the figures come from is needed")
    return found


def _vocabulary(toml: _Toml, name: str) -> tuple[Named, ...]:
    entries = _entries(toml, name, _NAMED_TEXTS, {"code": SLUG})
    if not toml.data.get(name) and name in _NEEDED:
        toml.fault("", name, "at least one is needed")
    return tuple(Named(cells["code"], _name(cells)) for cells, _ in entries)


def _kinds(toml: _Toml) -> tuple[Kind, ...]:
    """The city's own kinds of places, else those that most districts have."""
    patterns = {"code": SLUG, "group": SLUG}
    entries = _entries(toml, "kinds", _KIND_TEXTS, patterns, "counts")
    found = tuple(
        Kind(
            code=cells["code"],
            group=cells["group"],
            name=_name(cells),
            many=Text(zh=cells["name_zh"], en=cells["many_en"]),
            counts=counts is not False,
        )
        for cells, counts in entries
    )
    if found and not any(kind.counts for kind in found):
        toml.fault("kinds", "counts", "at least one kind must count")
    groups = [kind.group for kind in found]
    for index, group in enumerate(groups):
        if group in groups[:index] or group == RESERVED_GROUP:
            toml.fault("kinds", "group", f"{group!r} is taken", index)
    return found or load_kinds()


def _hotlines(toml: _Toml) -> tuple[Hotline, ...]:
    patterns = {"number": "[0-9][0-9 -]{1,19}"}
    entries = _entries(toml, "hotlines", _HOTLINE_TEXTS, patterns, "emergency")
    return tuple(
        Hotline(cells["number"], _name(cells), emergency=bool(urgent)) for cells, urgent in entries
    )


def _entries(
    toml: _Toml, name: str, texts: tuple[str, ...], patterns: dict[str, str], flag: str = ""
) -> list[tuple[dict[str, str], bool | None]]:
    """The `[[name]]` tables as texts, the first of which tells them apart, and a flag."""
    entries = toml.data.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        toml.fault("", name, f"must be [[{name}]] tables")
        return []
    found: list[tuple[dict[str, str], bool | None]] = []
    for index, entry in enumerate(entries):
        cells = {k: str(entry.get(k, "")) for k in texts}
        for key in entry:
            if key not in cells and key != flag:
                toml.fault(name, key, "unknown key", index)
        value = entry.get(flag)
        if value is not None and not isinstance(value, bool):
            toml.fault(name, flag, "true or false is needed", index)
        _checked(toml, name, index, cells, patterns)
        key = texts[0]
        if any(cells[key] == other[key] for other, _ in found):
            toml.fault(name, key, f"{cells[key]!r} occurs twice", index)
        found.append((cells, value if isinstance(value, bool) else None))
    return found
