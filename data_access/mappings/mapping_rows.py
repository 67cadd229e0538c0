"""From rows to readings, as a mapping says. A row may give several readings, or none.

A row that cannot be read, an instant that is none, and a cell that is no number count as one
reading that failed; a cell with a missing marker gives no reading. What the mapping leaves out is
counted with its reason.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from data_access.files.cells import number_of, text_of
from data_access.files.line import FileRow
from data_access.mappings.mapping_spec import Mapping as FileMapping
from data_access.mappings.mapping_spec import ReadingSpec, StreetSpec
from data_access.mappings.mapping_time import Instants
from data_access.mappings.row_parts import (
    Cells,
    Durations,
    Refused,
    Signs,
    Texts,
    is_missing,
    met,
    missing_numbers,
)
from domain.facts.fact import Fault, Reason, shown
from domain.facts.reading import Reading

_MOST_REASONS = 1_000  # distinct ones remembered
_NO_FAULTS: tuple[Fault, ...] = ()
_Found = tuple[str, float, float | None, float | None, str, str | None, int]
"""Sign, value, weight, denominator, point, quality, revision."""


class LeftOut:
    """What the mapping leaves out, by reason; the rest of too many reasons under one."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def __call__(self, reason: str) -> None:
        """Count one more."""
        full = len(self.reasons) >= _MOST_REASONS and reason not in self.reasons
        self.reasons["other reasons" if full else reason] += 1


class Places:
    """The places that a row speaks for; empty where the mapping leaves the row out."""

    def __init__(self, spec: StreetSpec, at: dict[str, int], missing: frozenset[str]) -> None:
        self._spec = spec
        self._at = None if spec.column is None else at[spec.column]
        self._read = Texts(missing)

    def __call__(
        self,
        cells: Cells,
        left_out: Callable[[str], None],
        unplaced: Callable[[str], None],
    ) -> Sequence[str | None]:
        """Codes of streets, None for the district. Refused, ValueError where there is none.

        `unplaced` is told of rows that name no known place and yet are the district's.
        """
        spec = self._spec
        if self._at is None:
            return spec.codes
        text = self._read(cells[self._at])
        if text is None:
            what, policy = "no place", spec.empty
        else:
            code = spec.lookup.get(text, text)
            if code in spec.known or spec.unmapped == "refuse":
                return (code,)  # an unknown one is refused where readings are judged
            what, policy = f"place {text!r} is not known", spec.unmapped
        if policy == "refuse":
            raise Refused(Reason.UNKNOWN_STREET, f"column {spec.column!r}: {what}")
        if policy == "district":
            unplaced(what)
            return (None,)
        left_out(what)
        return ()


class RowMapper:
    """Applies a mapping to rows whose cells are the mapping's columns in their order."""

    def __init__(
        self,
        mapping: FileMapping,
        source: str | None = None,
        readings: Sequence[ReadingSpec] | None = None,
    ) -> None:
        """`source` speaks for every row, whatever the mapping says (a replay does).

        `readings` are those of the mapping to apply, all of them by default.
        """
        at = positions(mapping)
        self.missing = 0  # cells with a missing marker met so far
        self.left_out, self.unplaced = LeftOut(), LeftOut()
        self.instant = Instants(mapping.time, at)
        self._source = source or mapping.source.code
        by_file = mapping.source.column if source is None else None
        self._source_at = None if by_file is None else at[by_file]
        self._sources = Texts(mapping.missing)
        self._places = Places(mapping.street, at, mapping.missing)
        self._durations = Durations(mapping, at, self.instant)
        self._specs = [
            _Spec(spec, at, mapping.missing)
            for spec in (mapping.readings if readings is None else readings)
        ]

    def __call__(
        self, line: FileRow, observed_at: str | None = None
    ) -> tuple[list[Reading], Sequence[Fault]]:
        """The row's readings and faults; `observed_at` replaces the instant in the file."""
        if line.cells is None:
            why = line.why or "not a row of the file"
            return [], (Fault(Reason.MALFORMED, f"line {line.number}: {why}"),)
        reason = Reason.MALFORMED
        try:
            cells = self._durations(line.cells)
            source = self._source
            if self._source_at is not None:
                source = self._sources(cells[self._source_at]) or source
            streets = self._places(cells, self.left_out, self.unplaced)
            if not streets:
                return [], _NO_FAULTS
            found, faults = self._found(line, cells)
            if not found:
                return [], faults
            reason = Reason.BAD_TIME
            at = self.instant(cells) if observed_at is None else observed_at
        except Refused as error:
            return [], (Fault(error.reason, f"line {line.number}: {error}"),)
        except ValueError as error:
            return [], (Fault(reason, f"line {line.number}: {error}"),)
        readings = [
            Reading(
                *(source, sign, at, value, street, weight, below, point),
                quality=quality,
                revision=revision,
            )
            for sign, value, weight, below, point, quality, revision in found
            for street in streets
        ]
        return readings, faults

    def _found(self, line: FileRow, cells: Cells) -> tuple[list[_Found], Sequence[Fault]]:
        """What the row's readings say apart from source, place and instant."""
        found: list[_Found] = []
        faults: list[Fault] = []
        for spec in self._specs:
            try:
                each = spec(cells, self.left_out)
            except ValueError as error:
                faults.append(Fault(Reason.WRONG_TYPE, f"line {line.number}: {error}"))
                continue
            if each is None:
                self.missing += 1
            elif each:
                found.append(each)
        return found, faults or _NO_FAULTS


