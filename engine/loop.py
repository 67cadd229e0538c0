"""The engine: one loop that takes in what intake has committed, adds up, judges and publishes.

The cursor moves in the same transaction as the rows it stands for, and every row is a replacement
computed from the stored readings; so a crash at any point loses nothing and doubles nothing.
"""

import gc
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from sqlalchemy import Connection

from data_access import engine_state, readings, rollups, states
from data_access.catalogue.loader import load_catalogue
from data_access.condition import condition_of
from data_access.db import Database, migrate, migrate_present, open_database
from data_access.engine_lock import engine_lock
from data_access.settings import Settings
from data_access.undigested import may_lie_in_the_data, set_aside
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, MINUTE_MS, Clock, is_due, slot_start, to_ms, utc_now
from engine import backfill
from engine.city import City, days_of, hours_of
from engine.recovery import demo_sources, recover
from engine.retention import Retention
from engine.steps import Steps, advance
from engine.stopping import Stop
from engine.undigested import Doubt
from engine.voice import LockLost, Voice
from engine.write_set import WriteSet

log = logging.getLogger("yiping.engine")

POLL_S = 0.1
RETRY_S = 1.0
MAX_ROWS = 200_000  # four batches of a file: a helping of half as many costs 45 % more a row
TURN_S = 0.1  # a turn ends with the step in which this time is up
PART_ROWS = 5_000  # rows in a transaction of what is written in parts
PART_KEYS = 1_000  # buckets in a transaction of rolling up
ROLL_HOURS_MS = 5_000
ROLL_DAYS_MS = 30_000
PASS_TIME_MS = 5 * MINUTE_MS  # a score is asked for up to now, to five minutes
QUARTER_MS = 15 * MINUTE_MS


class Outdated(Exception):
    """What is in memory was made of readings that are no longer in the store."""


