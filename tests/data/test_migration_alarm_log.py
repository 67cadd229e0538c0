"""A filled store of the version before gets the alarm log of this one, on both databases."""

import pytest
from alembic import command
from sqlalchemy import Connection, Table, select

from data_access.series import states
from data_access.series.rollups import TIERS
from data_access.settings import Settings
from data_access.store.db import Database, alembic_config, placeholder
from data_access.store.tables import latest, state_history
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from tests.clocks import FixedClock
from tests.data.alarm_town import DAILY, DEPTH, RAIN, SIGNS, Town, smaller


def insert(conn: Connection, table: Table, row: tuple[object, ...]) -> None:
    """A row of today's columns in their order: the table of then calls the first two otherwise."""
    marks = ",".join([placeholder(conn.dialect.name)] * len(row))
    conn.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", row)


@pytest.fixture
def old(db_settings: Settings, db: Database, clock: FixedClock, catalogue: Catalogue) -> Database:
    """Migrated back, filled, and brought to the newest schema again."""
    config = alembic_config(db_settings)
    command.downgrade(config, "0004")
    street, now = catalogue.counted[0].code, clock.ms
    day = now - 10 * HOUR_MS - DAY_MS  # local midnight
    columns = "(street_code, sign, since, state, value, threshold_version)"
    with db.write() as conn:
        for code, at, demo in ((DEPTH, now - 5 * DAY_MS, False), (RAIN, now - 60_000, True)):
            conn.exec_driver_sql(
                f"INSERT INTO state_history {columns}"
                f" VALUES ('{street}', '{code}', {at}, 'alarm', 60, 1)"
            )
            insert(conn, latest, (street, code, 60.0, at, 60.0, 1.0, 1, "alarm", at, 1, demo))
        for tier, bucket in (("hour", day + 6 * HOUR_MS), ("day", day)):
            told = (2.0, 1.0, 1, 2.0, 2.0, 2.0, False, 1.0, 0.25, 0.0, 0.0)
            insert(conn, TIERS[tier], (street, DAILY, bucket, *told))
    command.upgrade(config, "head")
    return db


def test_a_filled_store_is_taken_over(
    old: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    street = catalogue.counted[0].code
    with old.read() as conn:
        t = state_history.c
        demo = {code: bool(mine) for code, mine in conn.execute(select(t.indicator, t.demo))}
        (row,) = states.history_of(conn, street, DEPTH, 0)
    assert demo == {DEPTH: False, RAIN: True}
    assert (row.state, row.cutoff, row.cause) == ("alarm", None, None)
    town = Town(old, smaller(catalogue, SIGNS), clock)
    town.turn()
    town.restart()  # what is done once is not done twice
    town.turn()
    assert [(t.state, t.cause) for t in town.log(DEPTH)] == [
        ("alarm", None),
        ("unknown", "silent"),
    ]
    assert [t.state for t in town.log(RAIN)] == ["alarm"]
    spent = {}
    with old.read() as conn:
        for tier in ("hour", "day"):
            c = TIERS[tier].c
            rows = conn.execute(select(c.known, c.attention).where(c.indicator == DAILY))
            spent[tier] = [tuple(found) for found in rows]
    # a daily value spoke for its hour alone, and speaks for its day now
    assert spent == {"hour": [(24.0, 6.0)], "day": [(24.0, 6.0)]}
