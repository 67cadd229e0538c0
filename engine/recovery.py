"""From the store back into memory: what a restarted engine needs to go on where it stopped."""

from collections.abc import Generator
from typing import Any, NamedTuple

from sqlalchemy import Connection

from data_access.intake import readings
from data_access.intake.sources import not_live
from data_access.series import states
from data_access.series.terms import read_ledger, remember_terms
from data_access.store import engine_state
from data_access.store.db import Database
from domain.aggregation import mass_of
from domain.catalogue import Catalogue
from domain.clock import slot_start
from domain.sign import State
from domain.state import Cause, Judged
from engine.backfill import FAR_MS
from engine.city import City, add_raw, latest_row
from engine.sample import Changes, Sample, Seed, Told, Transition
from engine.steps import Steps
from engine.window import KEEP_SLOTS, SignWindow
from engine.write_set import WriteSet


class Recovered(NamedTuple):
    """A city taken from the store, and what has changed in it meanwhile."""

    city: City
    cursor: int  # the last batch taken in
    out: WriteSet  # states that ended in silence, by other cut-offs or by leaving the catalogue


def recover(db: Database, catalogue: Catalogue, now_ms: int) -> Generator[None, None, Recovered]:
    """The city as of the stored cursor, in steps.

    What was told stays told: states go on from there.
    """
    first = remember_terms(db, catalogue, now_ms)
    with db.read() as conn:
        ledger = read_ledger(conn, catalogue)
    city = City(catalogue, not_live(db), ledger, now_ms)
    out = WriteSet()
    with db.read() as conn:
        cursor = engine_state.get(conn, "cursor")
        latest: dict[str, list[Any]] = {}
        gone: list[Any] = []
        for row in states.all_latest(conn):
            here = row.indicator in city.windows and row.unit in city.places
            (latest.setdefault(row.indicator, []) if here else gone).append(row)
        refills = {
            code: _Refill(city, city.windows[code], now_ms, cursor, conn, latest[code])
            for code in sorted(latest)
        }
        yield from _last_words(db, city, refills)
        for refill in refills.values():
            yield from refill.run(db)
        city.derive_all()
        for refill in refills.values():
            refill.go_on(out)
            yield
        _withdraw(conn, city, out, gone, now_ms)
        for place, code in states.open_without_latest(conn) if first else ():
            close(conn, city, out, (place, code), None, now_ms)
    return Recovered(city, cursor, out)


def _withdraw(conn: Connection, city: City, out: WriteSet, gone: list[Any], now_ms: int) -> None:
    """What is no longer in the catalogue has no state; `gone`: its rows of `latest`."""
    for row in gone:
        if row.state != State.UNKNOWN:
            close(conn, city, out, (row.unit, row.indicator), row.observed_at, now_ms)
            kept = {**row._mapping, "state": State.UNKNOWN.value, "since": None}
            out.latest[row.unit, row.indicator] = tuple(kept.values())


def _last_words(db: Database, city: City, refills: "dict[str, _Refill]") -> Steps:
    """Put back what each point said last, where that still carries into what memory holds."""
    for page in states.pages_of_points(db):
        for p in page:
            refill = refills.get(p.sign)
            if refill is not None and refill.needs(p.street_code, p.observed_at):
                window = refill.window
                mass = mass_of(window.sign.rule, p.weight, p.denominator)
                part = (p.source, p.point)
                window.restore(p.street_code, part, p.observed_at, p.value, mass)
        yield


def close(
    conn: Connection,
    city: City,
    out: WriteSet,
    key: tuple[str, str],
    observed_at: int | None,
    now_ms: int,
) -> None:
    """End what is recorded of a (place, sign) that has no state any more."""
    place, code = key
    held = states.history_of(conn, place, code, FAR_MS)
    if not held or held[-1].state == State.UNKNOWN:
        return
    terms = city.ledger.sign(code, held[-1].since)
    ends, cause = now_ms, Cause.WITHDRAWN
    if terms is not None and observed_at is not None:
        until = observed_at + terms.sign.stale_after_s * 1000
        if until < now_ms:
            ends, cause = until, Cause.SILENT
    ends = max(ends, held[-1].since + 1)
    version = held[-1].threshold_version
    state = State.UNKNOWN.value
    out.spent(place, code, observed_at or ends, ends, city.catalogue.zone.grid_ms)
    out.record([(place, code, ends, state, None, version, None, cause.value, held[-1].demo)])