class Engine:
    """The loop's state: `turn` takes in helpings, `roll` brings the higher tiers after them."""

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
        self._found: list[readings.Batch] = []  # the helping in hand
        self._taking: Steps | None = None
        self._whole = False  # whether memory is what the store says
        self._even = True  # whether the store is what memory says
        self._rolling: Steps | None = None
        self.reload(now_ms)

    def reload(self, now_ms: int) -> None:
        """Forget what is in memory and take it from the store. When it raises, try again."""
        advance(self.reloading(now_ms), None)

    def reloading(self, now_ms: int) -> Steps:
        """As `reload`, in steps. Until the last one `city` is what it was before."""
        self._taking = self._rolling = None
        self._whole, self._even = False, True
        with self.db.read() as conn:  # before anything else: what changes after it is noticed
            self._generation = engine_state.get(conn, "generation")
        found = yield from recover(self.db, self.catalogue, now_ms)
        with self.db.read() as conn:
            rolled = engine_state.get(conn, "rolled")
            changed = readings.keys_of_batches(conn, rolled, found.cursor)
        yield
        hours: set[rollups.Key] = set()
        for n, key in enumerate(changed):
            hours |= self._hours_near(found.city, *key, now_ms)
            if n % PART_KEYS == PART_KEYS - 1:
                yield
        self.city, self.cursor = found.city, found.cursor
        self._hours, self._days, self._passed_at = hours, set(), 0
        self._reloaded_at = now_ms
        self._pass_time(now_ms, everything=True)
        if found.out or found.gone:
            self._write(found.out, found.gone)
        self._whole = True
        self.step(now_ms)

    def _hours_near(
        self, city: City, street: str, code: str, at: int, now_ms: int
    ) -> set[rollups.Key]:
        """The hours a reading can have changed: between the last one before and its end."""
        window = city.windows.get(code)
        if window is None:
            return set()
        reach = (window.reach + 1) * window.slot_ms + QUARTER_MS
        reached = range(at - reach, min(at + reach, max(at, now_ms) + QUARTER_MS), QUARTER_MS)
        grid_ms = self.catalogue.zone.grid_ms
        hours = {slot_start(moment, HOUR_MS, grid_ms) for moment in reached}
        places = (street, self.catalogue.code)
        codes = (code, *city.dependents(code))
        return {(place, sign, hour) for place in places for sign in codes for hour in hours}

    def turn(self, budget_s: float | None = TURN_S) -> int:
        """Go on with the helping in hand, else with the next batches, at most about MAX_ROWS.

        How many readings it brings, whether or not it has come to its end; 0: none are waiting.
        After an exception the engine has to be reloaded.
        """
        if self._blamed is not None:
            return self._pass_over(*self._blamed)
        if self._taking is None:
            with self.db.read() as conn:
                self._check_generation(conn)
                found = readings.next_batches(conn, self.cursor, MAX_ROWS)
            self._found = self._doubt.helping(found)
            if not self._found:
                return 0
            self._taking = self._take_in(self._found)
        try:
            done = advance(self._taking, budget_s)
        except Outdated:
            raise
        except Exception as fault:
            if may_lie_in_the_data(fault):
                batch = self._doubt.failed(self._found)
                if batch is not None:
                    self._blamed = batch, f"{type(fault).__name__}: {fault}"
            raise
        if done:
            self._taking = None
            self._doubt.passed(self._found)
        return sum(batch.accepted for batch in self._found)

    @property
    def busy(self) -> bool:
        """Whether something is begun and not finished."""
        return self._taking is not None or self._rolling is not None

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

    def _take_in(self, found: list[readings.Batch]) -> Steps:
        """A helping on its way into the store: read, added up, judged, written.

        A small one is one transaction. A large one is written in parts, and the cursor moves with
        the last: what was written by a helping that did not come to its end is written again, and
        the same. Under suspicion it is one transaction again, so that a batch which is to be set
        aside leaves nothing behind.
        """
        if not {batch.source for batch in found} <= self.city.demo_sources:
            self.city.demo_sources |= demo_sources(self.db)
        days = {day for batch in found for day in batch.days.split(",") if day}
        first, last = found[0].id - 1, found[-1].id
        for page in readings.pages_of_batches(self.db, first, last, sorted(days)):
            self.city.take(page)
            if len(page) == readings.PAGE:
                yield
        out = WriteSet()
        in_parts = None if self._doubt.is_there else self._write_parts
        self._even = False
        yield from self.city.settle_into(out)
        if in_parts and out.late:  # that may take long: meanwhile time must be free to pass
            yield from in_parts(out)
            self._even = True
        yield from backfill.recompute(self.db, self.city, out, in_parts)
        if in_parts and out.size() > PART_ROWS:
            many = len(out.gone) + len(out.new) > 2 * PART_ROWS
            yield from in_parts(out, states=many)
        self.cursor = last
        self._write(out)
        self._even = True

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
        offset = self.catalogue.zone.grid_ms
        if everything:
            since, self._passed_at = self._passed_at, now_ms
        else:
            since = now_ms
        for place, code, at in self.city.alive(graded=not everything):
            first = slot_start(at if since == 0 else min(since, now_ms), HOUR_MS, offset)
            self._hours.update((place, code, h) for h in range(first, now_ms + 1, HOUR_MS))

    def _write_parts(self, out: WriteSet, *, states: bool = True) -> Steps:
        for part in out.parts(PART_ROWS, states=states):
            self._write(part)
            yield

    def _write(self, out: WriteSet, gone: Sequence[tuple[str, str]] = ()) -> None:
        with self.db.write() as conn:
            self._hold(conn)
            states.forget_latest(conn, gone)
            engine_state.put(self.db, conn, cursor=self.cursor)
            rollups.write_minutes(self.db, conn, list(out.minutes.values()))
            states.write_latest(self.db, conn, list(out.latest.values()))
            states.write_points(self.db, conn, out.points)
            states.change_history(self.db, conn, out.gone, list(out.new.values()))
        self._hours |= out.hours
        self._hours |= hours_of(out.minutes, self.catalogue.zone)

    def roll(self, now_ms: int, *, force: bool = False, budget_s: float | None = TURN_S) -> None:
        """Bring hours and days up to date when due, or at once and to the end with `force`."""
        if not self._whole:
            return  # which hours there were to do is forgotten; a restart finds out
        if self._even:
            self.step(now_ms)
        if force:
            self._go_on_rolling(None)
        if self._rolling is None:
            self._begin_rolling(now_ms, force=force)
        self._go_on_rolling(None if force else budget_s)

    def _go_on_rolling(self, budget_s: float | None) -> None:
        if self._rolling is not None and advance(self._rolling, budget_s):
            self._rolling = None

    def _begin_rolling(self, now_ms: int, *, force: bool) -> None:
        hours_due = force or is_due(now_ms, self._hours_at, ROLL_HOURS_MS)
        days_due = force or is_due(now_ms, self._days_at, ROLL_DAYS_MS)
        if hours_due:
            all_due = force or is_due(now_ms, self._passed_at, PASS_TIME_MS)
            self._pass_time(now_ms, everything=all_due)
        if not hours_due or not (self._hours or (days_due and self._days)):
            return
        self._hours_at = now_ms
        if days_due:
            self._days_at = now_ms
        self._rolling = self._roll(now_ms, days=days_due)

    def _roll(self, now_ms: int, *, days: bool) -> Steps:
        reached = self.cursor  # what comes in meanwhile is left for the next time
        hours, self._hours = self._hours, set()
        self._days |= days_of(hours, self.catalogue.zone)
        for keys in _parts(hours, PART_KEYS):
            with self.db.write() as conn:
                self._hold(conn)
                whole_from = engine_state.get(conn, "minute_from")
                rollups.roll_hours(self.db, conn, keys, whole_from, now_ms)
            yield
        if not days:
            return
        due, self._days = self._days, set()
        for keys in _parts(due, PART_KEYS):
            with self.db.write() as conn:
                self._hold(conn)
                whole_from = engine_state.get(conn, "hour_from")
                rollups.roll_days(self.db, conn, keys, self.catalogue.zone, whole_from)
            yield
        with self.db.write() as conn:
            self._hold(conn)
            engine_state.put(self.db, conn, rolled=reached)


