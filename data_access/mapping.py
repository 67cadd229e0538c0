"""Mapping files: how the columns of somebody's file become readings.

One TOML file each, `data_access/catalogue/<city>/mappings/<name>.toml`; docs/intake.md describes
every key. A mapping is checked as a whole against the catalogue before the first row is read, and
every fault is told with its line.
"""

import codecs
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

from data_access.catalogue.faults import Fault
from data_access.catalogue.loader import FOLDER
from data_access.mapping_file import Section, read_sections
from data_access.sources import CODE_RULE, is_code
from domain.catalogue import Catalogue
from domain.reading import POINT_CHARS
from domain.sign import Rule
from domain.zone import UnknownZone, Zone

FORMATS = ("csv", "jsonl", "xlsx")
TIME_FORMATS = ("rfc3339", "iso", "epoch_s", "epoch_ms")  # besides strptime's own


class MappingError(ValueError):
    """A mapping that cannot be used; `faults` holds every reason."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"mapping {file}: {len(self.faults)} fault(s)\n{listed}")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """Whose readings they are; `column` when the file itself says so."""

    code: str
    name_zh: str
    name_en: str
    department: str | None
    cadence_s: int
    column: str | None


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """Where the instant stands; several columns are joined by a blank."""

    columns: tuple[str, ...]
    format: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class StreetSpec:
    """Which places a row speaks for: `codes`, or the one in `column`; None = the district."""

    codes: tuple[str | None, ...]
    column: str | None
    lookup: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReadingSpec:
    """One reading of a row: value = cell · factor + offset, or a constant."""

    column: str | None
    value: float | None
    factor: float
    offset: float
    sign: str | None
    sign_column: str | None
    sign_lookup: dict[str, str]
    point: str
    point_column: str | None
    weight: float | None
    weight_column: str | None
    denominator: float | None
    denominator_column: str | None
    replay_every_s: int | None  # in a replay the value is said again so often until the next row

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs."""
        named = (
            self.column,
            self.sign_column,
            self.point_column,
            self.weight_column,
            self.denominator_column,
        )
        return tuple(name for name in named if name is not None)


