"""The test databases are what they say: fresh, migrated, and each test's own."""

from collections.abc import Callable

from sqlalchemy import func, insert, select

from data_access.store.db import Database
from data_access.store.tables import engine_state


def _count(db: Database) -> int:
    with db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(engine_state)).scalar_one())


def test_store_is_fresh_and_shared(db: Database, open_again: Callable[[], Database]) -> None:
    assert _count(db) == 0
    with db.write() as conn:
        conn.execute(insert(engine_state).values(name="mark", value=1))
    assert _count(open_again()) == 1


def test_store_is_fresh_again(db: Database) -> None:
    assert _count(db) == 0
