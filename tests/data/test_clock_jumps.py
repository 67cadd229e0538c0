"""A clock that was set: nothing is closed by it, and what is newest goes on being shown."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from data_access.series import rollups
from data_access.settings import Settings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import CALM_S, DAY_MS, HOUR_MS, MINUTE_MS, Steadiness
from domain.publication import Kind
from engine.publication import Publication
from tests.clocks import FixedClock
from tests.data.alarm_town import DEPTH, Town, smaller
from tests.data.published_city import PublishedCity


class Machine:
    """A wall clock that somebody sets and one that only goes forward."""

    def __init__(self) -> None:
        self.wall, self.ticks = FixedClock(), 0.0

    def live(self, seconds: float) -> None:
        self.wall.step(seconds)
        self.ticks += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def city(
    db: Database, db_settings: Settings, catalogue: Catalogue, machine: Machine
) -> Iterator[PublishedCity]:
    made = PublishedCity(db, db_settings, catalogue)
    steadiness = Steadiness(lambda: machine.wall.ms, lambda: machine.ticks)
    made.publication = Publication(db, made.public, catalogue, settle_ms=0, steady=steadiness.look)
    yield made
    made.public.close()


def test_no_day_closes_by_a_clock_that_has_just_jumped(
    city: PublishedCity, catalogue: Catalogue, machine: Machine
) -> None:
    rules = catalogue.publication
    assert rules is not None
    sign = next(s for s in catalogue.signs if s.public and rules.kind(s) is Kind.MEASURE)
    today = city.midnight(machine.wall.ms)
    values = {place: sign.typical for place in (*city.streets, catalogue.code)}
    city.samples(sign.code, machine.wall.ms - 2 * HOUR_MS, values)
    city.publication.step(machine.wall.ms)
    version = city.view("public")["version"]
    machine.wall.step(16 * 3600)  # somebody sets it ahead, over midnight and the pause after it
    for _ in range(10):
        machine.live(60)
        assert city.publication.step(machine.wall.ms)
        assert city.released(sign.code, "day", today) == {}
    ahead = city.view("public")["version"]
    assert ahead > version + 900
    machine.wall.step(-16 * 3600)  # and back
    for n in range(1, int(CALM_S // 60)):
        machine.live(60)
        assert city.publication.step(machine.wall.ms)
        assert city.released(sign.code, "day", today) == {}
        shown = city.view("public")
        assert shown["version"] == ahead + n  # viewers keep what is newest: it goes on
    machine.live(DAY_MS / 1000)
    city.samples(sign.code, machine.wall.ms - 2 * HOUR_MS, values)
    machine.live(2 * 60)
    assert city.publication.step(machine.wall.ms - machine.wall.ms % MINUTE_MS)
    assert city.released(sign.code, "day", today) != {}  # a day that is really over is closed


def test_a_clock_set_from_its_first_year_costs_no_decades(
    db: Database, catalogue: Catalogue, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    roll_hours = rollups.roll_hours

    def few(db: Database, conn: Connection, keys: list[rollups.Key], *more: int) -> None:
        assert len(keys) <= 48
        roll_hours(db, conn, keys, *more)

    town = Town(db, smaller(catalogue, (DEPTH,)), machine.wall)
    town.tell(DEPTH, machine.wall.ms - MINUTE_MS, 60.0)
    town.turn()
    right = machine.wall.ms
    machine.wall.step((DAY_MS - right) / 1000)  # a machine without a battery starts in 1970
    town.restart()
    town.turn()
    machine.wall.step((right - machine.wall.ms) / 1000)
    monkeypatch.setattr(rollups, "roll_hours", few)
    town.tell(DEPTH, machine.wall.ms, 61.0)
    town.turn()
    town.check()
