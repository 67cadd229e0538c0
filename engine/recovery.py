"""From the store back into memory: what a restarted engine needs to go on where it stopped."""

from typing import Any

from sqlalchemy import Connection, select

from data_access import engine_state, readings, states
from data_access.db import Database
from data_access.tables import sources
from domain.aggregation import mass_of
from domain.catalogue import Catalogue
from domain.clock import slot_start
from domain.sign import State
from domain.state import Judged
from engine.city import City, add_raw
from engine.sample import Sample, Transition
from engine.window import KEEP_SLOTS, SignWindow


def demo_sources(db: Database) -> set[str]:
    """Codes of the sources whose values are demonstration or replay."""
    with db.read() as conn:
        return set(conn.scalars(select(sources.c.code).where(sources.c.kind != "live")))


def recover(db: Database, catalogue: Catalogue, now_ms: int) -> tuple[City, int]:
    """The city as of the stored cursor, and that cursor (the last batch taken in)."""
    city = City(catalogue, demo_sources(db))
    with db.read() as conn:
        cursor = engine_state.get(conn, "cursor")
        latest: dict[str, list[Any]] = {}
        for row in states.all_latest(conn):
            if row.street_code not in city.places:
                continue  # left the catalogue since
            latest.setdefault(row.sign, []).append(row)
        for p in states.all_points(conn):
            window = city.windows.get(p.sign)
            if window is not None and p.street_code in city.places:
                mass = mass_of(window.sign.district_rule, p.weight, p.denominator)
                part = (p.source, p.point)
                window.restore(p.street_code, part, p.observed_at, p.value, mass)
        for code, rows in latest.items():
            if code in city.windows:
                _Refill(city, city.windows[code], now_ms, cursor).run(conn, rows)
        city.derive_all()
    return city, cursor


class _Refill:
    """One sign's window, filled so that every slot from its floors on is complete.

    How far back that can be is a matter of the raw readings that are still there (`raw_from`). The
    newest slot of a place is always complete: the last word of every point is kept apart.
    """

    def __init__(self, city: City, window: SignWindow, now_ms: int, cursor: int) -> None:
        self.window = window
        self.cursor = cursor
        self.city = city
        self.now_ms = now_ms
        self.raw_from = 0
        self.floors: dict[str, int] = {}

    def run(self, conn: Connection, latest: list[Any]) -> None:
        self.raw_from = engine_state.get(conn, "raw_from")
        known = {row.street_code: row.observed_at for row in latest}
        counted = (known.get(street.code, 0) for street in self.city.catalogue.counted)
        district = self.city.catalogue.code
        known[district] = max(known.get(district, 0), *counted)
        self.floors = {place: self._floor(place, at) for place, at in known.items()}
        for place, floor in self.floors.items():
            self.window.set_floor(place, floor)
        for row in latest:
            floor = self.floors[row.street_code]
            if row.observed_at < max(floor, self.raw_from):
                self._recall(row)
            if row.observed_at >= floor:
                self._seed(conn, row.street_code, floor)
        self._read(conn)
        self.window.settle()

    def _read(self, conn: Connection) -> None:
        window, usual = self.window, self._back(1)
        for raw in readings.rows_between(conn, window.sign.code, None, self._back(2), None):
            place = raw[1]
            if raw[0] >> readings.BATCH_BITS > self.cursor or place not in self.city.places:
                continue  # not taken in before the stop: it comes again with its batch
            add_raw(window, raw, restore=raw[5] < self.floors.get(place, usual))

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
        judged = Judged(State(row.state), row.since or row.observed_at, None, 0)
        self.window.recall(row.street_code, sample, judged)

    def _seed(self, conn: Connection, place: str, floor: int) -> None:
        history = states.history_of(conn, place, self.window.sign.code, floor)
        if history and history[0].since < floor:
            first = history.pop(0)
            self.window.seed(place, Judged(State(first.state), first.since, None, 0))
        self.window.recall_transitions(
            place,
            [Transition(h.since, State(h.state), h.value, h.threshold_version) for h in history],
        )
