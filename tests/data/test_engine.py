"""The engine on real stores: order does not matter, a restart does not show, tiers agree."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from data_access.store.tables import (
    latest,
    point_latest,
    rollup_day,
    rollup_hour,
    rollup_minute,
    state_history,
)
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, MINUTE_MS, to_rfc3339
from domain.facts.reading import Reading
from engine.loop import Engine
from tests.clocks import FixedClock

SOURCES = ("underpass-water", "station-b")
STREETS = ("310115005", "310115004", "310115103")


def reading(
    source: str, sign: str, street: str | None, at: int, value: float, **more: float
) -> Reading:
    return Reading(
        source=source,
        sign=sign,
        street=street,
        observed_at=to_rfc3339(at) or "",
        value=value,
        **more,
    )


def send(db: Database, catalogue: Catalogue, clock: FixedClock, rows: list[Reading]) -> None:
    for source in SOURCES:
        ensure_source(db, catalogue, source, clock.ms)
        mine = [r for r in rows if r.source == source]
        if mine:
            outcome = intake.accept(
                READING, db, catalogue, source, mine, clock.ms, "api", retain_days=2
            )
            assert outcome.rejected == ()


def drain(engine: Engine, now_ms: int) -> None:
    while engine.turn():
        pass
    engine.roll(now_ms, force=True)


def contents(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    tables = (latest, point_latest, rollup_minute, rollup_hour, rollup_day, state_history)
    with db.read() as conn:
        return {
            t.name: sorted(tuple(row) for row in conn.execute(select(t)))  # type: ignore[type-var]
            for t in tables
        }


def sample_rows(seed: int, now_ms: int, minutes: int) -> list[Reading]:
    """Two signs, two sources, three streets: quiet and wild stretches, gaps and bursts."""
    dice = random.Random(seed)
    rows = {}
    for minute in range(minutes):
        for street in (*STREETS, None):
            for sign in ("FAC-13", "OPS-11"):
                if dice.random() < 0.4:
                    continue
                source = dice.choice(SOURCES)
                at = now_ms - (minutes - minute) * MINUTE_MS + dice.randrange(60) * 1000
                if sign == "OPS-11" and street is None:
                    continue
                value = float(dice.choice((0, 3, 9, 12, 21, 24, 26, 30)))
                rows[source, sign, street, at] = reading(source, sign, street, at, value)
    return list(rows.values())


@pytest.mark.parametrize("seed", range(3))
def test_any_order_with_repeats_and_restarts_ends_the_same(
    db: Database,
    open_again: Callable[[], Database],
    catalogue: Catalogue,
    clock: FixedClock,
    seed: int,
    tmp_path: Path,
) -> None:
    rows = sample_rows(seed, clock.ms, minutes=20)
    plain = Settings(data_dir=tmp_path / "orderly")
    migrate(plain)
    orderly = open_database(plain)
    engine = Engine(orderly, catalogue, clock.ms)
    for row in sorted(rows, key=lambda r: str(r.observed_at)):
        send(orderly, catalogue, clock, [row])
        drain(engine, clock.ms)

    dice = random.Random(seed)
    mixed = rows + dice.sample(rows, len(rows) // 3)
    dice.shuffle(mixed)
    engine = Engine(db, catalogue, clock.ms)
    while mixed:
        size = dice.randint(1, 40)
        helping, mixed = mixed[:size], mixed[size:]
        send(db, catalogue, clock, helping)
        if dice.random() < 0.7:
            drain(engine, clock.ms)
        if dice.random() < 0.3:  # a crash: what was in memory is gone
            engine = Engine(open_again(), catalogue, clock.ms)
    drain(engine, clock.ms)

    one, other = contents(orderly), contents(db)
    orderly.close()
    for name in one:
        a, b = set(_rounded(one[name])), set(_rounded(other[name]))
        assert (sorted(a - b), sorted(b - a)) == ([], []), name


def _rounded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(round(x, 9) if isinstance(x, float) else x for x in row) for row in rows]


def test_late_by_hours_changes_the_series_and_not_the_present(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    now = clock.ms
    street, source = STREETS[0], SOURCES[0]
    fresh = [reading(source, "FAC-13", street, now - m * MINUTE_MS, 3.0) for m in range(40, -1, -1)]
    send(db, catalogue, clock, fresh)
    drain(engine, now)
    before = contents(db)
    late_at = now - 5 * HOUR_MS
    send(db, catalogue, clock, [reading(source, "FAC-13", street, late_at, 30.0)])
    drain(engine, now)
    after = contents(db)
    assert after["latest"] == before["latest"]
    added = [row for row in after["rollup_minute"] if row not in before["rollup_minute"]]
    assert {(row[0], row[5], row[8]) for row in added} == {(street, 1, 30.0), ("310115", 1, 30.0)}
    hours = [row for row in after["rollup_hour"] if row not in before["rollup_hour"]]
    assert {row[8] for row in hours} == {30.0}


def test_tiers_agree_and_streets_make_the_district(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    """Σ minute = hour, Σ hour = day; a ratio's district row is Σ numerators over Σ denominators."""
    engine = Engine(db, catalogue, clock.ms)
    ensure_source(db, catalogue, SOURCES[0], clock.ms)
    rows = []
    for hour in range(6):
        for n, street in enumerate(STREETS):
            at, mass = clock.ms - hour * HOUR_MS, 10.0 ** (n + 1)
            rows.append(reading(SOURCES[0], "OPS-03", street, at, 90.0 + n * 3, denominator=mass))
    send(db, catalogue, clock, rows)
    drain(engine, clock.ms)
    tables = contents(db)
    district = [r for r in tables["rollup_hour"] if r[0] == "310115"]
    assert len(district) == 6
    whole = (90 * 10 + 93 * 100 + 96 * 1000) / 1110
    for row in district:
        assert row[3] / row[4] == pytest.approx(whole)
        assert row[6] == pytest.approx(round(whole, catalogue.sign["OPS-03"].decimals))
    for place in ("310115", *STREETS):
        minutes = [r for r in tables["rollup_minute"] if r[0] == place]
        days = [r for r in tables["rollup_day"] if r[0] == place]
        for column in (3, 4, 5, 6):
            assert sum(r[column] for r in minutes) == pytest.approx(sum(r[column] for r in days))


def test_a_derived_sign_follows_and_a_report_wins(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    send(db, catalogue, clock, [reading(SOURCES[0], "ENV-02", STREETS[0], clock.ms, 115.0)])
    drain(engine, clock.ms)

    def aqi() -> dict[str, float]:
        with db.read() as conn:
            found = select(latest.c.unit, latest.c.value).where(latest.c.indicator == "ENV-01")
            return {place: value for place, value in conn.execute(found)}

    assert aqi() == {STREETS[0]: 150.0, "310115": 150.0}  # HJ 633-2012: PM2.5 of 115 is 150
    again = Engine(db, catalogue, clock.ms)  # computed values come back after a restart
    newest = again.city.windows["ENV-01"].newest("310115")
    assert newest is not None and newest[0].value == 150.0
    send(db, catalogue, clock, [reading(SOURCES[1], "ENV-01", STREETS[0], clock.ms, 88.0)])
    drain(again, clock.ms)
    assert aqi() == {STREETS[0]: 88.0, "310115": 88.0}
