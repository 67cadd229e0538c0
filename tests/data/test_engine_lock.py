"""One engine at a time, and never one that only believes so."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from data_access.settings import Settings
from data_access.store.db import Database, open_database
from data_access.store.engine_lock import engine_lock
from tests.conditions import eventually


def test_a_second_engine_waits_until_the_first_is_gone(
    db: Database, open_again: Callable[[], Database], db_settings: Settings
) -> None:
    entered, stop = threading.Event(), threading.Event()

    def second() -> None:
        with engine_lock(open_again(), db_settings, stop) as mine:
            if mine():
                entered.set()

    thread = threading.Thread(target=second)
    with engine_lock(db, db_settings, stop) as mine:
        assert mine()
        thread.start()
        assert not entered.wait(1.0)
    thread.join(10)
    assert entered.is_set()


def test_who_waits_can_be_told_to_stop(
    db: Database, open_again: Callable[[], Database], db_settings: Settings
) -> None:
    told = threading.Event()
    with engine_lock(db, db_settings, threading.Event()) as mine:
        told.set()
        with engine_lock(open_again(), db_settings, told) as other:
            assert mine() and not other()


@pytest.mark.postgres
def test_a_lost_session_is_a_lost_lock(postgresql_url: str, settings: Settings) -> None:
    there = settings.model_copy(update={"database_url": postgresql_url})
    db = open_database(there)
    with engine_lock(db, there, threading.Event()) as mine:
        assert mine()
        other = open_database(there)
        with other.engine.connect() as conn:
            conn.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                )
            )
        other.close()
        eventually(lambda: not mine())
        assert not mine()  # and it does not come back by itself
    db.close()
