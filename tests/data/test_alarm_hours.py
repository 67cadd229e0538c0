"""Log, chart, figures and score count one and the same time."""

import pytest

from data_access.scoring.score_rows import state_sums
from data_access.series.episodes import Wanted, episode_page
from data_access.series.series_query import Ask, course
from data_access.store.db import Database
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.span import Span
from domain.stays import hours_in, stays
from tests.clocks import FixedClock
from tests.data.alarm_town import DEPTH, SIGNS, Town, smaller

READER = Actor("lead", Role.LEADER)


def test_three_minutes_of_alarm_and_a_warning_that_lasts_in_every_reckoning(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    town = Town(db, smaller(catalogue, SIGNS), clock)
    place, now = town.streets[0], clock.ms
    town.tell(DEPTH, now - 20 * HOUR_MS, 60.0)
    for minute in range(90, -1, -1):
        town.tell(DEPTH, now - minute * MINUTE_MS, 22.0)
    town.turn()
    ask = Ask(place, DEPTH, now - DAY_MS, now, DAY_MS, 365 * DAY_MS, now - 7 * DAY_MS, 0)
    found = course(db, READER, town.catalogue, ask)
    figures = (found.now.known, found.now.attention, found.now.warning, found.now.alarm)
    drawn = hours_in(stays(found.transitions, ask.from_ms, now), ask.from_ms, now)
    span = Span.of(now - DAY_MS, now, now, town.catalogue.zone)
    scored = state_sums(db, (place,), (DEPTH,), span)[place, DEPTH]
    page = episode_page(db, town.catalogue, READER, Wanted(sign=DEPTH, place=place)).rows
    logged = {row.state: ((row.until or now) - row.since) / HOUR_MS for row in page}
    assert logged == pytest.approx({"alarm": 0.05, "warning": 1.5})
    for each in (drawn, scored):
        told = (each.known, each.attention, each.warning, each.alarm)
        assert told == pytest.approx((1.55, 0.0, 1.5, 0.05))
    assert figures == pytest.approx((1.55, 0.0, 1.5, 0.05))
