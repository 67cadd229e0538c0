"""A small town for the alarm log: a few signs and streets on a store, a clock, restarts, edits."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.series.states import Transition, history_of, open_without_latest
from data_access.store.db import Database
from data_access.store.tables import rollup_day, rollup_hour
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, slot_start, to_rfc3339
from domain.facts.reading import Reading
from domain.indicator import Bounds, Thresholds
from domain.sign import GRADED
from engine.agreement import disagreements
from engine.loop import Engine
from tests.clocks import FixedClock

SOURCE = "station-b"
DEPTH, RAIN, GUST, CALLS, DAILY = "FAC-13", "SAF-14", "SAF-17", "OPS-11", "ENV-09"
AIR = ("ENV-01", "ENV-02", "ENV-03", "ENV-04", "ENV-05")  # the first follows from the others
SIGNS = (DEPTH, RAIN, GUST, CALLS, DAILY, "TRA-02", *AIR)


def smaller(catalogue: Catalogue, signs: Iterable[str], streets: int = 2) -> Catalogue:
    """The catalogue with some of its signs and its first streets."""
    kept = {s.code for s in catalogue.counted[:streets]}
    return replace(
        catalogue,
        signs=tuple(s for s in catalogue.signs if s.code in set(signs)),
        streets=tuple(s for s in catalogue.streets if s.code in kept),
    )


def with_alarm(catalogue: Catalogue, code: str, alarm: float, valid_from: str | None) -> Catalogue:
    """The catalogue with the sign's upper cut-offs at a third, two thirds and the whole of `alarm`.

    As another version from a date on, or without a date in place of the version in force.
    """
    sign = catalogue.sign[code]
    old = sign.thresholds[-1]
    edges = [Bounds(None, alarm * share) for share in (1 / 3, 2 / 3, 1)]
    new = Thresholds(old.version, old.valid_from, None, *edges)
    versions = (*sign.thresholds[:-1], new)
    if valid_from is not None:
        ended = replace(old, valid_to=valid_from)
        new = replace(new, version=old.version + 1, valid_from=valid_from)
        versions = (*sign.thresholds[:-1], ended, new)
    edited = replace(sign, thresholds=versions)
    signs = tuple(edited if s.code == code else s for s in catalogue.signs)
    return replace(catalogue, signs=signs)


class Town:
    """One store with an engine; whatever happens, the picture and the log have to agree."""

    def __init__(self, db: Database, catalogue: Catalogue, clock: FixedClock) -> None:
        self.db = db
        self.catalogue = catalogue
        self.clock = clock
        ensure_source(db, catalogue, SOURCE, clock.ms)
        self.engine = Engine(db, catalogue, clock.ms)
        self.streets = [s.code for s in catalogue.counted]

    def tell(
        self, code: str, at: int, value: float, street: int | None = 0, point: str = ""
    ) -> None:
        """A reading, committed and not yet taken in."""
        row = Reading(
            source=SOURCE,
            sign=code,
            street=None if street is None else self.streets[street],
            observed_at=to_rfc3339(at) or "",
            value=value,
            point=point,
        )
        outcome = intake.accept(
            READING, self.db, self.catalogue, SOURCE, [row], self.clock.ms, "api"
        )
        assert outcome.rejected == (), outcome.rejected

    def turn(self) -> None:
        """The engine's loop, until nothing is left to take in."""
        while self.engine.turn():
            pass
        self.engine.roll(self.clock.ms, force=True)

    def wait(self, seconds: float) -> None:
        """Time passes without a reading."""
        self.clock.step(seconds)
        self.turn()

    def restart(self, catalogue: Catalogue | None = None) -> None:
        """Killed without notice, and started again, perhaps with an edited catalogue."""
        self.catalogue = catalogue or self.catalogue
        self.engine = Engine(self.db, self.catalogue, self.clock.ms)

    def log(self, code: str, place: str | None = None) -> list[Transition]:
        """The recorded changes of state, oldest first."""
        with self.db.read() as conn:
            return history_of(conn, place or self.streets[0], code, 0)

    def told(self, code: str, place: str | None = None) -> list[tuple[float, str, str | None]]:
        """(minutes before now, state, cause) of each change of state."""
        now = self.clock.ms
        return [((t.since - now) / 60_000, t.state, t.cause) for t in self.log(code, place)]

    def check(self) -> None:
        """Picture, newest values and log agree, and so do the hours of both."""
        with self.db.read() as conn:
            found = disagreements(conn, self.engine.city, self.clock.ms)
            assert found == [], found
            assert open_without_latest(conn) == []
        self._check_hours()

    def _check_hours(self) -> None:
        logged: dict[tuple[str, str, int], list[float]] = {}
        with self.db.read() as conn:
            pairs = conn.execute(text("SELECT DISTINCT unit, indicator FROM state_history"))
            for place, code in pairs.all():
                for key, spent in hours_of_log(
                    history_of(conn, place, code, 0), self.clock.ms, self.catalogue.zone.grid_ms
                ).items():
                    logged[place, code, key] = spent
            for table, width in ((rollup_hour, 1), (rollup_day, 24)):
                rows = conn.execute(select(table)).all()
                kept = {
                    (r.unit, r.indicator, r.bucket): [r.known, r.attention, r.warning, r.alarm]
                    for r in rows
                }
                wanted: dict[tuple[str, str, int], list[float]] = {}
                for (place, code, hour), spent in logged.items():
                    start = self.catalogue.zone.slot_start(hour, width * HOUR_MS)
                    mine = wanted.setdefault((place, code, start), [0.0] * 4)
                    for n, hours in enumerate(spent):
                        mine[n] += hours
                for key in kept.keys() | wanted.keys():
                    ours, theirs = kept.get(key, [0.0] * 4), wanted.get(key, [0.0] * 4)
                    assert ours == pytest.approx(theirs, abs=1e-6), (table.name, key)


def hours_of_log(log: list[Transition], now_ms: int, offset_ms: int) -> dict[int, list[float]]:
    """Hours known, in attention, warning and alarm, by hour of the day, as the log tells them."""
    found: dict[int, list[float]] = {}
    ends = [min(t.since, now_ms) for t in log[1:]] + [now_ms]
    for change, end in zip(log, ends, strict=True):
        if change.state == "unknown":
            continue
        at = change.since
        while at < end:
            hour = slot_start(at, HOUR_MS, offset_ms)
            until = min(end, hour + HOUR_MS)
            spent = found.setdefault(hour, [0.0] * 4)
            spent[0] += (until - at) / HOUR_MS
            if change.state in GRADED:
                spent[1 + [str(s) for s in GRADED].index(change.state)] += (until - at) / HOUR_MS
            at = until
    return found
