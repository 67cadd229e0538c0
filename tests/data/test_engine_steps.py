"""The engine's turn is bounded: much comes in steps, and broken off anywhere it ends the same."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from data_access.intake import door as intake
from data_access.intake import readings
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import rollup_minute
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.facts.reading import Reading
from engine import backfill, loop, steps
from engine.loop import Engine
from tests.clocks import FixedClock
from tests.data.test_engine import SOURCES, STREETS, contents, drain, reading, send

SOURCE, STREET = SOURCES[0], STREETS[0]
DAILY = "ENF-08"  # a sum that stands for 36 hours


def shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make steps, pages and transactions so small that few readings need many of them."""
    monkeypatch.setattr(steps, "STEP", 300)
    monkeypatch.setattr(readings, "PAGE", 7)
    monkeypatch.setattr(backfill, "SLOTS", 6)
    monkeypatch.setattr(loop, "PART_ROWS", 9)
    monkeypatch.setattr(loop, "PART_KEYS", 5)


def by_file(db: Database, catalogue: Catalogue, now_ms: int, rows: list[Reading]) -> None:
    ensure_source(db, catalogue, SOURCE, now_ms)
    assert intake.accept(READING, db, catalogue, SOURCE, rows, now_ms, "file").accepted == len(rows)


def events(catalogue: Catalogue, now_ms: int, count: int) -> list[Reading]:
    """One point an event, every twenty minutes, as a register of requests tells them."""
    return [
        Reading(
            SOURCE,
            "OPS-01",
            str(reading(SOURCE, "OPS-01", STREET, now_ms - n * 20 * MINUTE_MS, 1.0).observed_at),
            1.0,
            STREETS[n % 3],
            point=f"case {n}",
        )
        for n in range(count, 0, -1)
    ]


def a_past(now_ms: int, dice: random.Random) -> list[Reading]:
    """Two signs with states over four hours, a derived one beside them, in any order."""
    rows = {}
    for minute in range(240):
        for sign, street in (("FAC-13", STREETS[minute % 3]), ("TRA-02", STREET)):
            # one reading a slot: where a series begins is not told anew for a second one
            if dice.random() < 0.7 and (sign == "FAC-13" or minute % 5 == 0):
                at = now_ms - minute * MINUTE_MS - dice.randrange(50) * 1000
                value = float(dice.choice((0, 3, 12, 26, 30)))
                rows[sign, street, at] = reading(SOURCE, sign, street, at, value)
    for hour in range(30):
        at = now_ms - hour * HOUR_MS
        rows["pm", STREET, at] = reading(SOURCE, "ENV-02", STREET, at, float(dice.choice((9, 115))))
    told = list(rows.values())
    dice.shuffle(told)
    return told


def abandoned(engine: Engine, dice: random.Random) -> bool:
    """Go on with turns of one step each, and stop somewhere; whether nothing was left to do."""
    for _ in range(dice.randint(1, 60)):
        if not engine.turn(0.0):
            engine.roll(0, force=True)
            return True
        if dice.random() < 0.1:
            engine.roll(dice.randrange(10**9), budget_s=0.0)
    return False


