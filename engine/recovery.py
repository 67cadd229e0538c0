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
            latest.setdefault(row.sign, []).append(row)
        for p in states.all_points(conn):
            window = city.windows.get(p.sign)
            if window is not None:
                mass = mass_of(window.sign.district_rule, p.weight, p.denominator)
                part = (p.source, p.point)
                window.restore(p.street_code, part, p.observed_at, p.value, mass)
        for code, rows in latest.items():
            if code in city.windows:
                _Refill(city, city.windows[code], now_ms, cursor).run(conn, rows)
        city.derive_all()
    return city, cursor


class _Refill:
    """One sign's window, filled so that every slot from its floors on is complete."""

    def __init__(self, city: City, window: SignWindow, now_ms: int, cursor: int) -> None:
        self.window = window
        self.cursor = cursor
        self.district = city.catalogue.code
        slot, offset = window.slot_ms, city.catalogue.offset_ms
        back = max(KEEP_SLOTS, window.reach + 2) * slot
        # a street needs its points as far back as a value carries, the district its streets
        self.street_floor = slot_start(now_ms - back, slot, offset)
        self.district_floor = self.street_floor + window.reach * slot
        self.load_from = self.street_floor - window.reach * slot

    def run(self, conn: Connection, latest: list[Any]) -> None:
        window = self.window
        for row in latest:
            floor = self._floor(row.street_code)
            window.set_floor(row.street_code, floor)
            if row.observed_at < floor:
                self._recall(row)
            else:
                self._seed(conn, row.street_code, floor)
        for raw in readings.rows_between(conn, window.sign.code, None, self.load_from, None):
            if raw[0] >> readings.BATCH_BITS > self.cursor:
                continue  # not taken in before the stop: it comes again with its batch
            add_raw(window, raw, restore=raw[5] < self._floor(raw[1]))
        window.settle()

    def _floor(self, place: str) -> int:
        return self.district_floor if place == self.district else self.street_floor

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
