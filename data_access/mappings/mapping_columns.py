"""The short way from rows to readings: a stretch of rows at once, column by column.

What it gives is what `RowMapper` gives, several times as fast. It takes stretches in which every
row is plain (readable, all cells texts, no missing value) and mappings with one reading a row; for
anything else it answers None, and the stretch goes row by row.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from data_access.files.line import FileRow, PlainRows
from data_access.mappings.mapping_spec import Mapping
from data_access.mappings.mapping_time import Instants
from data_access.mappings.row_parts import missing_numbers
from domain.facts.reading import Stretch

_REMEMBER = 50_000  # distinct texts remembered

Column = Sequence[str]


class ColumnMapper:
    """Applies a mapping to many rows whose cells are the mapping's columns in their order."""

    def __init__(self, mapping: Mapping) -> None:
        at = {name: index for index, name in enumerate(mapping.columns)}

        def position(name: str | None) -> int | None:
            return None if name is None else at[name]

        self._simple = _is_simple(mapping)
        if not self._simple:
            return
        spec, street = mapping.readings[0], mapping.street
        self._missing = missing = mapping.missing
        self._missing_numbers = missing_numbers(missing)
        self._value_at = at[spec.column or ""]
        self._instant = Instants(mapping.time, at)
        place = street.codes[0] if street.column is None else None
        self._texts = [
            _Texts(position(mapping.source.column), mapping.source.code, missing),
            _Texts(position(spec.signs.column), spec.sign or "", missing, spec.signs.lookup),
            _Texts(position(street.column), place, missing, street.lookup),
            _Texts(position(spec.point_column), spec.point, missing),
        ]
        self._weight = position(spec.weight_column), spec.weight
        self._denominator = position(spec.denominator_column), spec.denominator

    def __call__(self, lines: Sequence[FileRow]) -> Stretch | None:
        """One reading a line, in their order; None where that cannot be said at a glance."""
        columns = _columns(lines) if self._simple else None
        if columns is None:
            return None
        values = self._numbers(columns[self._value_at])
        weights = self._masses(columns, *self._weight)
        below = self._masses(columns, *self._denominator)
        at = self._instants(columns)
        if values is None or weights is None or below is None or at is None:
            return None
        sources, signs, streets, points = (list(texts(columns)) for texts in self._texts)
        return Stretch(sources, signs, at, values, streets, weights, below, points)

    def _instants(self, columns: Sequence[Column]) -> Sequence[str] | None:
        """The column as instants; None where a cell cannot be read as one: its row will say so."""
        ready = self._instant.as_it_stands
        if ready is not None:
            return columns[ready]
        try:
            return list(map(self._instant, zip(*columns, strict=True)))
        except ValueError:
            return None

    def _numbers(self, column: Column) -> list[float] | None:
        """All as numbers; None when one is missing or is none (1_0 is Python alone)."""
        if not self._missing.isdisjoint(column):
            return None
        try:
            found = list(map(float, column))
        except ValueError:
            return None
        if "_" in "".join(column) or not self._missing_numbers.isdisjoint(found):
            return None
        return found

    def _masses(
        self, columns: Sequence[Column], at: int | None, constant: float | None
    ) -> list[float | None] | None:
        if at is None:
            return [constant] * len(columns[0])
        numbers: dict[str, float | None] = {}
        for text in set(columns[at]):
            if text in self._missing:
                numbers[text] = constant
                continue
            found = self._numbers([text])
            if found is None:
                return None
            numbers[text] = found[0]
        return [numbers[text] for text in columns[at]]


def _columns(lines: Sequence[FileRow]) -> Sequence[Column] | None:
    """The cells of rows by column; None where one of them is not readable or more than a text."""
    if isinstance(lines, PlainRows):
        return lines.columns
    rows = [line.cells for line in lines]
    if not rows or None in rows:
        return None
    columns: list[Column] = list(zip(*rows, strict=True))
    if any(set(map(type, column)) != {str} for column in columns):
        return None
    return columns


def _is_simple(mapping: Mapping) -> bool:
    """One number a row, as it stands, for one place; nothing is left out or looked up."""
    if len(mapping.readings) != 1 or mapping.durations:
        return False
    spec, street = mapping.readings[0], mapping.street
    if street.column is None:
        one_place = len(street.codes) == 1
    else:
        one_place = (street.empty, street.unmapped) == ("district", "refuse")
    return (
        one_place
        and spec.column is not None
        and (spec.factor, spec.offset) == (1.0, 0.0)
        and (spec.quality_column, spec.revision_column) == (None, None)
        and not (spec.where or spec.values or spec.signs.skip_unmapped)
    )


class _Texts:
    """A column as texts; `default` where a cell is missing or there is no such column."""

    def __init__(
        self,
        at: int | None,
        default: str | None,
        missing: frozenset[str],
        lookup: dict[str, str] | None = None,
    ) -> None:
        self._at = at
        self._default = default
        self._missing = missing
        self._lookup = lookup or {}
        self._known: dict[str, str | None] = {}

    def __call__(self, columns: Sequence[Column]) -> Any:
        if self._at is None:
            return repeat(self._default, len(columns[0]))
        column = columns[self._at]
        known = self._known
        new = set(column).difference(known)
        if new:
            if len(known) + len(new) > _REMEMBER:
                known.clear()
                new = set(column)
            known.update((cell, self._read(cell)) for cell in new)
        return map(known.__getitem__, column)

    def _read(self, cell: str) -> str | None:
        text = cell.strip()
        if not text or text in self._missing:
            return self._default
        return self._lookup.get(text, text)
