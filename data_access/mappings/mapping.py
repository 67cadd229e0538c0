"""Mapping files: how the columns of somebody's file become readings.

One TOML file each, `data_access/catalogue/<city>/mappings/<name>.toml`; docs/intake.md describes
every key. A mapping is checked as a whole against the catalogue before the first row is read, and
every fault is told with its line.
"""

import codecs
from pathlib import Path
from typing import Any

from data_access.catalogue.faults import Fault
from data_access.catalogue.loader import FOLDER
from data_access.intake.kind import Kind
from data_access.intake.kinds.reading import READING
from data_access.intake.registry import KINDS
from data_access.intake.sources import CODE_RULE, is_code
from data_access.mappings.mapping_counts import Counts
from data_access.mappings.mapping_facts import read_fields
from data_access.mappings.mapping_file import Section, read_sections
from data_access.mappings.mapping_parts import Parts
from data_access.mappings.mapping_spec import Mapping, ReadingSpec, SourceSpec, StreetSpec
from domain.catalogue import Catalogue
from domain.declared import QUALITIES
from domain.text import Text

__all__ = ["Mapping", "MappingError", "ReadingSpec", "load_mapping", "mapping_names"]

FORMATS = ("csv", "jsonl", "json", "xlsx")
_GIVE = ("reading", "count")  # what rows of a mapping of readings become
_POLICIES = ("district", "refuse", "skip")


class MappingError(ValueError):
    """A mapping that cannot be used; `faults` holds every reason."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"mapping {file}: {len(self.faults)} fault(s)\n{listed}")


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
    found = _Reader(catalogue).mapping(path.stem, top) if top is not None else None
    if faults or found is None:
        raise MappingError(str(path), faults)
    return found


class _Reader:
    """Reads the sections of one file; what is wrong is added to `faults`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._parts = Parts(catalogue)

    def mapping(self, name: str, top: Section) -> Mapping:
        top.text("title")
        kind = top.choice("format", FORMATS)
        encoding, delimiter = self._characters(top)
        header = top.texts("header")
        for again in {column for column in header if header.count(column) > 1}:
            top.fault("header", f"{again!r} stands there twice")
        entries, counts = top.sections("reading"), top.sections("count")
        fact = self._fact(top)
        several = [name for name in _GIVE if top.has(name)]
        if fact is None and not entries and not counts:
            top.fault("reading", "at least one [[reading]] or [[count]] is needed")
        if len(several) > 1:
            top.fault(several[-1], "a mapping has either [[reading]] or [[count]]")
        source = self._source(top.section("source"))
        time = self._parts.time(top.section("time"))
        street = self._street(top.section("street", required=False), bool(counts))
        readers = Counts(self._parts, street)
        mapping = Mapping(
            name=name,
            format=kind,
            encoding=encoding,
            delimiter=delimiter,
            sheet=top.text("sheet"),
            header=tuple(header) or None,
            missing=frozenset(top.texts("missing") or [""]),
            source=source,
            time=time,
            street=street,
            readings=tuple(self._reading(entry, street) for entry in entries),
            counts=tuple(readers.count(entry) for entry in counts),
            durations=tuple(self._parts.duration(e, time) for e in top.sections("duration")),
            id=top.text("id"),
            kind=READING.name if fact is None else fact.name,
            fields=() if fact is None else read_fields(top.section("fields"), fact),
        )
        _check_names(top, mapping)
        top.done()
        return mapping

    def _fact(self, top: Section) -> Kind[Any] | None:
        """The kind of facts that rows become; None where they are readings, as by default."""
        name = top.text("kind") or READING.name
        found = KINDS.get(name)
        if found is None:
            top.fault("kind", f"{name!r} is none of {', '.join(KINDS)}")
        if found is None or found is READING:
            return None
        for section in (*_GIVE, "street", "duration"):
            if top.has(section):
                top.fault(section, f"not beside kind = {name!r}: its [fields] say all")
        return found

    def _characters(self, top: Section) -> tuple[str, str]:
        encoding = top.text("encoding") or "utf-8"
        try:
            codecs.lookup(encoding)
        except LookupError:
            top.fault("encoding", f"{encoding!r} is not known")
        delimiter = top.text("delimiter") or ","
        if len(delimiter) != 1:
            top.fault("delimiter", f"{delimiter!r} is not one character")
        return encoding, delimiter

    def _source(self, section: Section) -> SourceSpec:
        code = section.text("code", required=True) or ""
        if code and not is_code(code):
            section.fault("code", f"{code!r} is not {CODE_RULE}")
        known = self._catalogue.source.get(code)
        department = section.text("department")
        if department is not None and department not in self._catalogue.department:
            section.fault("department", f"{department!r} is not in the catalogue")
        usual = known.name if known else Text.same(code)
        cadence = section.whole("cadence_s", least=1)
        spec = SourceSpec(
            code=code,
            name=Text(
                zh=section.text("name_zh") or usual.zh, en=section.text("name_en") or usual.en
            ),
            department=department or (known.department or None if known else None),
            cadence_s=cadence or (known.cadence_s if known else 3600),
            column=section.text("column"),
        )
        section.done()
        return spec

    def _street(self, section: Section, counting: bool) -> StreetSpec:
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
        # a row that is counted belongs to the total, whether its place is known or not
        nowhere = "district" if counting else "refuse"
        empty = section.choice("empty", _POLICIES) or "district"
        unmapped = section.choice("unmapped", _POLICIES) or nowhere
        if column is None and (section.has("empty") or section.has("unmapped")):
            section.fault("column", "empty and unmapped need the column that they speak of")
        section.done()
        known = frozenset(self._catalogue.street)
        return StreetSpec(codes, column, lookup, empty, unmapped, known)

    def _reading(self, section: Section, street: StreetSpec) -> ReadingSpec:
        column, value = section.text("column"), section.number("value")
        if (column is None) == (value is None):
            section.fault("column", "either column or value (a constant) is needed")
        values = section.numbers("values")
        if values and column is None:
            section.fault("values", "only beside column")
        factor, offset = section.number("factor"), section.number("offset")
        if factor == 0:
            section.fault("factor", "0 would lose the value")
        converted = factor is not None or offset is not None
        spec = ReadingSpec(
            column=column,
            value=value,
            values=values,
            factor=1.0 if factor is None else factor,
            offset=offset or 0.0,
            signs=self._parts.signs(section, street, converted),
            point=self._parts.point(section),
            point_column=section.text("point_column"),
            weight=section.number("weight", above=0),
            weight_column=section.text("weight_column"),
            denominator=section.number("denominator", above=0),
            denominator_column=section.text("denominator_column"),
            replay_every_s=section.whole("replay_every_s", least=1),
            where=self._parts.where(section, "where"),
            quality_column=section.text("quality_column"),
            quality_lookup=_qualities(section),
            revision_column=section.text("revision_column"),
        )
        if spec.quality_lookup and spec.quality_column is None:
            section.fault("quality_lookup", "only beside quality_column")
        section.done()
        return spec


