"""Rows counted by slot and place, as the [[count]] sections of a mapping say.

Held are the counts, not the rows: memory grows with slots times places. They become readings when
the file has been read to its end, since a count of half the rows would be a wrong number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from data_access.files.line import FileFault, FileRow
from data_access.mappings.count_cells import Count, Key, Slots
from data_access.mappings.mapping_rows import LeftOut, Places, positions
from data_access.mappings.mapping_spec import CountSpec, Mapping
from data_access.mappings.mapping_time import Instants
from data_access.mappings.row_parts import Cells, Durations, Refused, Texts
from domain.catalogue import Catalogue
from domain.clock import to_rfc3339
from domain.facts.fact import AHEAD_MS, EARLIEST_MS, Fault, Reason, instant_ms, shown
from domain.facts.reading import Reading
from domain.indicator import Rule

MOST = 1_000_000  # counts held at once, and ids


@dataclass(slots=True)
class RowTally:
    """What became of the rows: read = counted + duplicates + left out + quarantined."""

    read: int = 0
    counted: int = 0
    duplicates: int = 0
    left_out: int = 0
    quarantined: int = 0

    def closing(self) -> str:
        """The line that accounts for every row."""
        return (
            f"rows {self.read} = counted {self.counted} + duplicates {self.duplicates}"
            f" + left out {self.left_out} + quarantined {self.quarantined}"
        )


class Counting:
    """Takes rows, gives readings at the end."""

    def __init__(self, mapping: Mapping, catalogue: Catalogue, now_ms: int) -> None:
        at = positions(mapping)
        zone = catalogue.zone
        self.rows = RowTally()
        self.missing = 0
        self.left_out, self.in_part, self.unplaced = LeftOut(), LeftOut(), LeftOut()
        self._mapping = mapping
        self._catalogue = catalogue
        self._now = now_ms
        self._instant = Instants(mapping.time, at)
        self._places = Places(mapping.street, at, mapping.missing)
        self._durations = Durations(mapping, at, self._instant)
        self._id_at = None if mapping.id is None else at[mapping.id]
        self._ids: dict[int, tuple[int, int]] = {}  # (hash, line) of a row by the hash of its id
        self._texts = Texts(mapping.missing)
        self._counts = [
            Count(spec, Slots(spec.per, zone), at, mapping.missing) for spec in mapping.counts
        ]

    def __call__(self, line: FileRow) -> Sequence[Fault]:
        """Take a row in, or say why not. FileFault when there are too many counts."""
        self.rows.read += 1
        try:
            if line.cells is None:
                raise Refused(Reason.MALFORMED, line.why or "not a row of the file")
            self._take(line, self._durations(line.cells))
        except Refused as error:
            self.rows.quarantined += 1
            return (Fault(error.reason, f"line {line.number}: {error}"),)
        return ()

    def _take(self, line: FileRow, cells: Cells) -> None:
        at = self._at(cells)
        aside, unplaced = LeftOut(), LeftOut()
        try:
            streets = self._places(cells, aside, unplaced)
            told = [each.tells(cells, aside) if streets else None for each in self._counts]
        except Refused:
            raise
        except ValueError as error:
            raise Refused(Reason.WRONG_TYPE, str(error)) from None
        if self._again(line, cells):
            self.rows.duplicates += 1
            return
        if self._count(at, streets, told, aside):
            self.rows.counted += 1
            for reason in aside.reasons:
                self.in_part(reason)
            for reason in unplaced.reasons:
                self.unplaced(reason)
            return
        self.rows.left_out += 1
        if not aside.reasons:
            aside("not asked for (where)")
        self.left_out(next(iter(aside.reasons)))

    def _count(
        self,
        at: int,
        streets: Sequence[str | None],
        told: Sequence[tuple[str, str, float] | None],
        aside: LeftOut,
    ) -> bool:
        """Add a row wherever it counts; whether it does anywhere."""
        counted = False
        for each, what in zip(self._counts, told, strict=True):
            slot = each.slots(at)
            if slot[1] > self._now:
                aside("its hour or day is not over")
                continue
            each.seen[slot[0]] = slot[1]
            if what is None:
                continue
            levels = self._levels(each.spec, streets)
            if not levels:
                aside("no place, and no total is counted")
            for street in levels:
                each.add(slot, street, what)
                counted = True
        self._bound()
        return counted

    def _at(self, cells: Cells) -> int:
        try:
            at = instant_ms(self._instant(cells))
        except ValueError as error:
            raise Refused(Reason.BAD_TIME, str(error)) from None
        if at > self._now + AHEAD_MS:
            raise Refused(Reason.TOO_FAR_AHEAD, f"{to_rfc3339(at)} lies in the future")
        if at < EARLIEST_MS:
            raise Refused(Reason.TOO_FAR_BEHIND, f"{to_rfc3339(at)} is before 2000")
        return at

    def _again(self, line: FileRow, cells: Cells) -> bool:
        """Whether the very same row was there; Refused for another row under the same id."""
        if self._id_at is None:
            return False
        name = self._texts(cells[self._id_at])
        if name is None:
            raise Refused(Reason.MISSING_FIELD, f"column {self._mapping.id!r}: no id")
        row = hash(line.raw if isinstance(line.raw, str) else tuple(line.raw))
        known = self._ids.setdefault(hash(name), (row, line.number))
        if known[0] != row:
            what = f"{self._mapping.id} {shown(name)} is another row in line {known[1]}"
            raise Refused(Reason.CONFLICT, f"{what}; the first stays")
        return known[1] != line.number

    def _levels(self, spec: CountSpec, streets: Sequence[str | None]) -> Sequence[str | None]:
        """Where a row counts: at its places, and in the district's total."""
        if not spec.total:
            return streets if self._mapping.street.column is None else [s for s in streets if s]
        return [*(street for street in streets if street is not None), None]

    def _bound(self) -> None:
        if len(self._ids) > MOST * 5 or sum(len(each.held) for each in self._counts) > MOST:
            raise FileFault(
                f"more than {MOST} counts or {MOST * 5} ids: is a point or a sign an id?"
            )

    def readings(self) -> Iterator[tuple[dict[str, Any], Reading]]:
        """Every count with what it stands on, slot by slot. FileFault when there are too many."""
        for each in self._counts:
            ends = self._ends(each)
            keys = set(each.held)
            if each.spec.zeros:
                keys |= set(self._empty(each, ends))
            if len(keys) > MOST:
                raise FileFault(f"more than {MOST} counts with their zeros")
            for key in sorted(keys, key=lambda k: (k[0], k[1] or "", k[2], k[3])):
                if self._defined(key):
                    yield self._reading(each, key, ends[key[0]])

    def _ends(self, each: Count) -> dict[int, int]:
        """Ends of the slots by their starts: those with rows, and those between them on demand."""
        if each.spec.zeros != "span" or not each.seen:
            return each.seen
        ends: dict[int, int] = {}
        start, last = min(each.seen), max(each.seen)
        while start <= last:
            if len(ends) > MOST:
                raise FileFault(f"more than {MOST} slots from the first row to the last")
            ends[start] = each.slots(start)[1]
            start = ends[start]
        return ends

    def _empty(self, each: Count, ends: dict[int, int]) -> Iterator[Key]:
        spec, street = each.spec, self._mapping.street
        if street.column is None:
            places: list[str | None] = list(street.codes)
        else:
            named = sorted(set(street.lookup.values()))
            places = [*(named or [s.code for s in self._catalogue.counted])]
            places += [None] if spec.total else []
        signs = [spec.signs.sign or ""]
        if spec.signs.column is not None:
            signs = sorted(set(spec.signs.lookup.values()))
        return (
            (slot, place, sign, spec.point) for slot, place, sign in product(ends, places, signs)
        )

    def _defined(self, key: Key) -> bool:
        """Whether the sign has a value there; one that nobody knows is refused in the end."""
        sign = self._catalogue.sign.get(key[2])
        if sign is None:
            return True
        return sign.at_street if key[1] is not None else sign.rule is not Rule.NA

    def _reading(self, each: Count, key: Key, end: int) -> tuple[dict[str, Any], Reading]:
        slot, street, sign, point = key
        rows, summed = each.held.get(key, (0, 0.0))
        weight = denominator = None
        value = summed
        if each.spec.measure == "share":
            percent = each.spec.signs.percents.get(sign) == "percent"
            value, denominator = summed / rows * (100 if percent else 1), float(rows)
        elif each.spec.measure == "mean":
            value, weight = summed / rows, float(rows)
        at = to_rfc3339(end - 1) or ""
        told = {"from": to_rfc3339(slot), "to": to_rfc3339(end), "rows": int(rows)}
        source = self._mapping.source.code
        return told, Reading(source, sign, at, value, street, weight, denominator, point)
