"""The instant of a row, from one or several columns, as RFC 3339.

A local time that does not exist (clocks jumped over it) is none; one that exists twice is the
first or the second of the two, as the mapping or a column says.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from data_access.files.cells import Bad, text_of
from data_access.mappings.mapping_spec import TimeSpec
from domain.facts.fact import instant_ms, shown

_REMEMBER = 50_000  # distinct instants remembered
_HOUR_24 = re.compile("24")  # where it is no hour, 00 and 01 in its place are no hour apart
_LAST = timedelta(milliseconds=1)  # what ends at an instant was measured before it
_FOLDS = {"0": 0, "first": 0, "1": 1, "second": 1}
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the calendar of sheets


class Instants:
    """Reads a row's instant; ValueError says why there is none."""

    def __init__(self, spec: TimeSpec, at: dict[str, int]) -> None:
        self._at = [at[name] for name in spec.columns]
        self._single = self._at[0] if len(self._at) == 1 else None
        self._ends = spec.stamps == "end"
        self._plain = spec.formats == ("rfc3339",) and not self._ends
        self._formats = spec.formats
        self._zone = spec.zone
        self._fold = spec.fold
        self._fold_at = None if spec.fold_column is None else at[spec.fold_column]
        self._fold_lookup = dict(spec.fold_lookup)
        self._known: dict[str, str] = {}

    @property
    def as_it_stands(self) -> int | None:
        """Which cell is the instant already; None where there is more to it."""
        return self._single if self._plain and self._fold_at is None else None

    def __call__(self, cells: tuple[Any, ...]) -> str:
        """The instant of a row."""
        if self._fold_at is not None:
            return self._read(self._cell(cells), self._told_fold(cells[self._fold_at]))
        if self._single is not None:
            cell = cells[self._single]
            if not isinstance(cell, str) or isinstance(cell, Bad):
                return self._read(self._cell(cells), self._fold)
            if self._plain:
                return cell  # it is judged where readings are
            key = cell
        else:
            key = self._cell(cells)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBER:
                self._known.clear()
            known = self._known[key] = self._read(key, self._fold)
        return known

    def readable(self, cells: tuple[Any, ...]) -> bool:
        """Whether there is an instant in a row."""
        try:
            instant_ms(self(cells))
        except ValueError:
            return False
        return True

    def _cell(self, cells: tuple[Any, ...]) -> Any:
        """What stands in the row's columns: a sheet's own date, or a text."""
        if self._single is not None and isinstance(cells[self._single], datetime):
            return cells[self._single]
        return " ".join([text_of(cells[index]) for index in self._at])

    def _told_fold(self, cell: Any) -> str:
        text = text_of(cell)
        return self._fold_lookup.get(text, text) or self._fold

    def _read(self, cell: Any, fold: str) -> str:
        when = cell if isinstance(cell, datetime) else self._parsed(cell)
        if when.tzinfo is None:
            when = _placed(when, self._zone, fold)
        try:
            return (when - _LAST if self._ends else when).isoformat()
        except OverflowError:
            raise ValueError(f"{shown(str(cell))} is no instant") from None

    def _parsed(self, text: str) -> datetime:
        """The one reading of a text; ValueError where no format fits, or two differ."""
        found: dict[datetime, str] = {}
        for form in self._formats:
            try:
                when = self._in_format(text, form)
            except (ValueError, OverflowError, OSError):
                continue
            found.setdefault(when, form)
        if len(found) > 1:
            forms = " and ".join(found.values())
            raise ValueError(f"{shown(text)} can be read in more than one way: {forms}")
        if not found:
            hint = "" if self._ends or not self._as_end(text) else ' unless stamps = "end"'
            raise ValueError(f"{shown(text)} is no instant like {', '.join(self._formats)}{hint}")
        return next(iter(found))

    def _in_format(self, text: str, form: str) -> datetime:
        try:
            return _parse(text, form)
        except ValueError:
            found = _hour_24(text, form) if self._ends else None
            if found is None:
                raise
            return found

    def _as_end(self, text: str) -> bool:
        """Whether a text is an instant once hour 24 is one."""
        return any(_hour_24(text, form) is not None for form in self._formats)


def _hour_24(text: str, form: str) -> datetime | None:
    """The midnight that ends a day, written as its hour 24; None where there is none."""
    for place in _HOUR_24.finditer(text):
        around = text[: place.start()], text[place.end() :]
        try:
            midnight, later = (_parse(hour.join(around), form) for hour in ("00", "01"))
        except (ValueError, OverflowError, OSError):
            continue
        whole = (midnight.minute, midnight.second, midnight.microsecond) == (0, 0, 0)
        if whole and later - midnight == timedelta(hours=1):
            return midnight + timedelta(days=1)
    return None


def _parse(text: str, form: str) -> datetime:
    text = text.strip()
    if form in ("epoch_s", "epoch_ms"):
        return datetime.fromtimestamp(float(text) / (1000 if form == "epoch_ms" else 1), UTC)
    if form == "excel":
        return _DAY_0 + timedelta(milliseconds=round(float(text) * 86_400_000))
    if form == "rfc3339":
        when = datetime.fromisoformat(text.upper())
        if when.tzinfo is None:
            raise ValueError("without its offset from UTC")
        return when
    if form == "iso":
        return datetime.fromisoformat(text)
    return datetime.strptime(text, form)  # noqa: DTZ007


def _placed(when: datetime, zone: tzinfo, fold: str) -> datetime:
    """A local time in its zone. ValueError for one that does not exist, or twice unannounced."""
    first = when.replace(tzinfo=zone, fold=0)
    if isinstance(zone, timezone):
        return first
    second = when.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return first
    if before < after:
        raise ValueError(f"{when} does not exist in {zone}: the clocks were set forward over it")
    if fold not in _FOLDS:
        raise ValueError(
            f"{when} exists twice in {zone}, and {shown(fold)} does not say which: first or second"
        )
    return second if _FOLDS[fold] else first
