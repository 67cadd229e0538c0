"""The engine: one loop that takes in what intake has committed, adds up, judges and publishes.

The cursor moves in the same transaction as the rows it stands for, and every row is a replacement
computed from the stored readings; so a crash at any point loses nothing and doubles nothing.
"""

import gc
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

from sqlalchemy import Connection

from data_access import engine_state, readings, rollups, states
from data_access.catalogue.loader import load_catalogue
from data_access.db import Database, migrate, open_database
from data_access.engine_lock import engine_lock
from data_access.public.store import migrate_public, open_public
from data_access.redis_client import open_redis
from data_access.settings import Settings, build_id
from data_access.undigested import may_lie_in_the_data, set_aside
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, MINUTE_MS, Clock, is_due, slot_start, to_ms, utc_now
from engine import backfill
from engine.agreement import Watch
from engine.city import City, WriteSet, days_of, hours_of
from engine.publication import Publication
from engine.publisher import Publisher
from engine.recovery import demo_sources, recover
from engine.retention import Retention
from engine.undigested import Doubt

log = logging.getLogger("yiping.engine")

POLL_S = 0.1
RETRY_S = 1.0
MAX_ROWS = 200_000  # four batches of a file: a helping of half as many costs 45 % more a row
PUBLISH_EVERY_MS = 450
ROLL_HOURS_MS = 5_000
ROLL_DAYS_MS = 30_000
PASS_TIME_MS = 5 * MINUTE_MS  # a score is asked for up to now, to five minutes
QUARTER_MS = 15 * MINUTE_MS


class Outdated(Exception):
    """What is in memory was made of readings that are no longer in the store."""