def positions(mapping: FileMapping) -> dict[str, int]:
    """Where each column stands among a row's cells, durations behind the file's own."""
    names = (*mapping.columns, *(spec.name for spec in mapping.durations))
    return {name: index for index, name in enumerate(names)}


class _Spec:
    """One reading of a row, with columns turned into positions."""

    def __init__(self, spec: ReadingSpec, at: dict[str, int], missing: frozenset[str]) -> None:
        def position(name: str | None) -> int | None:
            return None if name is None else at[name]

        self._missing, self._missing_numbers = missing, missing_numbers(missing)
        self._met = met(spec.where, at, missing) if spec.where else None
        self._column = spec.column
        self._value_at = position(spec.column)
        self._constant = spec.value
        self._values = spec.values
        self._factor, self._offset = spec.factor, spec.offset
        self._as_is = spec.factor == 1.0 and spec.offset == 0.0
        self._signs = Signs(spec.signs, at, missing)
        self._percents = spec.signs.percents
        self._point = spec.point
        self._point_at = position(spec.point_column)
        self._points = Texts(missing)
        self._quality_at = position(spec.quality_column)
        self._qualities = Texts(missing, spec.quality_lookup)
        self._revision_at = position(spec.revision_column)
        self._revision_column = spec.revision_column
        self._weight = spec.weight, position(spec.weight_column), spec.weight_column
        below = spec.denominator_column
        self._denominator = spec.denominator, position(below), below

    def __call__(self, cells: Cells, left_out: LeftOut) -> _Found | tuple[()] | None:
        """The reading; None for a missing value, () where the mapping leaves it out."""
        if self._met is not None and not self._met(cells):
            left_out("not asked for (where)")
            return ()
        sign = self._signs(cells, left_out)
        if sign is None:
            return ()
        value = self._value(cells, sign)
        if value is None:
            return None
        point = self._point
        if self._point_at is not None:
            point = self._points(cells[self._point_at]) or point
        quality = None if self._quality_at is None else self._qualities(cells[self._quality_at])
        weight = self._size(cells, *self._weight)
        below = self._size(cells, *self._denominator)
        return sign, value, weight, below, point, quality, self._revision(cells)

    def _revision(self, cells: Cells) -> int:
        """The row's revision; an empty cell is 0."""
        if self._revision_at is None:
            return 0
        found = self._size(cells, 0.0, self._revision_at, self._revision_column) or 0.0
        if not found.is_integer():
            raise ValueError(f"column {self._revision_column!r}: {found} is not a whole number")
        return int(found)

    def _value(self, cells: Cells, sign: str) -> float | None:
        """The value in the sign's unit, None for a missing one; ValueError for no number."""
        if self._value_at is None:
            return self._constant
        cell = cells[self._value_at]
        if is_missing(cell, self._missing):
            return None
        if self._values:
            number = _looked_up(cell, self._column, self._values)
        else:
            number = _number(cell, self._column, self._percents.get(sign, "refuse"))
            if number in self._missing_numbers:
                return None
        return number if self._as_is else number * self._factor + self._offset

    def _size(
        self, cells: Cells, constant: float | None, at: int | None, column: str | None
    ) -> float | None:
        if at is None or is_missing(cells[at], self._missing):
            return constant
        return _number(cells[at], column, "refuse")


def _looked_up(cell: Any, column: str | None, values: dict[str, float]) -> float:
    text = text_of(cell)
    if text not in values:
        raise ValueError(f"column {column!r}: {shown(text)} stands for no number")
    return values[text]


def _number(cell: Any, column: str | None, percent: str) -> float:
    try:
        return number_of(cell, percent)
    except ValueError as error:
        raise ValueError(f"column {column!r}: {error}") from None
