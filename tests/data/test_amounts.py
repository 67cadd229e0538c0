"""A sign that tells amounts (kWh, 件) adds up over time: each reading counts, and counts once."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from data_access.catalogue.loader import load_catalogue_from
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.series.series_query import Ask, course, sparks
from data_access.store.db import Database
from domain.actor import Actor, Role
from domain.aggregation import bucket_value
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.facts.reading import Reading
from domain.indicator import OverTime
from domain.sign import Sign
from engine.loop import Engine
from tests.clocks import FixedClock
from tests.data.test_engine import SOURCES, STREETS, contents, drain, reading
from tests.unit.broken_city import copy_city, faults_of, read_table, set_cell, write_table

CODE, SOURCE = "FAC-05", SOURCES[0]  # a sum at both levels, a slot of five minutes, whole numbers
READER = Actor("r", Role.LEADER)


@pytest.fixture
def amounts(catalogue: Catalogue) -> Catalogue:
    """The city with one sign that tells amounts."""

    def meant(sign: Sign) -> Sign:
        return replace(sign, over_time=OverTime.SUM) if sign.code == CODE else sign

    return replace(catalogue, signs=tuple(map(meant, catalogue.signs)))


def told(clock: FixedClock, seed: int) -> list[Reading]:
    """Meters that speak at their own pace, two hours long; some more than once in a slot."""
    dice = random.Random(seed)
    start = clock.ms // HOUR_MS * HOUR_MS - 2 * HOUR_MS
    return [
        replace_point(reading(SOURCE, CODE, street, start + at, 0.3), f"m{meter}")
        for meter in range(3)
        for street in STREETS
        for at in range(dice.randrange(60_000), 2 * HOUR_MS, dice.choice((2, 7, 25)) * MINUTE_MS)
    ]


def replace_point(row: Reading, point: str) -> Reading:
    return Reading(row.source, row.sign, row.observed_at, row.value, row.street, point=point)


def send(db: Database, catalogue: Catalogue, clock: FixedClock, rows: list[Reading]) -> None:
    ensure_source(db, catalogue, SOURCE, clock.ms)
    assert intake.accept(READING, db, catalogue, SOURCE, rows, clock.ms, "file").rejected == ()


@pytest.mark.parametrize("order", ["as told", "shuffled, with restarts", "one hour late"])
def test_hours_and_days_are_the_sum_of_all_readings(
    db: Database,
    open_again: Callable[[], Database],
    amounts: Catalogue,
    clock: FixedClock,
    order: str,
) -> None:
    rows, sign = told(clock, 7), amounts.sign[CODE]
    if order != "as told":
        random.Random(7).shuffle(rows)
    engine = Engine(db, amounts, clock.ms)
    for start in range(0, len(rows), 40):
        send(db, amounts, clock, rows[start : start + 40])
        drain(engine, clock.ms)
        if order == "shuffled, with restarts":
            engine.db.close()
            engine = Engine(open_again(), amounts, clock.ms)
    if order == "one hour late":
        at = clock.ms - 30 * HOUR_MS  # before what memory holds
        more = [reading(SOURCE, CODE, STREETS[0], at + n * 1000, 0.3) for n in range(5)]
        send(db, amounts, clock, more)
        drain(engine, clock.ms)
        rows += more
    tables = contents(db)
    for tier in ("rollup_hour", "rollup_day"):
        for place in (amounts.code, *STREETS):
            mine = [row for row in rows if place in (row.street, amounts.code)]
            found = sum(
                bucket_value(sign, sign.rule, row)
                for row in tables[tier]
                if row[:2] == (place, CODE)
            )
            assert found == pytest.approx(0.3 * len(mine)), (tier, place)


def test_pages_and_their_figures_say_the_sum(
    db: Database, amounts: Catalogue, clock: FixedClock
) -> None:
    start = clock.ms // HOUR_MS * HOUR_MS - 3 * HOUR_MS
    rows = [
        reading(SOURCE, CODE, STREETS[0], start + n * 15 * MINUTE_MS, 1.0 + n) for n in range(8)
    ]
    send(db, amounts, clock, rows)
    drain(Engine(db, amounts, clock.ms), clock.ms)
    end = clock.ms
    ask = Ask(
        *(amounts.code, CODE, end - 20 * DAY_MS, end, DAY_MS, 365 * DAY_MS),
        *(end - 7 * DAY_MS, end - 400 * DAY_MS),
    )
    found = course(db, READER, amounts, ask)
    assert found.line.tier == "hour"
    assert [v for v in found.line.values if v is not None] == [10.0, 26.0]
    assert found.now.value == 36.0
    values = {
        s.sign: s.values for s in sparks(db, READER, amounts, amounts.code, start + 4 * HOUR_MS)
    }
    assert [v for v in values[CODE] if v is not None] == [10.0, 26.0]


def test_lint_knows_the_column_and_refuses_amounts_that_do_not_add_up(tmp_path: Path) -> None:
    folder = copy_city("pudong", tmp_path)
    table = read_table(folder / "vital_signs.csv")
    meant = {CODE: "sum", "FAC-01": "sum"}  # the second is a minimum, not a sum
    for n, row in enumerate(table):
        row.append("over_time" if n == 0 else meant.get(row[0], ""))
    write_table(folder / "vital_signs.csv", table)
    reason = "over_time: amounts add up, over points and streets too, and are not derived"
    assert [(fault.line, fault.reason) for fault in faults_of(folder)] == [(2, reason)]
    set_cell(folder, "vital_signs.csv", "FAC-01", "over_time", "mean")
    assert load_catalogue_from(folder).sign[CODE].adds_up