class Engine:
    """The loop's state: `turn` takes in one helping, `roll` brings the higher tiers after it."""

    def __init__(self, db: Database, catalogue: Catalogue, now_ms: int) -> None:
        self.db = db
        self.catalogue = catalogue
        self.city: City
        self.cursor = 0
        self._doubt = Doubt()
        self._blamed: tuple[readings.Batch, str] | None = None
        self._hours: set[rollups.Key] = set()
        self._days: set[rollups.Key] = set()
        self._hours_at = self._days_at = now_ms
        self._passed_at = 0
        self.reload(now_ms)

    def reload(self, now_ms: int) -> None:
        """Forget what is in memory and take it from the store. When it raises, try again."""
        with self.db.read() as conn:  # before anything else: what changes after it is noticed
            self._generation = engine_state.get(conn, "generation")
        found = recover(self.db, self.catalogue, now_ms)
        self.city, self.cursor = found.city, found.cursor
        self._reloaded_at = now_ms
        with self.db.read() as conn:
            rolled = engine_state.get(conn, "rolled")
            changed = readings.keys_of_batches(conn, rolled, self.cursor)
            rolled_at = engine_state.get(conn, "rolled_at", now_ms) - 2 * PASS_TIME_MS
            ended = states.changed_since(conn, rolled_at)
        self._days, self._passed_at = set(), 0
        self._hours = set().union(*(self._hours_near(*key, now_ms) for key in changed))
        for place, code, since in ended:
            self._hours |= self._hours_between(place, code, rolled_at, since)
        self._pass_time(now_ms, everything=True)
        if found.out:
            self._write(found.out, now_ms)
        self.step(now_ms)

    def _hours_near(self, street: str, code: str, at: int, now_ms: int) -> set[rollups.Key]:
        """The hours a reading can have changed: between the last one before and its end."""
        window = self.city.windows.get(code)
        if window is None:
            return set()
        reach = (window.reach + 1) * window.slot_ms + QUARTER_MS
        end = at + reach * (1 + window.sign.clear_after)  # until its part in a state is over
        reached = range(at - reach, min(end, max(at, now_ms) + QUARTER_MS), QUARTER_MS)
        places = (street, self.catalogue.code)
        codes = (code, *self.city.dependents(code))
        keys = [(place, sign, moment) for place in places for sign in codes for moment in reached]
        return hours_of(keys, self.catalogue.offset_ms)

    def turn(self) -> int:
        """Take in the next batches, at most about MAX_ROWS readings; how many there were.

        After an exception the engine has to be reloaded.
        """
        if self._blamed is not None:
            return self._pass_over(*self._blamed)
        with self.db.read() as conn:
            self._check_generation(conn)
            found = self._doubt.helping(readings.next_batches(conn, self.cursor, MAX_ROWS))
        if not found:
            return 0
        try:
            taken = self._take_in(found)
        except Outdated:
            raise
        except Exception as fault:
            if may_lie_in_the_data(fault):
                batch = self._doubt.failed(found)
                if batch is not None:
                    self._blamed = batch, f"{type(fault).__name__}: {fault}"
            raise
        self._doubt.passed(found)
        return taken

    def _pass_over(self, batch: readings.Batch, why: str) -> int:
        """Set aside the batch on which the engine always fails, and go on behind it."""
        count = set_aside(self.db, batch, why, self._reloaded_at, self.catalogue.code)
        log.error(
            "batch %d of %s is set aside, %d readings are in quarantine as undigested: %s",
            *(batch.id, batch.source, count, why),
        )
        self.cursor = batch.id
        self._blamed = None
        self._doubt.forget()
        return count

    def _take_in(self, found: list[readings.Batch]) -> int:
        if not {batch.source for batch in found} <= self.city.demo_sources:
            self.city.demo_sources |= demo_sources(self.db)
        with self.db.read() as conn:
            taken = self.city.take(_rows(conn, found))
        out = self.city.settle()
        with self.db.read() as conn:
            backfill.recompute(conn, self.city, out)
        self.cursor = found[-1].id
        self._write(out)
        return taken

    def _check_generation(self, conn: Connection) -> None:
        if engine_state.get(conn, "generation") != self._generation:
            raise Outdated("readings were taken back from the store")

    def _hold(self, conn: Connection) -> None:
        """Write only what the store's readings still say, whoever takes some back meanwhile."""
        engine_state.hold(conn)
        self._check_generation(conn)

    def step(self, now_ms: int) -> None:
        """Write what time alone has changed: states that ended in silence or by new cut-offs."""
        out = self.city.step(now_ms)
        if out:
            self._write(out)

    def _pass_time(self, now_ms: int, *, everything: bool) -> None:
        """What holds goes on: the hours since it was last added up are to be added up again."""
        if everything:
            since, self._passed_at = self._passed_at, now_ms
        else:
            since = now_ms
        for place, code, at in self.city.alive(graded=not everything):
            first = at if since == 0 else min(since, now_ms)
            self._hours |= self._hours_between(place, code, first, now_ms)

    def _hours_between(self, place: str, code: str, from_ms: int, to_ms: int) -> set[rollups.Key]:
        first = slot_start(from_ms, HOUR_MS, self.catalogue.offset_ms)
        return {(place, code, hour) for hour in range(first, to_ms + 1, HOUR_MS)}

    def _write(self, out: WriteSet, roll_at: int | None = None) -> None:
        """Write what has changed; with `roll_at`, its hours too: no batch tells of them again."""
        with self.db.write() as conn:
            self._hold(conn)
            engine_state.put(self.db, conn, cursor=self.cursor)
            rollups.write_minutes(self.db, conn, list(out.minutes.values()))
            states.write_latest(self.db, conn, list(out.latest.values()))
            states.write_points(self.db, conn, out.points)
            states.change_history(self.db, conn, out.gone, list(out.new.values()))
            if roll_at is not None:
                self._roll_hours(conn, out.hours, roll_at)
                days = days_of(out.hours, self.catalogue.offset_ms)
                rollups.roll_days(self.db, conn, days, engine_state.get(conn, "hour_from"))
        self._hours |= out.hours
        self._hours |= hours_of(out.minutes, self.catalogue.offset_ms)

    def roll(self, now_ms: int, *, force: bool = False) -> None:
        """Bring hours and days up to date when due (or at once with `force`)."""
        self.step(now_ms)
        hours_due = force or is_due(now_ms, self._hours_at, ROLL_HOURS_MS)
        days_due = force or is_due(now_ms, self._days_at, ROLL_DAYS_MS)
        if hours_due:
            all_due = force or is_due(now_ms, self._passed_at, PASS_TIME_MS)
            self._pass_time(now_ms, everything=all_due)
        if not hours_due or not (self._hours or (days_due and self._days)):
            return
        days = self._days | days_of(self._hours, self.catalogue.offset_ms)
        with self.db.write() as conn:
            self._hold(conn)
            self._roll_hours(conn, self._hours, now_ms)
            if days_due:
                rollups.roll_days(self.db, conn, days, engine_state.get(conn, "hour_from"))
                engine_state.put(self.db, conn, rolled=self.cursor, rolled_at=now_ms)
        self._hours = set()
        self._hours_at = now_ms
        self._days = set() if days_due else days
        if days_due:
            self._days_at = now_ms

    def _roll_hours(self, conn: Connection, hours: set[rollups.Key], now_ms: int) -> None:
        whole_from = engine_state.get(conn, "minute_from")
        begun = (key for key in hours if key[2] <= now_ms)
        rollups.roll_hours(self.db, conn, begun, whole_from, now_ms)