def _parts(keys: Iterable[rollups.Key], size: int) -> Iterable[list[rollups.Key]]:
    ordered = sorted(keys)  # neighbours lie on the same pages
    return (ordered[n : n + size] for n in range(0, len(ordered), size))


def run(settings: Settings, clock: Clock = utc_now) -> None:
    """Run until SIGTERM. Only one engine runs on a store; a second one waits its turn."""
    migrate(settings)
    catalogue = load_catalogue(settings.city)
    db = open_database(settings, durable=False)
    stop = Stop()
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
    voice = Voice(settings, clock, db, lambda: engine.city, mine)
    # what the windows hold lives long and has no cycles: looking for them again and again costs
    # a fifth of the loop
    gc.set_threshold(100_000, 50, 100)
    gc.freeze()
    log.info("engine ready: %s, at batch %d", catalogue.name_en, engine.cursor)
    try:
        _go_round(engine, voice, Retention(db, settings, catalogue), settings, clock, stop)
    except LockLost:
        log.error("the engine's lock is lost; ending, to be started again")
        return
    with suppress(Outdated):
        engine.roll(to_ms(clock()), force=True)


def _go_round(
    engine: Engine,
    voice: Voice,
    retention: Retention,
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
) -> None:
    """Everybody's turn, again and again, until `stop`."""
    while not stop.is_set():
        try:
            taken = engine.turn()
            engine.roll(to_ms(clock()))
            voice.speak()
            retention.step(to_ms(clock()), engine.cursor)
        except LockLost:
            raise
        except Outdated as news:
            log.info("%s; starting again from it", news)
            _recover(engine, settings, clock, stop, voice.speak)
            continue
        except Exception as error:  # the store is the truth: start again from there
            _tell("engine turn failed; starting again from the store", engine.db, error)
            _recover(engine, settings, clock, stop, voice.speak)
            continue
        if taken < MAX_ROWS // 2 and not engine.busy:
            stop.wait(POLL_S)


def _recover(
    engine: Engine,
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    speak: Callable[[], None] | None = None,
) -> None:
    """Take everything from the store again, however long that is away.

    Going on before would skip what was taken in and not written. Meanwhile `speak` is called
    between the steps. The store may be another one than before, out of a backup.
    """
    told = ""
    while not stop.wait(RETRY_S):
        try:
            migrate_present(settings)
            steps = engine.reloading(to_ms(clock()))
            while not stop.is_set() and not advance(steps, TURN_S):
                if speak is not None:
                    speak()
        except LockLost:
            raise
        except Exception as fault:
            if str(fault) != told:
                _tell("the store cannot be read; trying every second", engine.db, fault)
                told = str(fault)
        else:
            if told:
                log.warning("the store can be read again")
            return


def _tell(what: str, db: Database, fault: Exception) -> None:
    """One line for the condition of the store, everything for a fault of ours."""
    why = condition_of(fault)
    if why is None:
        log.error(what, exc_info=fault)
    else:
        log.error("%s: %s %s", what, db.name, why)
