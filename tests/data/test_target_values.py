"""Values of the day and month so far, for targets: what charts say, from hours and days alike."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from data_access.scoring.target_values import aims, period_span, period_values
from data_access.series.series_query import Ask, course
from data_access.store.db import Database
from data_access.store.tables import rollup_day, rollup_hour
from domain.actor import Actor, Forbidden, Role
from domain.aim import Reached
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.freshness import Freshness
from domain.indicator import Rule
from domain.picture import Cell, Picture
from domain.sign import State
from domain.target import Over, Target
from domain.text import Text
from tests.clocks import FixedClock

READER = Actor("lead", Role.LEADER)


def picture_of(city: Catalogue, sign: str, cell: Cell, now: int) -> Picture:
    return Picture(1, now, city.version, (sign,), (city.code,), ((cell,),), city.weights[-1])


def live(now: int) -> Cell:
    return Cell(1.0, State.NORMAL, Freshness.LIVE, now, now, False)


@pytest.fixture
def now(catalogue: Catalogue, clock: FixedClock) -> Iterator[int]:
    """The 20th of a month, at ten minutes past a local hour."""
    start = catalogue.zone.day_start(clock.ms)
    day = int(catalogue.zone.date(start)[-2:])
    yield catalogue.zone.next_day(start, 20 - day) + 10 * HOUR_MS + 10 * MINUTE_MS


def filled(db: Database, city: Catalogue, sign: str, now: int, days: int) -> None:
    """Whole days and today's hours: 3 of 100 each day, 9 of 100 each hour of today."""
    today = city.zone.day_start(now)
    of_day = (300.0, 100.0, 1, 3.0, 2.0, 4.0, False, 24.0, 0.0, 0.0, 0.0)
    of_hour = (900.0, 100.0, 1, 9.0, 8.0, 10.0, False, 1.0, 0.0, 0.0, 0.0)
    past = [(city.code, sign, today - n * DAY_MS, *of_day) for n in range(1, days + 1)]
    hours = [(city.code, sign, today + n * HOUR_MS, *of_hour) for n in range(10)]
    silent = (city.code, sign, today + 10 * HOUR_MS, 0.0, 0.0, 0, 0.0, 1e300, -1e300, False)
    with db.write() as conn:
        db.upsert(conn, rollup_day, past)
        db.upsert(conn, rollup_hour, [*hours, (*silent, 0.1, 0.0, 0.0, 0.0)])


@pytest.mark.parametrize("rule", [Rule.RATIO, Rule.MEAN, Rule.MAX, Rule.MIN])
def test_a_month_so_far_is_its_days_and_todays_hours(
    db: Database, catalogue: Catalogue, now: int, rule: Rule
) -> None:
    sign = replace(catalogue.sign["FAC-04"], rule=rule)
    city = replace(catalogue, signs=(sign,))
    filled(db, city, sign.code, now, 19)
    span = period_span(city, Over.MONTH, now)
    assert city.zone.date(span.from_ms)[-2:] == "01" and span.from_ms < now < span.to_ms
    (row,) = period_values(db, READER, city, (city.code,), (sign.code,), span)
    expected = {
        Rule.RATIO: (19 * 300 + 10 * 900) / 2900,
        Rule.MEAN: (19 * 3 + 10 * 9) / 29,
        Rule.MAX: 10.0,
        Rule.MIN: 2.0,
    }[rule]
    assert row.value == pytest.approx(expected)
    assert row.known == pytest.approx(1.0, abs=0.01)
    day = period_span(city, Over.DAY, now)
    (row,) = period_values(db, READER, city, (city.code,), (sign.code,), day)
    ask = Ask(city.code, sign.code, day.from_ms, now, DAY_MS, 365 * DAY_MS, now, 0)
    charted = course(db, READER, city, ask).now.value
    assert row.value == pytest.approx(charted) == {Rule.MAX: 10.0, Rule.MIN: 8.0}.get(rule, 9.0)


def test_a_target_of_a_month_is_about_the_month(
    db: Database, catalogue: Catalogue, now: int
) -> None:
    sign = catalogue.sign["FAC-04"]
    wanted = Target(
        sign.code, Over.MONTH, "2020-01-01", None, 5.5, None, "assumed", Text.same("假定")
    )
    city = replace(catalogue, targets={sign.code: (wanted,)})
    picture = picture_of(city, sign.code, live(now), now)

    def asked(shown: Picture) -> Reached:
        found = aims(db, READER, city, shown, (city.code,), (sign.code,), now)
        return found[city.code, sign.code].reached

    assert asked(picture) is Reached.UNKNOWN, "nothing is known of the month"
    filled(db, city, sign.code, now, 5)
    assert asked(picture) is Reached.UNKNOWN, "of less than half of it"
    filled(db, city, sign.code, now, 19)
    aim = aims(db, READER, city, picture, (city.code,), (sign.code,), now)[city.code, sign.code]
    assert aim.reached is Reached.MET and aim.value == 5.1
    old = Cell(1.0, State.UNKNOWN, Freshness.STALE, now - DAY_MS, None, False)
    assert asked(picture_of(city, sign.code, old, now)) is Reached.UNKNOWN
    later = replace(wanted, valid_from="2099-01-01")
    none = replace(city, targets={sign.code: (later,)})
    assert aims(db, READER, none, picture, (city.code,), (sign.code,), now) == {}


def test_streets_have_their_own_and_a_wall_has_none(
    db: Database, catalogue: Catalogue, now: int
) -> None:
    code = next(c for c, found in catalogue.targets.items() if found[0].street is not None)
    whole = next(c for c, found in catalogue.targets.items() if found[0].street is None)
    street = catalogue.counted[0].code
    picture = picture_of(catalogue, code, live(now), now)
    places, signs = (catalogue.code, street), (code, whole)
    found = aims(db, READER, catalogue, picture, places, signs, now)
    assert set(found) == {(catalogue.code, code), (street, code), (catalogue.code, whole)}
    assert found[street, code].reached is Reached.UNKNOWN
    with pytest.raises(Forbidden):
        aims(db, Actor("hall", Role.SCREEN), catalogue, picture, places, signs, now)
