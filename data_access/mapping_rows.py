"""From rows to readings, as a mapping says. A row may give several readings, or none.

A row that cannot be read, and a cell that is no number, count as one reading that failed; a cell
with a missing marker gives no reading. An instant that cannot be read is left as it stands in the
file: the validator refuses it like any other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from data_access.mapping import Mapping as FileMapping
from data_access.mapping import ReadingSpec
from data_access.mapping_time import Instants
from data_access.tabular import Line
from domain.reading import Fault, Reading, Reason, shown

_REMEMBER = 50_000  # distinct texts remembered
_NO_FAULTS: tuple[Fault, ...] = ()

Cells = tuple[Any, ...]


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
        at = {name: index for index, name in enumerate(mapping.columns)}
        self.missing = 0  # cells with a missing marker met so far
        self.instant = Instants(mapping.time, at)
        self._source = source or mapping.source.code
        by_file = mapping.source.column if source is None else None
        self._source_at = None if by_file is None else at[by_file]
        self._sources = _Texts(mapping.missing)
        self._streets = mapping.street.codes
        street = mapping.street.column
        self._street_at = None if street is None else at[street]
        self._street_names = _Texts(mapping.missing, mapping.street.lookup)
        self._specs = [
            _Spec(spec, at, mapping.missing)
            for spec in (mapping.readings if readings is None else readings)
        ]

    def __call__(
        self, line: Line, observed_at: str | None = None
    ) -> tuple[list[Reading], Sequence[Fault]]:
        """The row's readings and faults; `observed_at` replaces the instant in the file."""
        cells = line.cells
        if cells is None:
            fault = Fault(Reason.MALFORMED, f"line {line.number}: not a row of the file")
            return [], (fault,)
        at = self.instant(cells) if observed_at is None else observed_at
        source, streets = self._source, self._streets
        if self._source_at is not None:
            source = self._sources(cells[self._source_at]) or source
        if self._street_at is not None:
            streets = (self._street_names(cells[self._street_at]),)
        readings: list[Reading] = []
        faults: list[Fault] = []
        for spec in self._specs:
            try:
                value = spec.value(cells)
                if value is None:
                    self.missing += 1
                    continue
                sign, weight, below, point = spec.rest(cells)
            except ValueError as error:
                faults.append(Fault(Reason.WRONG_TYPE, f"line {line.number}: {error}"))
                continue
            for street in streets:
                readings.append(Reading(source, sign, at, value, street, weight, below, point))
        return readings, faults or _NO_FAULTS


class _Spec:
    """One reading of a row, with columns turned into positions."""

    def __init__(self, spec: ReadingSpec, at: dict[str, int], missing: frozenset[str]) -> None:
        def position(name: str | None) -> int | None:
            return None if name is None else at[name]

        self._missing = missing
        self._column = spec.column
        self._value_at = position(spec.column)
        self._constant = spec.value
        self._factor, self._offset = spec.factor, spec.offset
        self._as_is = spec.factor == 1.0 and spec.offset == 0.0
        self._sign = spec.sign or ""
        self._sign_at = position(spec.sign_column)
        self._signs = _Texts(missing, spec.sign_lookup)
        self._point = spec.point
        self._point_at = position(spec.point_column)
        self._points = _Texts(missing)
        self._weight = spec.weight, position(spec.weight_column), spec.weight_column
        below = spec.denominator_column
        self._denominator = spec.denominator, position(below), below
        self._constant_rest = (
            (self._sign, spec.weight, spec.denominator, spec.point)
            if (spec.sign_column, spec.point_column, spec.weight_column, below) == (None,) * 4
            else None
        )

    def value(self, cells: Cells) -> float | None:
        """The value in the sign's unit, None for a missing one; ValueError for no number."""
        if self._value_at is None:
            return self._constant
        cell = cells[self._value_at]
        if cell is None or cell in self._missing:
            return None
        number = _number(cell, self._column)
        return number if self._as_is else number * self._factor + self._offset

    def rest(self, cells: Cells) -> tuple[str, float | None, float | None, str]:
        """Sign, weight, denominator, point; ValueError for a weight that is no number."""
        if self._constant_rest is not None:
            return self._constant_rest
        sign, point = self._sign, self._point
        if self._sign_at is not None:
            sign = self._signs(cells[self._sign_at]) or ""
        if self._point_at is not None:
            point = self._points(cells[self._point_at]) or point
        return sign, self._size(cells, self._weight), self._size(cells, self._denominator), point

    def _size(
        self, cells: Cells, spec: tuple[float | None, int | None, str | None]
    ) -> float | None:
        constant, at, column = spec
        if at is None:
            return constant
        cell = cells[at]
        return constant if cell is None or cell in self._missing else _number(cell, column)


def _number(cell: Any, column: str | None) -> float:
    if isinstance(cell, str):
        # an underscore between digits is Python's own habit, nobody else's
        if "_" not in cell:
            try:
                return float(cell)
            except ValueError:
                pass
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        try:
            return float(cell)
        except OverflowError:
            return float("inf")
    raise ValueError(f"column {column!r}: {shown(cell)} is not a number")


class _Texts:
    """Cells as texts, looked up where there is something to look up; None for a missing one."""

    def __init__(self, missing: frozenset[str], lookup: Mapping[str, str] | None = None) -> None:
        self._missing = missing
        self._lookup = lookup or {}
        self._known: dict[Any, str | None] = {}

    def __call__(self, cell: Any) -> str | None:
        if not isinstance(cell, str):
            return self._read(cell)
        try:
            return self._known[cell]
        except KeyError:
            if len(self._known) >= _REMEMBER:
                self._known.clear()
            text = self._known[cell] = self._read(cell)
            return text

    def _read(self, cell: Any) -> str | None:
        text = "" if cell is None else str(cell).strip()
        if not text or text in self._missing:
            return None
        return self._lookup.get(text, text)