class _Refill:
    """One sign's window, filled so that every slot from its floors on is complete.

    How far back that can be is a matter of the raw readings that are still there (`raw_from`). The
    newest slot of a place is always complete: the last word of every point is kept apart.
    """

    def __init__(
        self,
        city: City,
        window: SignWindow,
        now_ms: int,
        cursor: int,
        conn: Connection,
        latest: list[Any],
    ) -> None:
        self.window = window
        self.cursor = cursor
        self.conn = conn
        self.city = city
        self.now_ms = now_ms
        self.latest = latest
        self.told: dict[str, tuple[int, list[Transition]]] = {}  # by place: changes since when
        self.made: list[tuple[str, Transition]] = []
        self.raw_from = engine_state.get(conn, "raw_from")
        newest = {row.unit: row.observed_at for row in latest}
        counted = (newest.get(street.code, 0) for street in city.catalogue.counted)
        district = city.catalogue.code
        newest[district] = max(newest.get(district, 0), *counted)
        self.floors = {place: self._floor(place, at) for place, at in newest.items()}

    def needs(self, place: str, observed_at: int) -> bool:
        """Whether what a point said last can reach a slot that memory holds."""
        window, floor = self.window, self.floors.get(place)
        carry = (window.reach + 1) * window.slot_ms
        return place in self.city.places and (floor is None or observed_at >= floor - carry)

    def run(self, db: Database) -> Steps:
        """Fill the window; how its slots were judged is for `go_on`, when all are filled."""
        for place, floor in self.floors.items():
            self.window.set_floor(place, floor)
        for row in self.latest:
            floor = self.floors[row.unit]
            if row.observed_at < max(floor, self.raw_from):
                self._recall(row)
            self._seed(row.unit, min(floor, row.observed_at))
        yield from self._read(db)
        told = Told()
        for changes in self.window.pieces():
            told.hear(changes)
            yield
        self.window.trim()
        self.made = told.changes()

    def go_on(self, out: WriteSet) -> None:
        """Let the recorded states stand and go on from them, up to now."""
        window, code = self.window, self.window.sign.code
        known = {row.unit: row.state for row in self.latest}
        for row in self.latest:
            # a total may stand on nothing that is left, as on a street that is gone; a street's
            # newest is told again with its batch, and must then be news to the district
            newest = window.newest(row.unit)
            whole = row.unit == self.city.catalogue.code
            if whole and (newest is None or newest[0].at < row.observed_at):
                self._recall(row)
        for place in list(window.samples):
            from_ms, told = self.told.get(place) or self._history(place, window.first(place))
            if not window.is_judged(place):
                close(self.conn, self.city, out, (place, code), None, self.now_ms)
            elif told:
                window.pin(place, told, from_ms)
                if told[-1].cause == Cause.SILENT:
                    self.city.stay_silent(code, place, told[-1].since)
            else:  # nothing was told of it: it is told now
                mine = [t for at, t in self.made if at == place]
                self.city.write(
                    code, Changes({}, [], [(place, t) for t in mine], set(), set()), out
                )
            self.city.write(code, window.renew(place, told=True), out)
            self.city.watch(code, place)
            row = latest_row(window, place)
            if row is not None and known.get(place) != row[7]:
                out.latest[place, code] = row

    def _read(self, db: Database) -> Steps:
        window = self.window
        for page in readings.pages_between(db, window.sign.code, self._back(2), None):
            for raw in page:
                place = raw[1]
                if raw[0] >> readings.BATCH_BITS > self.cursor:
                    continue  # not taken in before the stop: it comes again with its batch
                if place not in self.floors:
                    continue  # passed over, or forgotten when its place left the catalogue
                add_raw(window, raw, restore=raw[5] < self.floors[place])
            yield

    def _back(self, reaches: int) -> int:
        """The slot some carries before those that the present needs."""
        window = self.window
        needed = max(KEEP_SLOTS, window.reach + 2) + (reaches - 1) * window.reach
        back = self.now_ms - needed * window.slot_ms
        return slot_start(back, window.slot_ms, self.city.catalogue.zone.grid_ms)

    def _floor(self, place: str, newest: int) -> int:
        """A street needs its points as far back as a value carries, the district its streets."""
        window = self.window
        carries = 2 if place == self.city.catalogue.code else 1
        wanted = self._back(1) + (carries - 1) * window.reach * window.slot_ms
        whole = self.raw_from + carries * window.reach * window.slot_ms
        last = slot_start(newest, window.slot_ms, self.city.catalogue.zone.grid_ms)
        return max(wanted, min(whole, last))

    def _recall(self, row: Any) -> None:
        sample = Sample(
            row.value, row.numerator, row.denominator, row.children, row.observed_at, row.demo
        )
        self.window.recall(row.unit, sample)

    def _seed(self, place: str, from_ms: int) -> None:
        self.told[place] = _, history = self._history(place, from_ms)
        if history and history[0].since < from_ms:
            first = history[0]
            silent = (h.since for h in history[1:] if h.state is State.UNKNOWN)
            judged = Judged(first.state, first.since, None, 0)
            known = first.state is not State.UNKNOWN
            until = next(silent, FAR_MS)
            self.window.seed(place, Seed(judged if known else None, until))

    def _history(self, place: str, from_ms: int) -> tuple[int, list[Transition]]:
        """The changes since an instant, led by the one in force before it."""
        found = states.history_of(self.conn, place, self.window.sign.code, from_ms)
        return from_ms, [Transition(h.since, State(h.state), *h[2:]) for h in found]
