"""Publication: one snapshot and one delta a version, and nothing else leaves the engine.

Redis carries them to the web; the store keeps a copy for when Redis is away.
"""

import gzip
import logging
from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import Connection

from data_access.caching.redis_client import RedisLink
from data_access.intake.undigested import sources_lately
from data_access.series import rollups
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.views import pictures
from data_access.views.readiness import DISAGREEMENTS
from data_access.views.snapshots import etag_of, live_name, pack_delta, pack_snapshot
from domain.aggregation import bucket_value
from domain.clock import HOUR_MS, MINUTE_MS, is_due, slot_start
from domain.delta import delta
from domain.freshness import Freshness, is_counted, source_freshness
from domain.sign import Sign
from engine.board import Board, Json
from engine.city import City

log = logging.getLogger("yiping.engine")

VIEW = "screen"
HEARTBEAT_MS = 5_000
TREND_HOURS = 36
_AGEING = ("as_of", "version")  # what changes though nothing has happened


class Publisher:
    """Builds the board, compares it with the last one, and publishes what is new."""

    def __init__(self, db: Database, redis: RedisLink, build: str, now_ms: int) -> None:
        self._db = db
        self._redis = redis
        self._build = build
        self._last: Json | None = None
        self._published_at = 0
        self._slow: Json = {}
        self._slow_minute = -1
        self._redis_was_there = True
        with db.read() as conn:
            self._version = engine_state.get(conn, "version", now_ms // 1000)

    def publish(self, city: City, now_ms: int) -> int | None:
        """Publish when something changed or a heartbeat is due; the new version, else None."""
        board = Board(city, now_ms)
        snapshot: Json = {"version": self._version + 1, "build": self._build, **board.snapshot()}
        with self._db.read() as conn:
            snapshot["sources"] = _sources(conn, now_ms)
            snapshot.update(self._slow_parts(conn, city, now_ms))
        snapshot = msgspec.to_builtins(snapshot)
        beat = is_due(now_ms, self._published_at, HEARTBEAT_MS)
        if not beat and self._last is not None and not _news(self._last, snapshot):
            return None
        self._version += 1
        self._send(snapshot, board, now_ms)
        self._last = snapshot
        self._published_at = now_ms
        return self._version

    def _send(self, snapshot: Json, board: Board, now_ms: int) -> None:
        body = msgspec.json.encode(snapshot)
        version = self._version
        picture = pictures.pack_picture(board.picture(version))
        minute = slot_start(now_ms, MINUTE_MS, 0)
        new_minute = minute != slot_start(self._published_at, MINUTE_MS, 0)
        with self._db.write() as conn:
            engine_state.put(self._db, conn, version=version, heartbeat=now_ms)
            engine_state.write_published(self._db, conn, VIEW, version, now_ms, body)
            if new_minute:
                self._keep_indexes(conn, board, minute)
                frame = gzip.compress(body, compresslevel=6, mtime=0)
                engine_state.write_frame(self._db, conn, VIEW, minute, frame)
            if new_minute or not self._redis_was_there:
                engine_state.write_published(
                    self._db, conn, pictures.VIEW, version, now_ms, picture
                )
        etag = etag_of(version, body)
        before = self._last or {"version": 0}
        name = live_name(board.city.catalogue.city, VIEW)
        there = self._redis.set_and_publish(
            name,
            pack_snapshot(version, etag, snapshot["as_of"], body),
            name,
            pack_delta(
                version, before["version"], etag, msgspec.json.encode(delta(before, snapshot))
            ),
            also={pictures.picture_key(board.city.catalogue.city): picture},
        )
        if there is not self._redis_was_there:
            log.warning("redis is %s", "back" if there else "away: publishing to the store alone")
            self._redis_was_there = there

    def _keep_indexes(self, conn: Connection, board: Board, minute: int) -> None:
        district = board.city.catalogue.code
        found = {district: board.index, **{s: board.street_index(s) for s in board.streets}}
        rows = [(p, minute, one.value, one.low, one.blind) for p, one in found.items()]
        engine_state.write_indexes(self._db, conn, rows)

    def _slow_parts(self, conn: Connection, city: City, now_ms: int) -> Json:
        """What is read from the store: once a minute is enough."""
        minute = now_ms // MINUTE_MS
        if minute != self._slow_minute:
            place = city.catalogue.code
            hour_ago = engine_state.index_at(conn, place, now_ms - HOUR_MS, 15 * MINUTE_MS)
            trends = {
                s.code: self._trend(city, s, now_ms) for s in city.catalogue.signs if s.wall_trend
            }
            self._slow = {"index_hour_ago": hour_ago, "trends": trends}
            self._slow_minute = minute
        return self._slow

    def _trend(self, city: City, sign: Sign, now_ms: int) -> list[list[float | int | None]]:
        to_ms = city.catalogue.zone.slot_end(now_ms, HOUR_MS)
        from_ms = to_ms - TREND_HOURS * HOUR_MS
        place = city.catalogue.code
        rows = rollups.series(self._db, place, sign.code, "hour", from_ms, to_ms)
        known = {row[2]: round(bucket_value(sign, sign.rule, row), sign.decimals) for row in rows}
        return [[hour, known.get(hour)] for hour in range(from_ms, to_ms, HOUR_MS)]


def _sources(conn: Connection, now_ms: int) -> dict[str, int]:
    marks: Counter[str] = Counter()
    for cadence_s, received, observed, expected in engine_state.source_marks(conn):
        mark = source_freshness(received, observed, now_ms, cadence_s)
        if is_counted(mark, expected):
            marks[mark.value] += 1
    counts = {mark.value: marks[mark.value] for mark in Freshness}
    counts["undigested"] = sources_lately(conn, now_ms)
    differ = engine_state.get(conn, DISAGREEMENTS)
    return counts | {"disagree": differ} if differ else counts


def _news(before: Json, after: Json) -> bool:
    def same(key: str) -> Any:
        return before.get(key) == after[key]

    return not all(same(key) for key in after if key not in _AGEING)
