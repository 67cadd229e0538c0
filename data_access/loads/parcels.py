"""Facts from files on their way into the store, in batches that a commit takes well.

A batch ends at BATCH facts or DAYS local days, whichever comes first: each day is a table of
its own, and a transaction should not hold hundreds of them.
"""

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from data_access.files.line import FileRow
from data_access.intake.door import Busy, Outcome, accept_all
from data_access.intake.kind import Kind
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms
from domain.facts.fact import Fault, Parcel, Pieces, Rejection
from domain.facts.reading import Stretch

log = logging.getLogger("yiping.intake")

BATCH = 50_000
DAYS = 60
PATIENCE = 30  # times that a busy store is asked again
_BETWEEN_S = 1.0


class Stopped(Exception):
    """Somebody asked to end; everything committed so far stays."""


@dataclass(slots=True)
class Tally:
    """What became of everything read; `read` = accepted + duplicates + quarantined."""

    plural: str = "readings"  # what they are called
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # reason → the first detail

    @property
    def quarantined(self) -> int:
        """Readings that failed."""
        return self.reasons.total()

    @property
    def read(self) -> int:
        """Readings in all."""
        return self.accepted + self.duplicates + self.quarantined

    def add(self, outcome: Outcome) -> None:
        """Count a committed batch."""
        self.accepted += outcome.accepted
        self.duplicates += outcome.duplicates
        for rejection in outcome.rejected:
            self.reasons[str(rejection.reason)] += 1
            self.examples.setdefault(str(rejection.reason), rejection.detail)

    def closing(self, missing: int) -> str:
        """The line that accounts for everything; `missing` cells held no reading at all."""
        return (
            f"read {self.read} = accepted {self.accepted} + duplicates {self.duplicates}"
            f" + quarantined {self.quarantined} ({self.plural}, from {self.rows} rows"
            f" with {missing} empty cells)"
        )


class _Buffer:
    """The next batch of one source: facts first, then what could not be read."""

    def __init__(self) -> None:
        self.facts: Pieces[Any] = Pieces()
        self.lines: Pieces[FileRow] = Pieces()  # of each fact
        self.faults: list[tuple[Fault, FileRow]] = []

    def parcel(self, describe: Callable[[Any], Any]) -> Parcel[Any]:
        """The batch, ready for intake."""
        count = len(self.facts)
        rejections = [Rejection(count + n, *fault) for n, (fault, _) in enumerate(self.faults)]

        def payload(index: int) -> str:
            line = self.lines[index] if index < count else self.faults[index - count][1]
            told = {"line": line.number, "row": describe(line.raw)}
            return json.dumps(told, ensure_ascii=False, default=str)

        return Parcel(self.facts, range(count), rejections, payload)


class Feeder:
    """Collects what rows give and hands it to intake."""

    def __init__(
        self,
        kind: Kind[Any],
        db: Database,
        catalogue: Catalogue,
        clock: Clock,
        via: str,
        *,
        speaker: str,
        known: frozenset[str],
        describe: Callable[[Any], Any],
        stop: threading.Event,
    ) -> None:
        """`speaker` answers for readings whose own source is not among the `known` ones."""
        self.tally = Tally(kind.plural)
        self._kind = kind
        self._db = db
        self._catalogue = catalogue
        self._clock = clock
        self._via = via
        self._speaker = speaker
        self._known = known
        self._describe = describe
        self._stop = stop
        self._buffers: dict[str, _Buffer] = {}
        self._days: set[str] = set()
        self._held = 0

    def add(self, line: FileRow, facts: Sequence[Any], faults: Sequence[Fault]) -> None:
        """Take what a row gave; commits when a batch is full. Stopped, Busy as from `flush`."""
        self.tally.rows += 1
        self.give(line, facts, faults)

    def give(self, line: FileRow, facts: Sequence[Any], faults: Sequence[Fault] = ()) -> None:
        """As `add`, of something that is no further row."""
        if facts:
            source = facts[0].source
            buffer = self._buffers.get(source) or self._open(source)
            for fact in facts:
                buffer.facts.append(fact)
                buffer.lines.append(line)
            self._days.add(facts[0].observed_at[:10])
        for fault in faults:
            self._open(self._speaker).faults.append((fault, line))
        self._held += len(facts) + len(faults)
        if self._held >= BATCH or len(self._days) >= DAYS:
            self.flush()

    def add_plain(self, lines: Sequence[FileRow], told: Stretch) -> None:
        """Take a stretch of rows that gave one reading each, as `add` would one by one."""
        days = {instant[:10] for instant in set(told.instants)}
        source = told.sources[0]
        if told.sources.count(source) < len(told) or len(self._days | days) > DAYS:
            for line, reading in zip(lines, told, strict=True):
                self.add(line, [reading], ())
            return
        self.tally.rows += len(lines)
        buffer = self._open(source)
        buffer.facts.add(told)
        buffer.lines.add(lines)
        self._days |= days
        self._held += len(told)
        if self._held >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Commit what is held. Busy when the store stays so; Stopped, after it, when asked to."""
        parcels = {s: buffer.parcel(self._describe) for s, buffer in self._buffers.items()}
        if parcels:
            for outcome in self._accept(parcels):
                self.tally.add(outcome)
        self.forget()
        self.heed()

    def heed(self) -> None:
        """Stopped when somebody asked to end."""
        if self._stop.is_set():
            raise Stopped

    def forget(self) -> None:
        """Let go of what is held."""
        self._buffers = {}
        self._days = set()
        self._held = 0

    def _open(self, source: str) -> _Buffer:
        speaker = source if source in self._known else self._speaker
        return self._buffers.setdefault(speaker, _Buffer())

    def _accept(self, parcels: dict[str, Parcel[Any]]) -> list[Outcome]:
        for _ in range(PATIENCE):
            try:
                now = to_ms(self._clock())
                return accept_all(self._kind, self._db, self._catalogue, parcels, now, self._via)
            except Busy as busy:
                log.warning("%s; trying again", busy)
                if self._stop.wait(_BETWEEN_S):
                    raise Stopped from busy
        raise Busy("the store stayed busy: run the same command again, nothing is taken twice")
