"""From rows to facts of any kind, field by field, as the [fields] of a mapping say.

Which fields there are, of what type, and which may be left out, is read from the kind's struct.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from data_access.files.cells import number_of, text_of
from data_access.files.line import FileRow
from data_access.intake.kind import Kind
from data_access.mappings.mapping_file import Section
from data_access.mappings.mapping_rows import LeftOut
from data_access.mappings.mapping_spec import FieldSpec, Mapping, TimeSpec
from data_access.mappings.mapping_time import Instants
from data_access.mappings.row_parts import Cells, Texts, is_missing
from domain.facts.fact import INSTANT, Fact, Fault, Reason

_BY_ITSELF = ("source", "observed_at")  # from [source] and [time]
Read = Callable[[Cells], Any]


def read_fields(section: Section, kind: Kind[Any]) -> tuple[FieldSpec, ...]:
    """The [fields] of a mapping: for each field of the kind a column, or what it always is."""
    found: list[FieldSpec] = []
    for field in _fields(kind.struct):
        name = field.encode_name
        given = None if name in _BY_ITSELF else section.text_or_section(name)
        if isinstance(given, str):
            found.append(FieldSpec(name, given, None, {}))
        elif given is not None:
            column, value = given.text("column"), given.text("value")
            if (column is None) == (value is None):
                given.fault("column", "either column or value (a constant) is needed")
            elif value is not None:
                _check_constant(given, value, field)
            found.append(FieldSpec(name, column, value, given.lookup("lookup")))
            given.done()
        elif field.required and name not in _BY_ITSELF:
            section.fault(name, "missing")
    section.done()
    return tuple(found)


class FactMapper:
    """Applies a mapping to rows whose cells are the mapping's columns in their order."""

    def __init__(self, mapping: Mapping, kind: Kind[Any], source: str | None = None) -> None:
        """`source` speaks for every row, whatever the mapping says (a replay does)."""
        at = {name: index for index, name in enumerate(mapping.columns)}
        self.missing = 0  # cells with a missing marker met so far
        self.left_out, self.unplaced = LeftOut(), LeftOut()
        self.instant = Instants(mapping.time, at)
        self._struct: type[Fact] = kind.struct
        self._source = source or mapping.source.code
        by_file = mapping.source.column if source is None else None
        self._source_at = None if by_file is None else at[by_file]
        self._sources = Texts(mapping.missing)
        self._missing = mapping.missing
        types = {field.encode_name: field for field in _fields(kind.struct)}
        self._fields = [
            (spec.name, None if spec.column is None else at[spec.column], read)
            for spec in mapping.fields
            for read in [_reader(types[spec.name], spec, mapping, at)]
        ]

    def __call__(
        self, line: FileRow, observed_at: str | None = None
    ) -> tuple[Sequence[Fact], Sequence[Fault]]:
        """The row's fact, or what is wrong with it; `observed_at` replaces the file's instant."""
        if line.cells is None:
            why = line.why or "not a row of the file"
            return (), (Fault(Reason.MALFORMED, f"line {line.number}: {why}"),)
        cells, reason = line.cells, Reason.WRONG_TYPE
        try:
            told: dict[str, Any] = {"source": self._source}
            if self._source_at is not None:
                told["source"] = self._sources(cells[self._source_at]) or self._source
            for name, at, read in self._fields:
                if at is not None and is_missing(cells[at], self._missing):
                    self.missing += 1
                    continue
                told[name] = read(cells)
            reason = Reason.BAD_TIME
            told["observed_at"] = self.instant(cells) if observed_at is None else observed_at
            reason = Reason.MISSING_FIELD
            return (msgspec.convert(told, self._struct),), ()
        except ValueError as error:
            return (), (Fault(reason, f"line {line.number}: {error}"),)


def _check_constant(section: Section, value: str, field: inspect.Field) -> None:
    try:
        _converted(value, _types(field)[0])
    except ValueError as error:
        section.fault("value", str(error))


def _fields(struct: type[Fact]) -> tuple[inspect.Field, ...]:
    found = inspect.type_info(struct)
    return found.fields if isinstance(found, inspect.StructType) else ()


def _reader(field: inspect.Field, spec: FieldSpec, mapping: Mapping, at: dict[str, int]) -> Read:
    """What reads a field out of the cells of a row."""
    kinds, is_instant = _types(field)
    if spec.column is None:
        constant = _converted(spec.value or "", kinds)
        return lambda cells: constant
    index, column = at[spec.column], spec.column
    if is_instant:
        time = TimeSpec((column,), mapping.time.formats, mapping.time.zone, fold=mapping.time.fold)
        return Instants(time, at)
    texts = Texts(mapping.missing, spec.lookup)

    def read(cells: Cells) -> Any:
        cell = cells[index]
        found = cell if not spec.lookup else texts(cell)
        try:
            return _converted(found, kinds)
        except ValueError as error:
            raise ValueError(f"column {column!r}: {error}") from None

    return read


def _types(field: inspect.Field) -> tuple[set[type], bool]:
    """The types that a field takes, and whether it holds an instant."""
    kind, is_instant = field.type, False
    while isinstance(kind, inspect.Metadata):
        is_instant = is_instant or INSTANT.items() <= (kind.extra_json_schema or {}).items()
        kind = kind.type
    return {type(each) for each in getattr(kind, "types", (kind,))}, is_instant


def _converted(cell: Any, kinds: set[type]) -> Any:
    """A cell as what the struct's field takes; ValueError for what is none."""
    if inspect.StrType in kinds or inspect.EnumType in kinds:
        return text_of(cell)
    if inspect.BoolType in kinds:
        text = text_of(cell).casefold()
        if text not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text == "true"
    number = number_of(cell)
    if inspect.IntType not in kinds:
        return number
    if not number.is_integer():
        raise ValueError(f"{number} is not a whole number")
    return int(number)
