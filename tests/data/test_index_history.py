"""The index as it was, for many places at once, on both databases."""

import pytest

from data_access.series.index_history import Past, indexes_at
from data_access.store.db import Database
from data_access.store.engine_state import write_indexes
from domain.actor import Actor, Forbidden, Role
from domain.clock import DAY_MS, MINUTE_MS

NOW = 1_795_399_200_000
LEADER = Actor("l", Role.LEADER)
WITHIN = 5 * MINUTE_MS


def _keep(db: Database, *rows: tuple[str, int, float | None, float | None]) -> None:
    with db.write() as conn:
        write_indexes(db, conn, [(p, NOW + n * MINUTE_MS, v, low, False) for p, n, v, low in rows])


def test_the_last_one_within_the_tolerance(db: Database) -> None:
    day = DAY_MS // MINUTE_MS
    _keep(
        db,
        ("a", -6, 1.0, 0.0),
        ("a", -3, 2.0, 0.5),
        ("a", -2, 96.32, 90.0),
        ("a", 1, 4.0, 0.0),  # after the instant
        ("a", -day, 5.0, 1.0),
        ("b", -5, 6.0, 0.0),  # just too old
        ("b", -day - 4, None, 0.0),  # known to have been unknown
        ("c", 0, 7.0, 0.0),  # nobody asks
    )
    found = indexes_at(db, LEADER, ("a", "b", "none"), (NOW, NOW - DAY_MS), WITHIN)
    assert found == {
        "a": (Past(NOW - 2 * MINUTE_MS, 96.32, 90.0), Past(NOW - DAY_MS, 5.0, 1.0)),
        "b": (None, Past(NOW - DAY_MS - 4 * MINUTE_MS, None, 0.0)),
        "none": (None, None),
    }


def test_windows_may_overlap(db: Database) -> None:
    _keep(db, ("a", -1, 1.0, 0.0), ("a", -3, 2.0, 0.0))
    instants = (NOW, NOW - 2 * MINUTE_MS, NOW - MINUTE_MS)
    found = indexes_at(db, LEADER, ("a",), instants, WITHIN)["a"]
    assert [past and past.value for past in found] == [1.0, 2.0, 1.0]


def test_nothing_asked_nothing_found(db: Database) -> None:
    assert indexes_at(db, LEADER, (), (NOW,)) == {}
    assert indexes_at(db, LEADER, ("a",), ()) == {"a": ()}


def test_a_wall_has_no_business_with_it(db: Database) -> None:
    with pytest.raises(Forbidden):
        indexes_at(db, Actor("w", Role.SCREEN), ("a",), (NOW,))
