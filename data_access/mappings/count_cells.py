"""One [[count]] of a mapping at work: the slots of a city, and what was counted in each."""

from collections.abc import Callable
from dataclasses import dataclass, field

from data_access.files.cells import number_of
from data_access.mappings.mapping_spec import CountSpec
from data_access.mappings.row_parts import Cells, Signs, Texts, is_missing, met
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.zone import Zone

Key = tuple[int, str | None, str, str]  # slot's start, street, sign, point


class Slots:
    """The hours or days of a city: (start, end) of the one that holds an instant, epoch ms."""

    def __init__(self, per: str, zone: Zone) -> None:
        self._width = HOUR_MS if per == "hour" else DAY_MS
        self._zone = zone
        self._known: dict[int, tuple[int, int]] = {}

    def __call__(self, at: int) -> tuple[int, int]:
        """The slot of an instant."""
        quarter = at // (15 * MINUTE_MS)  # no zone changes its clocks within one
        known = self._known.get(quarter)
        if known is None:
            ends = self._zone.slot_end(at, self._width)
            known = self._known[quarter] = self._zone.slot_start(at, self._width), ends
        return known


@dataclass(slots=True)
class Count:
    """One [[count]] at work."""

    spec: CountSpec
    slots: Slots
    at: dict[str, int]
    missing: frozenset[str]
    signs: Signs = field(init=False)
    met: Callable[[Cells], bool] = field(init=False)
    of: Callable[[Cells], bool] = field(init=False)
    points: Texts = field(init=False)
    held: dict[Key, list[float]] = field(default_factory=dict)  # [rows, rows or sum]
    seen: dict[int, int] = field(default_factory=dict)  # slots in which the file has a row: end

    def __post_init__(self) -> None:
        self.signs = Signs(self.spec.signs, self.at, self.missing)
        self.met = met(self.spec.where, self.at, self.missing)
        self.of = met(self.spec.of, self.at, self.missing)
        self.points = Texts(self.missing)

    def tells(self, cells: Cells, left_out: Callable[[str], None]) -> tuple[str, str, float] | None:
        """(sign, point, what is added) of a row; None where it is not counted here."""
        spec = self.spec
        sign = self.signs(cells, left_out)
        if sign is None:
            return None
        holds = self.met(cells)
        if spec.measure == "share":
            if not self.of(cells):
                return None
            added = float(holds)
        elif not holds:
            return None
        else:
            added = 1.0
        if spec.column is not None:
            cell = cells[self.at[spec.column]]
            if is_missing(cell, self.missing):
                return None
            try:
                added = number_of(cell) * spec.factor
            except ValueError as error:
                raise ValueError(f"column {spec.column!r}: {error}") from None
        point = spec.point
        if spec.point_column is not None:
            point = self.points(cells[self.at[spec.point_column]]) or point
        return sign, point, added

    def add(self, slot: tuple[int, int], street: str | None, told: tuple[str, str, float]) -> None:
        """Count a row at a place."""
        sign, point, added = told
        entry = self.held.setdefault((slot[0], street, sign, point), [0, 0.0])
        entry[0] += 1
        entry[1] += added