def _rows(conn: Connection, found: list[readings.Batch]) -> Iterator[readings.RawRow]:
    days = {day for batch in found for day in batch.days.split(",") if day}
    return readings.rows_of_batches(conn, found[0].id - 1, found[-1].id, sorted(days))


class _Stop:
    def __init__(self) -> None:
        self.event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()


def run(settings: Settings, clock: Clock = utc_now) -> None:
    """Run until SIGTERM. Only one engine runs on a store; a second one waits its turn."""
    migrate(settings)
    catalogue = load_catalogue(settings.city)
    db = open_database(settings, durable=False)
    stop = _Stop()
    with engine_lock(db, settings, stop.event) as mine:
        if mine():
            _loop(settings, clock, db, catalogue, stop.event, mine)
    db.close()


def _loop(
    settings: Settings,
    clock: Clock,
    db: Database,
    catalogue: Catalogue,
    stop: threading.Event,
    mine: Callable[[], bool],
) -> None:
    now = to_ms(clock())
    engine = Engine(db, catalogue, now)
    publisher = Publisher(db, open_redis(settings), build_id(), now)
    publication = Publication(
        *(db, open_public(settings, read_only=False), catalogue),
        prepare=lambda: migrate_public(settings),  # a lost public store must not stop the desks
    )
    retention = Retention(db, settings, catalogue)
    watch = Watch(db)
    published_at = 0
    # what the windows hold lives long and has no cycles: looking for them again and again costs
    # a fifth of the loop
    gc.set_threshold(100_000, 50, 100)
    gc.freeze()
    log.info("engine ready: %s, at batch %d", catalogue.name_en, engine.cursor)
    while not stop.is_set():
        try:
            taken = engine.turn()
            now = to_ms(clock())
            engine.roll(now)
            if is_due(now, published_at, PUBLISH_EVERY_MS):
                if not mine():
                    log.error("the engine's lock is lost; ending, to be started again")
                    return
                publisher.publish(engine.city, now)
                published_at = now
                publication.step(now)
                watch.step(engine.city, now)
            retention.step(now, engine.cursor)
        except Outdated as news:
            log.info("%s; starting again from it", news)
            _recover(engine, clock, stop)
            continue
        except Exception:  # whatever it was, the store is the truth: start again from there
            log.exception("engine turn failed; starting again from the store")
            _recover(engine, clock, stop)
            continue
        if taken < MAX_ROWS // 2:
            stop.wait(POLL_S)
    with suppress(Outdated):
        engine.roll(to_ms(clock()), force=True)


def _recover(engine: Engine, clock: Clock, stop: threading.Event) -> None:
    """Take everything from the store again, however long that is away.

    Going on before would skip what was taken in and not written.
    """
    while not stop.wait(RETRY_S):
        try:
            engine.reload(to_ms(clock()))
        except Exception:
            log.exception("the store cannot be read; trying again")
        else:
            return