@pytest.mark.parametrize("seed", range(3))
def test_broken_off_between_any_two_steps_it_ends_the_same(
    db: Database,
    open_again: Callable[[], Database],
    catalogue: Catalogue,
    clock: FixedClock,
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice = random.Random(seed)
    rows = a_past(clock.ms, dice)
    plain = Settings(data_dir=tmp_path / "orderly")
    migrate(plain)
    orderly = open_database(plain)
    send(orderly, catalogue, clock, rows)
    drain(Engine(orderly, catalogue, clock.ms), clock.ms)
    shrink(monkeypatch)
    engine = Engine(db, catalogue, clock.ms)
    for start in range(0, len(rows), 150):
        send(db, catalogue, clock, rows[start : start + 150])
        while not abandoned(engine, dice):
            if dice.random() < 0.5:  # killed: what was in memory is gone
                if engine.db is not db:
                    engine.db.close()
                engine = Engine(open_again(), catalogue, clock.ms)
    drain(engine, clock.ms)
    one, other = values(orderly), values(db)
    orderly.close()
    for name in one:
        assert one[name] == other[name], name


def values(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What was observed and what it adds up to: samples to the last bit, tiers as SQL sums them."""
    found = contents(db)
    del found["state_history"]
    found["latest"] = [row[:7] for row in found["latest"]]
    found["rollup_minute"] = [row[:10] for row in found["rollup_minute"]]
    for tier in ("rollup_hour", "rollup_day"):
        found[tier] = [(*row[:3], *(round(x, 9) for x in row[3:10])) for row in found[tier]]
    return found


def work_of_steps(engine: Engine) -> Iterator[int]:
    """Contributions that each step of everything that waits looks at, in all windows together."""

    def done() -> int:
        return sum(window.work.visits for window in engine.city.windows.values())

    before = done()
    while engine.turn(0.0):
        after = done()
        yield after - before
        before = after


def test_events_of_one_point_each_are_taken_in_by_bounded_steps(
    db: Database, catalogue: Catalogue, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times the events cost four times the work, and no step looks at more than it may."""
    monkeypatch.setattr(steps, "STEP", 2_000)
    works = {}
    engine = Engine(db, catalogue, clock.ms)
    for year, count in enumerate((500, 2_000)):  # far apart: each as if it were alone
        by_file(
            db, catalogue, clock.ms, events(catalogue, clock.ms - (2 - year) * 365 * DAY_MS, count)
        )
        works[count] = list(work_of_steps(engine))
    assert sum(works[2_000]) <= 4.4 * sum(works[500])
    assert max(works[2_000]) <= 2 * steps.STEP and len(works[2_000]) > 10
    with db.read() as conn:
        told = select(func.count()).where(rollup_minute.c.unit.in_(STREETS))
        assert conn.execute(told).scalar() == 2_500


def test_the_present_can_be_read_between_any_two_steps(
    db: Database, catalogue: Catalogue, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of a place meanwhile is always some sample of it, and never an older one."""
    shrink(monkeypatch)
    engine = Engine(db, catalogue, clock.ms)
    rows = [reading(SOURCE, "FAC-13", STREET, clock.ms - m * MINUTE_MS, 3.0) for m in range(200)]
    send(db, catalogue, clock, rows)
    seen = []
    while engine.turn(0.0):
        newest = engine.city.windows["FAC-13"].newest(STREET)
        seen.append(0 if newest is None else newest[0].at)
    assert seen == sorted(seen) and seen[-1] == clock.ms and len(seen) > 10


def test_many_late_slots_are_computed_in_parts(
    db: Database, catalogue: Catalogue, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Months of hours come after the present: no part reads more than its slots and their reach."""
    spans = []
    fine = readings.pages_between

    def noted(at: Database, sign: str, lo: int, hi: int) -> Iterator[list[readings.RawRow]]:
        spans.append((hi - lo) // HOUR_MS)
        return fine(at, sign, lo, hi)

    engine = Engine(db, catalogue, clock.ms)
    fresh = [reading(SOURCE, DAILY, STREET, clock.ms - h * HOUR_MS, 1.0) for h in range(40)]
    by_file(db, catalogue, clock.ms, fresh)
    drain(engine, clock.ms)
    monkeypatch.setattr(readings, "pages_between", noted)
    late = [reading(SOURCE, DAILY, STREET, clock.ms - h * HOUR_MS, 2.0) for h in range(40, 2_000)]
    by_file(db, catalogue, clock.ms, late)
    drain(engine, clock.ms)
    assert len(spans) >= len(late) // backfill.SLOTS
    reach = engine.city.windows[DAILY].reach
    assert max(spans) <= backfill.SLOTS + 6 * reach
    with db.read() as conn:
        mine = (rollup_minute.c.indicator == DAILY, rollup_minute.c.unit == STREET)
        assert conn.execute(select(func.sum(rollup_minute.c.sum)).where(*mine)).scalar() == (
            40 + 2 * len(late)
        )


def test_a_restart_forgets_the_points_that_are_stale(
    db: Database, open_again: Callable[[], Database], catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    by_file(db, catalogue, clock.ms, events(catalogue, clock.ms, 600))
    drain(engine, clock.ms)
    again = Engine(open_again(), catalogue, clock.ms)
    for each in (engine, again):
        window = each.city.windows["OPS-01"]
        assert sum(window.points(street) for street in STREETS) <= 3 * (24 + 2 * window.reach + 2)
    newest = again.city.windows["OPS-01"].newest(STREET)
    assert newest == engine.city.windows["OPS-01"].newest(STREET)
