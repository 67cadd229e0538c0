"""Whatever happens in whatever order, picture, newest values, log and hours stay one truth."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.settings import Settings
from data_access.store.db import Database, open_database
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, MINUTE_MS
from tests.clocks import FixedClock
from tests.data.alarm_town import CALLS, DAILY, DEPTH, RAIN, SIGNS, Town, smaller, with_alarm

TOLD = (DEPTH, RAIN, CALLS, DAILY, "ENV-02", "ENV-03")
EDITED = (DEPTH, RAIN, "ENV-01")
NOW_AND_THEN = (0, 0, 20_000, 3 * MINUTE_MS, 20 * MINUTE_MS, 3 * HOUR_MS, 30 * HOUR_MS)

steps = st.one_of(
    st.tuples(
        st.just("tell"),
        st.sampled_from(TOLD),
        st.sampled_from(NOW_AND_THEN),
        st.sampled_from((0.0, 0.5, 0.8, 1.02, 1.6)),  # of the cut-off for an alarm
        st.sampled_from((0, 1, None)),
        st.sampled_from(("", "p")),
    ),
    st.tuples(st.just("wait"), st.sampled_from((1, 59, 181, 1000, 11_000, 100_000))),
    st.tuples(st.just("restart")),
    st.tuples(
        st.just("edit"),
        st.sampled_from(EDITED),
        st.sampled_from((0.4, 2.5)),
        st.sampled_from((None, "2026-11-23", "2026-11-24")),
    ),
    st.tuples(st.just("drop sign"), st.sampled_from((RAIN, CALLS))),
    st.tuples(st.just("drop street")),
    st.tuples(st.just("all back")),
)


def act(town: Town, whole: Catalogue, step: tuple[Any, ...]) -> None:
    """Do one thing; what a catalogue does not know is not told."""
    what, *about = step
    if what == "tell":
        code, back, share, street, point = about
        if code not in town.catalogue.sign or (street or 0) >= len(town.streets):
            return
        sign = whole.sign[code]
        alarm = sign.thresholds[0].alarm
        edge = alarm.high if alarm.high is not None else alarm.low
        value = min(max(share * (edge or 0.0), sign.value_min), sign.value_max)
        try:
            town.tell(code, town.clock.ms - back, value, street, point)
        except AssertionError:  # this sign is not told of the district
            return
    elif what == "wait":
        town.clock.step(about[0])
    elif what == "edit" and about[0] in town.catalogue.sign:
        code, factor, date = about
        last = town.catalogue.sign[code].thresholds[-1]
        high = last.alarm.high or 1.0
        if date is None or date > last.valid_from:
            town.restart(with_alarm(town.catalogue, code, high * factor, date))
    elif what == "drop sign":
        kept = tuple(s for s in town.catalogue.signs if s.code != about[0])
        town.restart(replace(town.catalogue, signs=kept))
    elif what == "drop street":
        town.restart(replace(town.catalogue, streets=town.catalogue.streets[:1]))
        town.streets = [s.code for s in town.catalogue.counted]
    elif what == "all back":
        town.restart(whole)
        town.streets = [s.code for s in town.catalogue.counted]
    else:
        town.restart()


@pytest.fixture(scope="module")
def small(catalogue: Catalogue) -> Catalogue:
    return smaller(catalogue, SIGNS)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(done=st.lists(st.tuples(steps, st.booleans()), min_size=4, max_size=24))
def test_the_log_is_the_pictures_own_past(
    sqlite_template: Path, small: Catalogue, done: list[tuple[tuple[Any, ...], bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, Path(folder) / "pudong.db")
        db: Database = open_database(Settings(data_dir=Path(folder), demo=False), durable=False)
        town = Town(db, small, FixedClock())
        for step, turn in done:
            act(town, small, step)
            if turn:
                town.turn()
                town.check()
        town.turn()
        town.check()
        before = {(code, place): town.log(code, place) for code, place in everywhere(small)}
        town.restart()
        town.turn()
        town.check()
        after = {(code, place): town.log(code, place) for code, place in everywhere(small)}
        assert after == before  # a restart alone changes nothing
        db.close()


def everywhere(catalogue: Catalogue) -> list[tuple[str, str]]:
    places = [catalogue.code, *catalogue.street]
    return [(s.code, place) for s in catalogue.signs for place in places]
