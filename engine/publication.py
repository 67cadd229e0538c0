"""The publication step: the only writer of the publication store, once a minute.

It reads roll-ups, applies the city's rules and writes what the public may see. Each part is one
transaction that also says how far it has come, and what is closed is never written twice: ended
anywhere and started again, it goes on with the same result.
"""

import logging
from collections.abc import Callable
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection

from data_access.public import releases
from data_access.public.queries import newest_version
from data_access.series.closed_samples import busy_days
from data_access.store.condition import log_failure
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.publication import Publication as Rules
from domain.publication import manifest, week_days, week_start
from engine.publication_close import DAYS_BACK, HOURS_BACK, Closing, last_closed
from engine.publication_people import People
from engine.publication_pictures import Pictures
from engine.publication_present import Present
from engine.publication_told import Teller, remembered

log = logging.getLogger("yiping.engine")

CORRECTED_DAYS = 7  # how long late readings are looked for
SETTLE_MS = 3 * MINUTE_MS
BUSY_MS = MINUTE_MS  # readings of a day came in so recently: it is not closed yet
MARKS_DAYS = 60  # that a day has been closed is remembered; DAYS_BACK would do
PATIENCE_MS = 6 * HOUR_MS  # … but it is closed at last


class Publication:
    """One city's publication; does nothing in a city without rules."""

    def __init__(
        self,
        db: Database,
        public: Database,
        catalogue: Catalogue,
        settle_ms: int = SETTLE_MS,
        prepare: Callable[[], None] | None = None,
        steady: Callable[[], bool] = lambda: True,
    ) -> None:
        """`settle_ms`: how long a first start waits for what its sources have kept.

        `steady`: whether the clock can be believed; else nothing is closed, for ever as that is.

        `prepare` lays the publication store out before the first step, again until it succeeds.
        """
        self._prepare = prepare
        self._steady = steady
        self._prepared = False
        self._settle_ms = settle_ms
        self._began = 0
        self._due_since: dict[int, int] = {}
        self._db = db
        self._public = public
        self._catalogue = catalogue
        self._rules = catalogue.publication
        if self._rules is not None:
            self._pictures = Pictures(catalogue)
            self._present = Present(catalogue, self._rules, self._pictures)
            self._closing = Closing(catalogue, self._rules)
            self._people = People(catalogue, self._rules, self._pictures)
        self._minute = -1

    def step(self, now_ms: int) -> bool:
        """Publish when a new minute has begun; whether it did. Never raises for a lost store."""
        minute = now_ms // MINUTE_MS
        if self._rules is None or minute == self._minute:
            return False
        self._minute = minute
        try:
            if self._prepare is not None and not self._prepared:
                self._prepare()
                self._prepared = True
            self.publish(now_ms)
        except Exception as fault:  # the desks must not stand still because the public page does
            stores = f"one of {self._db.name}, {self._public.name}"
            if log_failure(log, "publication failed; the next minute tries again", stores, fault):
                self._prepared = False  # a file that is another one is laid out anew
            return False
        return True

    def publish(self, now_ms: int) -> None:
        """Everything that is due at an instant."""
        if self._rules is None:
            return
        self._began = min(self._began or now_ms, now_ms)  # a clock set back has not run since
        settled = self._steady() and now_ms - self._began >= self._settle_ms
        with self._db.read() as conn:
            self._write_manifest(now_ms)
            with self._public.read() as published:
                memory = remembered(published, self._people.signs)
                hour = self._first_hour(published, self._rules, now_ms)
            teller = Teller(conn, memory, self._pictures, self._rules, now_ms, fresh=not settled)
            due = self._days_due(conn, now_ms) if settled else []
            for start in due:  # in the order of time: what is told earlier binds what comes later
                if self._catalogue.zone.next_day(start) <= hour:
                    self._close_day(conn, teller, start, now_ms)
            self._write_present(conn, teller, hour, now_ms)
            if settled:
                self._close_hours(conn, now_ms)
                for start in due:
                    if self._catalogue.zone.next_day(start) > hour:
                        self._close_day(conn, teller, start, now_ms)
                self._close_weeks(conn, now_ms)
        self._forget(self._rules, now_ms)

    def _first_hour(self, published: Connection, rules: Rules, now_ms: int) -> int:
        """Start of the first hour of counts and rates that has not been told."""
        newest = last_closed(now_ms, HOUR_MS, rules.delay_ms, self._catalogue.zone)
        cursor = releases.remembered(published, "told_hours")
        return newest - (HOURS_BACK - 1) * HOUR_MS if cursor is None else cursor + HOUR_MS

    def _write_manifest(self, now_ms: int) -> None:
        """A changed rule makes a new manifest; old ones stay for who asks what was in force."""
        if self._rules is None:
            return
        told = manifest(self._rules, self._catalogue.signs, self._catalogue.version)
        body = msgspec.json.encode(told)
        digest = blake2b(body, digest_size=16).hexdigest()
        with self._public.write() as conn:
            if releases.manifest_in_force(conn) != digest:
                releases.put_manifest(self._public, conn, digest, now_ms, body.decode())

    def _write_present(
        self, conn: Connection, teller: Teller, first_hour: int, now_ms: int
    ) -> None:
        """The present, and the hours that have ended in it: together they are told once."""
        if self._rules is None:
            return
        # never backwards, also when the clock was: viewers keep what is newest
        version = max(now_ms // MINUTE_MS, (newest_version(self._public) or 0) + 1)
        newest = last_closed(now_ms, HOUR_MS, self._rules.delay_ms, self._catalogue.zone)
        rows = []
        if newest >= first_hour and not teller.fresh:
            to_ms = newest + HOUR_MS
            rows = list(self._people.hours(conn, teller, first_hour, to_ms, now_ms))
        views = self._present.views(conn, teller, now_ms, version)
        with self._public.write() as out:
            for view, body in views.items():
                encoded = msgspec.json.encode(body)
                releases.put_view(self._public, out, view, version, now_ms, encoded)
            releases.release(self._public, out, rows)
            teller.save(self._public, out)
            if newest >= first_hour and not teller.fresh:
                releases.remember(self._public, out, told_hours=newest)

    def _close_hours(self, conn: Connection, now_ms: int) -> None:
        """The district's hours of measures, as they go by."""
        if self._rules is None:
            return
        pause = max(self._rules.delay_ms, HOUR_MS)
        newest = last_closed(now_ms, HOUR_MS, pause, self._catalogue.zone)
        with self._public.read() as published:
            cursor = releases.remembered(published, "hours")
        first = newest - (HOURS_BACK - 1) * HOUR_MS if cursor is None else cursor + HOUR_MS
        if first > newest:
            return
        rows = self._closing.hours(conn, first, newest + HOUR_MS, now_ms)
        with self._public.write() as out:
            releases.release(self._public, out, rows)
            releases.remember(self._public, out, hours=newest)

    def _days_due(self, conn: Connection, now_ms: int) -> list[int]:
        """Every ended day that is open, once no readings are coming in for it any more."""
        if self._rules is None:
            return []
        zone = self._catalogue.zone
        newest = last_closed(now_ms, DAY_MS, self._rules.close_ms, zone)
        due = zone.days(zone.next_day(newest, 1 - DAYS_BACK), newest + 1)
        with self._public.read() as published:
            open_days = [d for d in due if releases.remembered(published, f"day:{d}") is None]
        busy = busy_days(conn, now_ms - BUSY_MS) if open_days else set()
        found = []
        for start in open_days:
            label = zone.local(start).strftime("%Y%m%d")
            waited = now_ms - self._due_since.setdefault(start, now_ms)
            if label not in busy or waited >= PATIENCE_MS:
                found.append(start)
        return found

    def _close_day(self, conn: Connection, teller: Teller, start: int, now_ms: int) -> None:
        end = self._catalogue.zone.next_day(start)
        with self._public.read() as published:
            hours = releases.released(published, "hour", range(start, end, HOUR_MS))
        rows = self._closing.day(conn, start, now_ms)
        rows += self._people.day(conn, teller, start, hours, now_ms)
        if not rows:
            return
        rows += self._closing.hours(conn, start, self._catalogue.zone.next_day(start), now_ms)
        corrections = self._corrections(conn, start, now_ms)
        with self._public.write() as out:
            releases.release(self._public, out, rows)
            releases.correct(self._public, out, corrections)
            teller.save(self._public, out)
            newest = max(start, releases.remembered(out, "days") or start)
            releases.remember(self._public, out, **{f"day:{start}": now_ms, "days": newest})

    def _close_weeks(self, conn: Connection, now_ms: int) -> None:
        if self._rules is None:
            return
        zone = self._catalogue.zone
        start = week_start(week_start(now_ms - self._rules.close_ms, zone) - 1, zone)
        its_days = week_days(start, zone)
        with self._public.read() as published:
            if releases.remembered(published, "weeks") == start:
                return
            if releases.remembered(published, f"day:{its_days[-1]}") is None:
                return  # its last day is still open
            days = releases.released(published, "day", its_days)
        rows = list(self._people.week(conn, start, days, now_ms))
        with self._public.write() as out:
            releases.release(self._public, out, rows)
            releases.remember(self._public, out, weeks=start)

    def _forget(self, rules: Rules, now_ms: int) -> None:
        """What the rules keep for a while only, a day of it a minute; days and weeks stay."""
        hours = now_ms - rules.keep_hours_days * DAY_MS
        with self._public.write() as out:
            releases.forget_hours(out, hours)
            releases.forget_reports(out, now_ms - rules.keep_reports_days * DAY_MS)
            releases.forget_marks(out, now_ms - MARKS_DAYS * DAY_MS)

    def _corrections(
        self, conn: Connection, start: int, now_ms: int
    ) -> list[releases.CorrectionRow]:
        """What readings that came late would change in the district's last days.

        Measures of the district alone: a corrected count or rate would be a second equation.
        """
        place = self._catalogue.code
        found: list[releases.CorrectionRow] = []
        zone = self._catalogue.zone
        earlier = zone.days(zone.next_day(start, -CORRECTED_DAYS), start)
        with self._public.read() as published:
            told = releases.released(published, "day", earlier)
            logged = releases.corrected(published, "day", earlier)
        for day in earlier:
            for code, row in self._closing.district_values(conn, day):
                old = told.get((code, place, day))
                value = self._closing.shown_value(code, row)
                if old is not None and logged.get((code, place, day), old[1]) != value:
                    found.append((code, place, "day", day, now_ms, old[1], value))
        return found
