"""The engine: one loop that takes in what intake has committed, adds up, judges and publishes.

The cursor moves in the same transaction as the rows it stands for, and every row is a replacement
computed from the stored readings; so a crash at any point loses nothing and doubles nothing.
"""

import logging
from collections.abc import Iterable

from sqlalchemy import Connection

from data_access.intake import readings
from data_access.intake.sources import not_live
from data_access.intake.undigested import may_lie_in_the_data, set_aside
from data_access.series import rollups, states
from data_access.store import engine_state
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, is_due, slot_start
from engine import backfill
from engine.city import HELD, City, days_of, hours_of
from engine.recovery import recover
from engine.steps import Steps, advance
from engine.undigested import Doubt
from engine.write_set import WriteSet

log = logging.getLogger("yiping.engine")

MAX_ROWS = 200_000  # four batches of a file: a helping of half as many costs 45 % more a row
TURN_S = 0.05  # a turn ends with the step in which this time is up
PART_ROWS = 5_000  # rows in a transaction of what is written in parts
PART_KEYS = 500  # buckets in a transaction of rolling up
ROLL_HOURS_MS = 5_000
ROLL_DAYS_MS = 30_000
PASS_TIME_MS = 5 * MINUTE_MS  # a score is asked for up to now, to five minutes
LONGEST_NAP_MS = 7 * DAY_MS  # nobody sleeps longer between two rounds: the clock was wrong
QUARTER_MS = 15 * MINUTE_MS


class Outdated(Exception):
    """What is in memory was made of readings that are no longer in the store."""


class Engine:
    """What the loop works on. `turn` takes in what was stored since, some batches at a time; `roll`
    then adds it up into hours and days."""

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
            rolled_at = engine_state.get(conn, "rolled_at", now_ms) - 2 * PASS_TIME_MS
            ended = states.changed_since(conn, rolled_at)
        yield
        hours: set[rollups.Key] = set()
        for n, key in enumerate(changed):
            hours |= self._hours_near(found.city, *key, now_ms)
            if n % PART_KEYS == PART_KEYS - 1:
                yield
        for place, code, since, before in ended:
            hours |= self._hours_between(place, code, max(before, rolled_at), since)
        self.city, self.cursor = found.city, found.cursor
        self._hours, self._days, self._passed_at = hours, set(), 0
        self._reloaded_at = now_ms
        self._pass_time(now_ms)
        if found.out:
            self._write(found.out, now_ms)
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
        end = at + reach * (1 + window.sign.clear_after)  # until its part in a state is over
        reached = range(at - reach, min(end, max(at, now_ms) + QUARTER_MS), QUARTER_MS)
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

    @property
    def settled(self) -> bool:
        """Whether memory and store say the same."""
        return self._whole and self._even and self._taking is None

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
            self.city.demo_sources |= not_live(self.db)
        days = {day for batch in found for day in batch.days.split(",") if day}
        first, last = found[0].id - 1, found[-1].id
        for page in readings.pages_of_batches(self.db, first, last, sorted(days)):
            self.city.hear(page)
            if self.city.heard >= HELD:
                yield from self.city.feed()
            elif len(page) == readings.PAGE:
                yield
        yield from self.city.feed()
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

    def _pass_time(self, now_ms: int) -> None:
        """What holds goes on: the hours since it was last added up are to be added up again."""
        since, self._passed_at = self._passed_at, now_ms
        lost = not 0 <= now_ms - since <= LONGEST_NAP_MS  # as after a start
        for place, code, at in self.city.alive():
            first = at if lost else since
            self._hours |= self._hours_between(place, code, first, now_ms)

    def _hours_between(self, place: str, code: str, from_ms: int, to_ms: int) -> set[rollups.Key]:
        first = slot_start(from_ms, HOUR_MS, self.catalogue.zone.grid_ms)
        return {(place, code, hour) for hour in range(first, to_ms + 1, HOUR_MS)}

    def _write_parts(self, out: WriteSet, *, states: bool = True) -> Steps:
        for part in out.parts(PART_ROWS, states=states):
            self._write(part)
            yield

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
                days = days_of(out.hours, self.catalogue.zone)
                hour_from = engine_state.get(conn, "hour_from")
                rollups.roll_days(self.db, conn, days, self.catalogue.zone, hour_from)
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
        if hours_due and (force or is_due(now_ms, self._passed_at, PASS_TIME_MS)):
            self._pass_time(now_ms)
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
                self._roll_hours(conn, keys, now_ms)
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
            engine_state.put(self.db, conn, rolled=reached, rolled_at=now_ms)

    def _roll_hours(self, conn: Connection, hours: Iterable[rollups.Key], now_ms: int) -> None:
        whole_from = engine_state.get(conn, "minute_from")
        rollups.roll_hours(self.db, conn, hours, whole_from, now_ms)


def _parts(keys: Iterable[rollups.Key], size: int) -> Iterable[list[rollups.Key]]:
    ordered = sorted(keys)  # neighbours lie on the same pages
    return (ordered[n : n + size] for n in range(0, len(ordered), size))
