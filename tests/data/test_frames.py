"""Frames of the wall: written once a minute, read back as they were, gone with their retention."""

import gzip
import json

import pytest

from data_access.caching.redis_client import open_redis
from data_access.intake.sources import ensure_sources
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.views import frames
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, MINUTE_MS, slot_start
from engine.loop import Engine
from engine.publisher import Publisher
from engine.retention import Retention
from tests.clocks import FixedClock
from tests.data.raw_days import drop_raw

NOW = 1_795_399_200_000
WALL = Actor("hall", Role.SCREEN)


def keep(db: Database, *minutes: int, view: str = "screen") -> None:
    with db.write() as conn:
        for n in minutes:
            engine_state.write_frame(db, conn, view, NOW + n * MINUTE_MS, b"frame %d" % n)


def test_minutes_are_runs_half_open_and_of_one_view(db: Database) -> None:
    keep(db, 0, 1, 2, 5, 6, 9)
    keep(db, 3, view="other")

    def runs(start: int, end: int) -> list[tuple[int, int]]:
        span = (NOW + start * MINUTE_MS, NOW + end * MINUTE_MS)
        found = frames.minutes(db, WALL, "screen", *span)
        return [((at - NOW) // MINUTE_MS, count) for at, count in found]

    assert runs(0, 10) == [(0, 3), (5, 2), (9, 1)]
    assert runs(1, 6) == [(1, 2), (5, 1)]
    assert runs(3, 5) == []


def test_a_frame_is_what_was_written(db: Database) -> None:
    keep(db, 0, 1)
    assert frames.frame(db, WALL, "screen", NOW + MINUTE_MS) == b"frame 1"
    assert frames.frame(db, WALL, "screen", NOW + 1) is None
    assert frames.frame(db, WALL, "other", NOW) is None


def test_nobody_sees_nothing(db: Database) -> None:
    with pytest.raises(Forbidden):
        frames.minutes(db, None, "screen", 0, NOW)
    with pytest.raises(Forbidden):
        frames.frame(db, None, "screen", NOW)


def test_the_engine_keeps_one_frame_a_minute_and_drops_the_old(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    ensure_sources(db, catalogue, clock.ms)
    link = open_redis(db_settings)
    engine = Engine(db, catalogue, clock.ms)
    publisher = Publisher(db, link, "test", clock.ms)
    first = slot_start(clock.ms, MINUTE_MS, 0)
    for _ in range(7):
        publisher.publish(engine.city, clock.ms)
        clock.step(30)
    link.close()
    ((at, count),) = frames.minutes(db, WALL, "screen", 0, clock.ms + 1)
    assert (at, count) == (first, 4)
    packed = frames.frame(db, WALL, "screen", first + MINUTE_MS)
    assert packed is not None
    shown = json.loads(gzip.decompress(packed))
    assert len(shown["signs"]) == len(catalogue.signs)
    assert first + MINUTE_MS <= clock.ms and shown["catalogue"] == catalogue.version
    clock.step(8 * DAY_MS / 1000)
    drop_raw(Retention(db, db_settings, catalogue), clock.ms, engine.cursor)
    assert frames.minutes(db, WALL, "screen", 0, clock.ms) == []
