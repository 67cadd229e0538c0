"""The rows of a file that a replay says, laid out in their loop."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from data_access.mappings.mapping import Mapping
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import FileFault, FileRow, Table
from domain.clock import HOUR_MS
from domain.facts.fact import instant_ms
from domain.replay import calendar_loop, started_loop, year_loop

HISTORY_H = 48
MAX_ENTRIES = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What to replay and how."""

    path: Path
    mapping: Mapping
    speed: float = 1.0
    year: int | None = None
    start_ms: int | None = None
    history_h: float = HISTORY_H

    @property
    def source(self) -> str:
        """Code of the source that says it: never that of real measurements."""
        return f"{self.mapping.source.code}-replay"

    @property
    def signs(self) -> frozenset[str]:
        """Codes of the signs that it drives, where the mapping names them."""
        return frozenset(spec.sign for spec in self.mapping.readings if spec.sign is not None)


Entry = tuple[int, FileRow, int | None]  # place in the loop, row, which repetition (None = itself)


class Series:
    """The rows of the file that lie in the loop."""

    def __init__(self, plan: Plan, offset_ms: int, now_ms: int) -> None:
        """Reads the file; FileFault when it cannot be read or no instant in it can."""
        self._plan = plan
        self._instant = RowMapper(plan.mapping).instant
        self.skipped = 0  # rows whose instant cannot be read
        self.describe = lambda raw: raw
        first, last, step = self._extent()
        if plan.start_ms is not None:
            begun = now_ms - round((plan.start_ms - first) / plan.speed)
            self.loop = started_loop(first, last + step, begun, offset_ms, plan.speed)
        elif plan.year is not None:
            self.loop = year_loop(plan.year, offset_ms, plan.speed)
        else:
            self.loop = calendar_loop(first, last, offset_ms, plan.speed)

    def _rows(self) -> Iterator[tuple[int, FileRow]]:
        table = Table(self._plan.path, self._plan.mapping)
        self.describe = table.describe
        self.skipped = 0
        try:
            for line in table:
                try:
                    yield instant_ms(self._instant(line.cells or ())), line
                except (ValueError, IndexError):
                    self.skipped += 1
        finally:
            table.close()

    def _extent(self) -> tuple[int, int, int]:
        """First and last instant of the file and the usual step of its beginning."""
        first = last = None
        head: list[int] = []
        for at, _line in self._rows():
            first = at if first is None else min(first, at)
            last = at if last is None else max(last, at)
            if len(head) < 1000:
                head.append(at)
        if first is None or last is None:
            raise FileFault(f"{self._plan.path}: no row with a readable instant")
        return first, last, _usual_step(head)

    def entries(self) -> tuple[list[int], list[FileRow], list[int | None]]:
        """Places (ascending), rows, and whether it is the row itself or a repetition of it."""
        placed = [
            (place, line) for at, line in self._rows() if (place := self.loop.place(at)) is not None
        ]
        if not placed:
            raise FileFault(f"{self._plan.path}: no row lies in the stretch to replay")
        placed.sort(key=lambda entry: entry[0])
        found: list[Entry] = [(place, line, None) for place, line in placed]
        found += self._repetitions(placed)
        if len(found) > MAX_ENTRIES:
            raise FileFault(
                f"{self._plan.path}: {len(found)} rows in the stretch to replay; "
                f"at most {MAX_ENTRIES}: cut the file"
            )
        found.sort(key=lambda entry: entry[0])
        return [e[0] for e in found], [e[1] for e in found], [e[2] for e in found]

    def _repetitions(self, placed: list[tuple[int, FileRow]]) -> Iterator[Entry]:
        """What holds until the next row is said again at the pace of its sign."""
        specs = self._plan.mapping.readings
        paces = {s.replay_every_s for s in specs if s.replay_every_s is not None}
        places = sorted({place for place, _ in placed})
        usual = _usual_step(places)
        # a gap in the series stays a gap
        ends = {a: min(b, a + usual) for a, b in itertools.pairwise(places)}
        for every in paces:
            step = max(1, round(every * 1000 * self._plan.speed))
            for place, line in placed:
                end = min(ends.get(place, place + usual), self.loop.span_ms)
                for again in range(place + step, end, step):
                    yield again, line, every


def _usual_step(instants: Sequence[int]) -> int:
    steps = [b - a for a, b in itertools.pairwise(instants) if b > a]
    return round(median(steps)) if steps else HOUR_MS
