"""What mappings make of the cells of a row before readings or counts: durations, conditions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from data_access.files.cells import number_of, text_of
from data_access.mappings.mapping_spec import Condition, DurationSpec, SignSpec, Where
from data_access.mappings.mapping_spec import Mapping as FileMapping
from data_access.mappings.mapping_time import Instants
from domain.clock import DAY_MS
from domain.facts.fact import Reason, instant_ms

_REMEMBER = 50_000  # distinct texts remembered
Cells = tuple[Any, ...]


class Refused(ValueError):
    """A row that cannot be used, with the code of the reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Texts:
    """Cells as texts, looked up where there is something to look up; None for a missing one."""

    def __init__(self, missing: frozenset[str], lookup: Mapping[str, str] | None = None) -> None:
        self._missing = missing
        self._lookup = lookup or {}
        self._known: dict[Any, str | None] = {}

    def __call__(self, cell: Any) -> str | None:
        """The text; ValueError for a cell that has none."""
        if type(cell) is not str:
            return self._read(cell)
        try:
            return self._known[cell]
        except KeyError:
            if len(self._known) >= _REMEMBER:
                self._known.clear()
            text = self._known[cell] = self._read(cell)
            return text

    def _read(self, cell: Any) -> str | None:
        if is_missing(cell, self._missing):
            return None
        text = text_of(cell)
        if not text or text in self._missing:
            return None
        return self._lookup.get(text, text)


def is_missing(cell: Any, missing: frozenset[str]) -> bool:
    """Whether a cell holds no value: nothing, or a marker of the mapping's, as text or number."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return cell in missing or cell.strip() in missing
    return isinstance(cell, (int, float)) and text_of(cell) in missing


def missing_numbers(missing: frozenset[str]) -> frozenset[float]:
    """The markers that are numbers: -999 stands for -999.0, too."""
    found = set()
    for text in missing:
        try:
            found.add(number_of(text))
        except ValueError:
            continue
    return frozenset(found)


class Signs:
    """Which sign a row speaks of; None where the mapping leaves the row out."""

    def __init__(self, spec: SignSpec, at: Mapping[str, int], missing: frozenset[str]) -> None:
        self.constant = spec.sign
        self._at = None if spec.column is None else at[spec.column]
        self._texts = Texts(missing)
        self._lookup = spec.lookup
        self._skip = spec.skip_unmapped
        self._column = spec.column

    def __call__(self, cells: Cells, left_out: Callable[[str], None]) -> str | None:
        """The sign's code, or "" for one that the validator refuses."""
        if self._at is None:
            return self.constant
        text = self._texts(cells[self._at])
        sign = self._lookup.get(text or "", text)
        if self._skip and (text or "") not in self._lookup:
            left_out(f"{self._column} {text or ''!r} has no sign")
            return None
        return sign or ""


def met(where: Where, at: Mapping[str, int], missing: frozenset[str]) -> Callable[[Cells], bool]:
    """Whether a row meets all conditions; ValueError where a number is needed and none is there."""
    tests = [_test(condition, at[condition.column], missing) for condition in where]
    if not tests:
        return lambda cells: True
    if len(tests) == 1:
        return tests[0]
    return lambda cells: all(test(cells) for test in tests)


def _test(condition: Condition, at: int, missing: frozenset[str]) -> Callable[[Cells], bool]:
    texts, number = condition.texts, condition.number
    read = Texts(missing)
    if condition.test == "is":
        return lambda cells: (read(cells[at]) or "") in texts
    if condition.test == "is_not":
        return lambda cells: (read(cells[at]) or "") not in texts
    if condition.test == "contains":
        return lambda cells: _holds(read(cells[at]), texts)
    if condition.test == "empty":
        return lambda cells: (read(cells[at]) is None) == bool(number)
    compare: Callable[[float], bool] = {
        "above": number.__lt__,
        "below": number.__gt__,
        "at_least": number.__le__,
        "at_most": number.__ge__,
    }[condition.test]

    def numeric(cells: Cells) -> bool:
        cell = cells[at]
        if is_missing(cell, missing):
            return False
        try:
            return compare(number_of(cell))
        except ValueError as error:
            raise ValueError(f"column {condition.column!r}: {error}") from None

    return numeric


def _holds(text: str | None, parts: frozenset[str]) -> bool:
    return text is not None and any(part in text for part in parts)


class Durations:
    """Adds the mapping's durations to a row's cells, in their order."""

    def __init__(self, mapping: FileMapping, at: dict[str, int], instant: Instants) -> None:
        """`instant` reads the row's own instant: what several need is read once."""
        pool = {mapping.time: instant}
        for spec in mapping.durations:
            for time in (spec.start, spec.end):
                pool.setdefault(time, Instants(time, at))
        self._each = [
            _Duration(spec, pool[spec.start], pool[spec.end], at, mapping.missing)
            for spec in mapping.durations
        ]

    def __call__(self, cells: Cells) -> Cells:
        """The cells with the durations behind them; ValueError for a row that cannot be."""
        return (*cells, *[each(cells) for each in self._each]) if self._each else cells


class _Duration:
    def __init__(
        self,
        spec: DurationSpec,
        start: Instants,
        end: Instants,
        at: dict[str, int],
        missing: frozenset[str],
    ) -> None:
        self._spec, self._start, self._end = spec, start, end
        self._missing = missing
        self._columns = [at[column] for column in (*spec.start.columns, *spec.end.columns)]

    def __call__(self, cells: Cells) -> float | None:
        """How long, in the duration's unit; None while one of the two is missing."""
        if any(is_missing(cells[at], self._missing) for at in self._columns):
            return None
        spec = self._spec
        try:
            start, end = self._start(cells), self._end(cells)
            lasted_ms = instant_ms(end) - instant_ms(start)
        except ValueError as error:
            raise Refused(Reason.BAD_TIME, f"{spec.name}: {error}") from None
        if spec.whole_days:
            days = datetime.fromisoformat(end).date() - datetime.fromisoformat(start).date()
            lasted_ms = days.days * DAY_MS
        if lasted_ms < 0 and not spec.signed:
            if lasted_ms < -1000 * spec.tolerance_s:
                early = f"{spec.name}: it ends {-lasted_ms / 1000:g} s before it begins"
                raise Refused(Reason.BAD_TIME, early)
            lasted_ms = 0
        return lasted_ms / 1000 / spec.unit_s