@dataclass(frozen=True, slots=True)
class Mapping:
    """One mapping file, checked."""

    name: str
    format: str | None  # None: by the data file's name
    encoding: str
    delimiter: str
    sheet: str | None
    missing: frozenset[str]
    source: SourceSpec
    time: TimeSpec
    street: StreetSpec
    readings: tuple[ReadingSpec, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the data file must have, each once."""
        wanted = [*self.time.columns]
        wanted += [c for c in (self.street.column, self.source.column) if c is not None]
        for reading in self.readings:
            wanted += reading.columns
        return tuple(dict.fromkeys(wanted))


def mapping_names(city: str) -> list[str]:
    """Names of the mappings that come with a city."""
    return sorted(path.stem for path in (FOLDER / city / "mappings").glob("*.toml"))


def load_mapping(catalogue: Catalogue, name: str) -> Mapping:
    """The mapping of that name, or in that file if `name` ends in .toml. Raises MappingError."""
    path = Path(name) if name.endswith(".toml") else None
    if path is None:
        if name not in mapping_names(catalogue.city):
            known = ", ".join(mapping_names(catalogue.city)) or "none"
            fault = Fault(f"mappings/{name}.toml", 1, f"no such mapping; known: {known}")
            raise MappingError(name, [fault])
        path = FOLDER / catalogue.city / "mappings" / f"{name}.toml"
    top, faults = read_sections(path)
    found = _Reader(catalogue, faults).mapping(path.stem, top) if top is not None else None
    if faults or found is None:
        raise MappingError(str(path), faults)
    return found


class _Reader:
    """Reads the sections of one file; what is wrong is added to `faults`."""

    def __init__(self, catalogue: Catalogue, faults: list[Fault]) -> None:
        self._catalogue = catalogue
        self._faults = faults

    def mapping(self, name: str, top: Section) -> Mapping:
        top.text("title")
        kind = top.choice("format", FORMATS)
        encoding = top.text("encoding") or "utf-8-sig"
        try:
            codecs.lookup(encoding)
        except LookupError:
            top.fault("encoding", f"{encoding!r} is not known")
        delimiter = top.text("delimiter") or ","
        if len(delimiter) != 1:
            top.fault("delimiter", f"{delimiter!r} is not one character")
        sheet = top.text("sheet")
        missing = frozenset(top.texts("missing") or [""])
        source = self._source(top.section("source"))
        time = self._time(top.section("time"))
        street = self._street(top.section("street", required=False))
        entries = top.sections("reading")
        if not entries:
            top.fault("reading", "at least one [[reading]] is needed")
        readings = tuple(self._reading(entry, street) for entry in entries)
        top.done()
        return Mapping(
            name, kind, encoding, delimiter, sheet, missing, source, time, street, readings
        )

    def _source(self, section: Section) -> SourceSpec:
        code = section.text("code", required=True) or ""
        if code and not is_code(code):
            section.fault("code", f"{code!r} is not {CODE_RULE}")
        known = self._catalogue.source.get(code)
        department = section.text("department")
        if department is not None and department not in self._catalogue.department:
            section.fault("department", f"{department!r} is not in the catalogue")
        name_zh, name_en = section.text("name_zh"), section.text("name_en")
        cadence = section.whole("cadence_s", least=1)
        spec = SourceSpec(
            code=code,
            name_zh=name_zh or (known.name_zh if known else code),
            name_en=name_en or (known.name_en if known else code),
            department=department or (known.department or None if known else None),
            cadence_s=cadence or (known.cadence_s if known else 3600),
            column=section.text("column"),
        )
        section.done()
        return spec

    def _time(self, section: Section) -> TimeSpec:
        columns = section.one_of_text("column", "columns")
        form = section.text("format") or ("rfc3339" if len(columns) == 1 else "")
        if not form:
            section.fault("format", "needed where the instant stands in several columns")
        elif form not in TIME_FORMATS and "%" not in form:
            section.fault("format", f"{form!r} is neither {', '.join(TIME_FORMATS)} nor strptime's")
        elif form in TIME_FORMATS and len(columns) > 1:
            section.fault("format", f"{form} takes one column")
        zone = _zone(section.text("zone"), self._catalogue)
        if zone is None:
            section.fault("zone", "neither an offset like +08:00 nor a known zone")
        section.done()
        return TimeSpec(tuple(columns), form, zone or timezone(timedelta(0)))

    def _street(self, section: Section) -> StreetSpec:
        everywhere = section.flag("all")
        fixed = section.texts("fixed")
        column = section.text("column")
        lookup = section.lookup("lookup")
        if sum((everywhere, bool(fixed), column is not None)) > 1:
            section.fault("", "only one of all, fixed and column")
        if lookup and column is None:
            section.fault("lookup", "only beside column")
        for code in (*fixed, *lookup.values()):
            if code not in self._catalogue.street:
                section.fault("fixed" if code in fixed else "lookup", f"no street {code!r}")
        codes: tuple[str | None, ...] = (None,)
        if everywhere:
            codes = tuple(street.code for street in self._catalogue.counted)
        elif fixed:
            codes = tuple(fixed)
        section.done()
        return StreetSpec(codes, column, lookup)

    def _reading(self, section: Section, street: StreetSpec) -> ReadingSpec:
        sign, sign_column = section.text("sign"), section.text("sign_column")
        lookup = section.lookup("sign_lookup")
        if (sign is None) == (sign_column is None):
            section.fault("sign", "either sign or sign_column is needed")
        if lookup and sign_column is None:
            section.fault("sign_lookup", "only beside sign_column")
        for code in lookup.values():
            self._sign(section, "sign_lookup", code, street)
        column, value = section.text("column"), section.number("value")
        if (column is None) == (value is None):
            section.fault("column", "either column or value (a constant) is needed")
        factor, offset = section.number("factor"), section.number("offset")
        if factor == 0:
            section.fault("factor", "0 would lose the value")
        converted = factor is not None or offset is not None
        self._unit(section, sign, converted, street)
        point = section.text("point") or ""
        if len(point) > POINT_CHARS or not point.isprintable():
            section.fault("point", f"not at most {POINT_CHARS} printable characters")
        spec = ReadingSpec(
            column=column,
            value=value,
            factor=1.0 if factor is None else factor,
            offset=offset or 0.0,
            sign=sign,
            sign_column=sign_column,
            sign_lookup=lookup,
            point=point,
            point_column=section.text("point_column"),
            weight=section.number("weight", above=0),
            weight_column=section.text("weight_column"),
            denominator=section.number("denominator", above=0),
            denominator_column=section.text("denominator_column"),
            replay_every_s=section.whole("replay_every_s", least=1),
        )
        section.done()
        return spec

    def _unit(
        self, section: Section, code: str | None, converted: bool, street: StreetSpec
    ) -> None:
        """The file's unit must be the sign's, unless factor or offset say how to get there."""
        unit = section.text("unit", required=code is not None)
        if code is None:
            return
        sign = self._sign(section, "sign", code, street)
        if sign is None or unit is None or converted or unit in (sign.unit, sign.unit_en):
            return
        section.fault(
            "unit", f"{unit!r} is not {sign.unit!r} of {code}, and there is no factor or offset"
        )

    def _sign(self, section: Section, key: str, code: str, street: StreetSpec) -> Any:
        sign = self._catalogue.sign.get(code)
        if sign is None:
            section.fault(key, f"no sign {code!r}")
        elif street.column is None:
            district = street.codes == (None,)
            if district and sign.district_rule is Rule.NA:
                section.fault(key, f"{code} is not defined for the district")
            if not district and not sign.at_street:
                section.fault(key, f"{code} is not defined for a street")
        return sign


def _zone(text: str | None, catalogue: Catalogue) -> tzinfo | None:
    if text is None:
        return catalogue.zone.tz
    try:
        return Zone.named(text).tz
    except UnknownZone:
        return None
