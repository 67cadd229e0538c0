"""Retention: what is older than its tier allows goes, a little at a time.

Raw readings go by whole day tables, roll-ups and states along their primary key: the cost follows
what is dropped, not what is kept. How far each tier is complete is remembered with it (`raw_from`,
`minute_from`, `hour_from`), so that nothing is computed again from less than it was made of.
"""

import itertools
import logging

from sqlalchemy import Connection, delete, select

from data_access import engine_state, provisional, readings, rollups
from data_access.db import Database
from data_access.intake import Busy, locked
from data_access.settings import Settings
from data_access.state_retention import prune_states
from data_access.tables import batches, frames, index_history, point_latest, quarantine
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, MINUTE_MS, is_due

log = logging.getLogger("yiping.engine")

PAIRS_A_TURN = 60
EVERY_MS = 10_000


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

    def step(self, now_ms: int, cursor: int) -> None:
        """One step, when one is due: a round over all places and signs takes about ten minutes."""
        if not is_due(now_ms, self._stepped_at, EVERY_MS):
            return
        self._stepped_at = now_ms
        if self._at >= len(self._pairs):
            self._at = 0
            self.drop_raw(now_ms, cursor)
            return
        pairs = self._pairs[self._at : self._at + PAIRS_A_TURN]
        self._at += PAIRS_A_TURN
        minute = now_ms - self._settings.retain_minute_days * DAY_MS
        hour = now_ms - self._settings.retain_hour_days * DAY_MS
        with self._db.write() as conn:
            engine_state.raise_to(self._db, conn, minute_from=minute, hour_from=hour)
            rollups.prune(conn, "minute", pairs, minute)
            provisional.prune(conn, minute)
            rollups.prune(conn, "hour", pairs, hour)
            prune_states(conn, pairs, hour)

    def drop_raw(self, now_ms: int, cursor: int) -> list[str]:
        """Drop day tables past the retention that no recent batch wrote to; their names.

        Under intake's lock, so that no batch is acknowledged into a table that is about to go.
        When that cannot be had, none goes: there is another round.
        """
        try:
            return self._drop_raw(now_ms, cursor)
        except Busy:
            return []

    def _thin_indexes(self, conn: Connection, now_ms: int) -> None:
        """Past the minutes' retention, of the index of places a quarter of an hour is kept."""
        t = index_history.c
        thin_to = now_ms - self._settings.retain_minute_days * DAY_MS
        thin_from = engine_state.get(conn, "index_thinned")
        before = now_ms - self._settings.retain_hour_days * DAY_MS
        for place in (self._catalogue.code, *self._catalogue.street):
            mine = delete(index_history).where(t.street_code == place)
            conn.execute(mine.where(t.bucket < before))
            between = (t.bucket >= thin_from) & (t.bucket < thin_to)
            conn.execute(mine.where(between, t.bucket % (15 * MINUTE_MS) != 0))
        engine_state.raise_to(self._db, conn, index_thinned=thin_to)

    def _drop_raw(self, now_ms: int, cursor: int) -> list[str]:
        edge = now_ms - self._settings.retain_raw_days * DAY_MS
        zone = self._catalogue.zone
        with locked(self._db) as conn:
            recent = select(batches.c.days).where(
                (batches.c.received_at >= edge) | (batches.c.id > cursor)
            )
            busy = {day for days in conn.scalars(recent.distinct()) for day in days.split(",")}
            gone = readings.drop_days_before(conn, edge, zone, busy)
            if gone:
                kept_from = zone.day_start(edge)
                engine_state.raise_to(self._db, conn, raw_from=kept_from)
            conn.execute(
                delete(point_latest).where(point_latest.c.observed_at < edge - self._stale_ms)
            )
            conn.execute(
                delete(batches).where(batches.c.received_at < edge, batches.c.id <= cursor)
            )
            conn.execute(
                delete(quarantine).where(
                    quarantine.c.received_at
                    < now_ms - self._settings.retain_quarantine_days * DAY_MS
                )
            )
            self._thin_indexes(conn, now_ms)
            conn.execute(
                delete(frames).where(
                    frames.c.at < now_ms - self._settings.retain_minute_days * DAY_MS
                )
            )
        if gone:
            log.info("raw readings dropped: %s", ", ".join(gone))
        return gone
