"""The instant of a row, from one or several columns, as RFC 3339."""

from datetime import UTC, datetime
from typing import Any

from data_access.mapping import TimeSpec

_REMEMBER = 50_000  # distinct instants remembered


class Instants:
    """Reads a row's instant; what cannot be read is passed on as it stands."""

    def __init__(self, spec: TimeSpec, at: dict[str, int]) -> None:
        self._at = [at[name] for name in spec.columns]
        self._single = self._at[0] if len(self._at) == 1 else None
        self._plain = spec.format == "rfc3339"
        self._format = spec.format
        self._zone = spec.zone
        self._known: dict[str, str] = {}

    def __call__(self, cells: tuple[Any, ...]) -> str:
        """The instant of a row."""
        if self._single is not None:
            cell = cells[self._single]
            if not isinstance(cell, str):
                return self._read(cell)
            if self._plain:
                return cell
            key = cell
        else:
            key = " ".join([str(cells[index]) for index in self._at])
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBER:
                self._known.clear()
            known = self._known[key] = self._read(key)
        return known

    def _read(self, cell: Any) -> str:
        try:
            when = self._datetime(cell)
            if when.tzinfo is None:
                when = when.replace(tzinfo=self._zone)
            return when.isoformat()
        except (ValueError, OverflowError, TypeError, OSError):
            return str(cell)

    def _datetime(self, cell: Any) -> datetime:
        if isinstance(cell, datetime):  # a sheet's own dates
            return cell
        if self._format == "epoch_s":
            return datetime.fromtimestamp(float(cell), UTC)
        if self._format == "epoch_ms":
            return datetime.fromtimestamp(float(cell) / 1000, UTC)
        if self._format in ("iso", "rfc3339"):
            return datetime.fromisoformat(str(cell).strip())
        return datetime.strptime(str(cell).strip(), self._format)  # noqa: DTZ007
