"""Retention: what is older than its tier allows goes, a little at a time.

Raw readings go by whole day tables, once it is remembered what was said (`folding`); roll-ups and
states along their primary key: the cost follows what is dropped, not what is kept. How far each
tier is complete is remembered with it (`raw_from`, `minute_from`, `hour_from`), so that nothing is
computed again from less than it was made of. An archive's tiers count from when it was loaded.
"""

import itertools
import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from data_access.intake import folding, provisional, quarantine, readings, revisions
from data_access.intake.door import Busy, locked
from data_access.series import archives, index_history, rollups, states
from data_access.series.archives import Span, gaps, kept_spans
from data_access.series.state_retention import prune_states
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.views import frames
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, is_due
from engine.steps import Pace, Steps, advance

log = logging.getLogger("yiping.engine")

PAIRS_A_TURN = 60
EVERY_MS = 10_000
TURN_S = 0.05
ROWS = 2_000  # that go in one transaction


class Retention:
    """Runs one short step at a time, so that the writer's lock is never held for long."""

    def __init__(self, db: Database, settings: Settings, catalogue: Catalogue) -> None:
        self._db = db
        self._settings = settings
        self._catalogue = catalogue
        places = [catalogue.code, *(s.code for s in catalogue.streets)]
        self._pairs = list(itertools.product(places, (s.code for s in catalogue.signs)))
        self._stale_ms = 1000 * max(s.stale_after_s for s in catalogue.signs)
        self._at = len(self._pairs)
        self._stepped_at = 0
        self._work: Steps | None = None

    def step(self, now_ms: int, cursor: int) -> None:
        """One step, when one is due: a round over all places and signs takes about ten minutes."""
        if self._work is None:
            if not is_due(now_ms, self._stepped_at, EVERY_MS):
                return
            self._stepped_at = now_ms
            self._work = self._next(now_ms, cursor)
        work, self._work = self._work, None
        try:
            if not advance(work, TURN_S):
                self._work = work
        except Busy:
            log.info("retention waits: intake is busy")

    def _next(self, now_ms: int, cursor: int) -> Steps:
        if self._at >= len(self._pairs):
            self._at = 0
            return self._raw(now_ms, cursor, [])
        pairs = self._pairs[self._at : self._at + PAIRS_A_TURN]
        self._at += PAIRS_A_TURN
        return self._tiers(pairs, now_ms)

    def _tiers(self, pairs: Sequence[tuple[str, str]], now_ms: int) -> Steps:
        """Samples, hours and changes of state of some places and signs."""
        minute = now_ms - self._settings.retain_minute_days * DAY_MS
        hour = now_ms - self._settings.retain_hour_days * DAY_MS
        with self._db.write() as conn:
            engine_state.raise_to(self._db, conn, minute_from=minute, hour_from=hour)
            provisional.prune(conn, minute)
            revisions.prune(conn, hour)
        with self._db.read() as conn:
            kept = [kept_spans(conn, self._catalogue, edge) for edge in (minute, hour)]
        due = [
            (tier, pair, gap)
            for tier, edge, spans in zip(("minute", "hour"), (minute, hour), kept, strict=True)
            for pair in pairs
            for gap in gaps(spans.get(pair[1], ()), edge)
        ]
        while due:
            with self._db.write() as conn:
                _prune(conn, due)
            if due:
                yield
        with self._db.write() as conn:
            for pair in pairs:  # the states of what is kept stay too
                oldest = kept[1].get(pair[1], [Span(hour, hour)])[0]
                prune_states(conn, [pair], min(hour, oldest.from_ms))

    def _raw(self, now_ms: int, cursor: int, gone: list[str]) -> Steps:
        """Drop day tables past the retention that no recent batch wrote to; their names to `gone`.

        Under intake's lock, so that no batch is acknowledged into a table that is about to go.
        When that cannot be had, none goes: there is another round.
        """
        edge = now_ms - self._settings.retain_raw_days * DAY_MS
        first = readings.day_name(self._catalogue.zone.day_number(edge))
        with self._db.read() as conn:
            busy = readings.busy_days(conn, edge, cursor)
            old = [day for day in readings.day_tables(conn) if day < first and day not in busy]
        for day in old:
            yield from self._drop(day, edge, cursor, gone)
        if gone:
            log.info("raw readings dropped: %s", ", ".join(gone))
        with locked(self._db) as conn:
            self._forget(conn, now_ms, edge, cursor)

    def _drop(self, day: str, edge: int, cursor: int, gone: list[str]) -> Steps:
        """Fold a day up, say that it is, and let its rows go: broken off anywhere, it is whole."""
        pace = Pace()
        for rows in folding.fold(self._db, day, cursor):
            if pace.full(rows):
                yield
        with locked(self._db) as conn:
            if day in readings.busy_days(conn, edge, cursor):
                return folding.reopen(conn, day)
            folding.close(conn, day, cursor)
            kept_from = self._catalogue.zone.day_start(edge)
            engine_state.raise_to(self._db, conn, raw_from=kept_from)
        for _ in folding.empty(self._db, day, cursor, ROWS):
            yield
        with locked(self._db) as conn:
            if folding.drop(conn, day, cursor):
                gone.append(day)
        yield

    def _thin_indexes(self, conn: Connection, now_ms: int) -> None:
        """Past the minutes' retention, of the index of places a quarter of an hour is kept."""
        thin_to = now_ms - self._settings.retain_minute_days * DAY_MS
        thin_from = engine_state.get(conn, "index_thinned")
        before = now_ms - self._settings.retain_hour_days * DAY_MS
        for place in (self._catalogue.code, *self._catalogue.street):
            index_history.thin(conn, place, before, thin_from, thin_to)
        engine_state.raise_to(self._db, conn, index_thinned=thin_to)

    def _forget(self, conn: Connection, now_ms: int, edge: int, cursor: int) -> None:
        """What goes with the raw readings, and what is kept for as long as the tiers."""
        settings = self._settings
        states.forget_points(conn, edge - self._stale_ms)
        readings.forget_batches(conn, edge, cursor)
        quarantine.forget(conn, now_ms - settings.retain_quarantine_days * DAY_MS)
        self._thin_indexes(conn, now_ms)
        minute = now_ms - settings.retain_minute_days * DAY_MS
        frames.forget(conn, minute)
        archives.forget(conn, min(minute, now_ms - settings.retain_hour_days * DAY_MS))


def _prune(conn: Connection, due: list[tuple[str, tuple[str, str], Span]]) -> None:
    """Drop what is due, from the end of the list, until it is much for one transaction."""
    room = ROWS
    while due and room:
        gone = rollups.prune(conn, *due[-1], room)
        room -= gone
        if room:
            due.pop()