def _qualities(section: Section) -> dict[str, str]:
    """What the words of the file's quality column mean."""
    lookup = section.lookup("quality_lookup")
    for word, quality in lookup.items():
        if quality not in QUALITIES:
            section.fault("quality_lookup", f"{word!r} is none of {', '.join(QUALITIES)}")
    return lookup


def _check_names(top: Section, mapping: Mapping) -> None:
    """What only the whole mapping shows."""
    made = [spec.name for spec in mapping.durations]
    for name in made:
        if made.count(name) > 1 or (mapping.header is not None and name in mapping.header):
            top.fault("duration", f"the name {name!r} is taken")
    if mapping.header is not None:
        for column in mapping.columns:
            if column not in mapping.header:
                top.fault("header", f"no column {column!r} among its names")
    if mapping.id is not None and not mapping.counts:
        top.fault("id", "only beside [[count]]: readings are told apart by what they say")
    for sign in _told_twice(mapping):
        top.fault("count", f"two counts give {sign}: a point of its own tells them apart")
    if mapping.counts and mapping.source.column is not None:
        top.fault("count", "counts have one source: [source] column cannot be")


def _told_twice(mapping: Mapping) -> list[str]:
    """Signs that two counts give under the same point."""
    told: list[tuple[str, str]] = []
    for count in mapping.counts:
        signs = {count.signs.sign} if count.signs.sign else set(count.signs.lookup.values())
        told += [(sign, count.point) for sign in signs if count.point_column is None]
    return sorted({sign for sign, point in told if told.count((sign, point)) > 1})
