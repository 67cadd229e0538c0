"""The file under a process is deleted, replaced, cut short or overwritten while it works."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from data_access.intake import door as intake
from data_access.intake.door import Busy, accept
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import create_source
from data_access.settings import ROOT, Settings
from data_access.store.condition import condition_of
from data_access.store.db import Database, open_database
from data_access.store.store_file import store_file
from data_access.store.tables import sources
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_ms, to_rfc3339
from domain.facts.reading import Reading
from engine import process
from tests.clocks import MONDAY_MORNING, FixedClock
from tests.conditions import eventually

NOW = to_ms(MONDAY_MORNING)
SOURCE = "probe"


class House:
    """A store, two processes' worth of connections to it, and somebody who breaks it."""

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings, self.catalogue = settings, catalogue
        self.path = settings.data_dir / "pudong.db"
        self.db = open_database(settings)
        self.other = open_database(settings)  # as the pages' connections beside intake's
        create_source(self.db, SOURCE, "live", NOW)
        self.read(self.other)
        self._minute = 0

    def send(self) -> Reading:
        """A reading that has been acknowledged; Busy when it was not."""
        self._minute += 1
        sign = next(s for s in self.catalogue.signs if s.at_street)
        reading = Reading(
            SOURCE,
            sign.code,
            to_rfc3339(NOW - self._minute * MINUTE_MS) or "",
            sign.value_min,
            self.catalogue.streets[0].code,
        )
        outcome = accept(READING, self.db, self.catalogue, SOURCE, [reading], NOW, "api")
        assert outcome.accepted == 1, outcome
        return reading

    def read(self, db: Database) -> int:
        with db.read() as conn:
            accepted = conn.execute(select(sources.c.accepted).where(sources.c.code == SOURCE))
            return int(accepted.scalar_one())

    def stored(self) -> int:
        """How many readings somebody finds who opens the file now."""
        with sqlite3.connect(self.path) as fresh:
            found = fresh.execute("SELECT accepted FROM sources WHERE code = ?", (SOURCE,))
            count = int(found.fetchone()[0])
        fresh.close()
        return count

    def copy(self) -> Path:
        """A whole copy of the store, as a backup makes it."""
        there = self.path.with_suffix(".backup")
        with sqlite3.connect(self.path) as source, sqlite3.connect(there) as target:
            source.backup(target)
        source.close()
        target.close()
        return there

    def delete(self, *parts: str) -> None:
        for part in parts or ("", "-wal", "-shm"):
            Path(f"{self.path}{part}").unlink()

    def refused(self, words: str) -> None:
        with pytest.raises(Busy, match=words):
            self.send()

    def close(self) -> None:
        self.db.close()
        self.other.close()


@pytest.fixture
def house(settings: Settings, catalogue: Catalogue, sqlite_template: Path) -> Iterator[House]:
    settings.data_dir.mkdir(parents=True)
    shutil.copy(sqlite_template, settings.data_dir / "pudong.db")
    made = House(settings, catalogue)
    yield made
    made.close()


def test_nothing_is_acknowledged_into_a_deleted_file(house: House) -> None:
    house.send()
    backup = house.copy()
    house.delete()
    house.refused("pudong.db was deleted")
    house.refused("pudong.db is not there")
    with pytest.raises(DBAPIError):
        house.read(house.other)
    assert not house.path.exists(), "no empty store is made in its place"
    backup.rename(house.path)
    house.send()
    assert house.read(house.other) == house.stored() == 2


def test_a_file_put_in_its_place_is_opened_anew(house: House) -> None:
    backup = house.copy()
    house.send()
    house.delete("-wal", "-shm")
    os.replace(backup, house.path)
    house.refused("was replaced")
    house.send()
    assert house.read(house.other) == house.stored() == 1


def test_a_file_of_another_version_is_not_used(house: House) -> None:
    backup = house.copy()
    with sqlite3.connect(backup) as older:
        older.execute("UPDATE alembic_version SET version_num = '0001'")
    older.close()
    house.delete("-wal", "-shm")
    os.replace(backup, house.path)
    house.refused("was replaced")
    house.refused("store of version 0001")
    with sqlite3.connect(house.path) as older:
        older.execute("UPDATE alembic_version SET version_num = ?", (newest(house),))
    older.close()
    house.send()


def newest(house: House) -> str:
    migrations = ROOT / "data_access" / "migrations" / "versions"
    return max(path.name[:4] for path in migrations.glob("0*.py"))


@pytest.mark.parametrize("parts", [("-wal",), ("-wal", "-shm"), ("-shm",)])
def test_a_deleted_log_loses_nothing_that_was_acknowledged(
    house: House, parts: tuple[str, ...]
) -> None:
    house.send()
    house.delete(*parts)
    house.refused("was deleted")
    house.send()
    assert house.read(house.other) == house.stored() == 2


def test_a_file_that_goes_during_a_write_is_noticed_before_the_answer(house: House) -> None:
    with pytest.raises(Busy, match="was deleted"), intake.locked(house.db):
        house.delete()
    with pytest.raises(DBAPIError, match="is not there"), house.db.write():
        pass


def test_old_and_new_connections_are_never_mixed(house: House) -> None:
    backup = house.copy()
    inside, go = threading.Event(), threading.Event()

    def long_read() -> None:
        with house.other.read() as conn:
            conn.execute(select(sources.c.accepted)).all()
            inside.set()
            go.wait(10)

    reader = threading.Thread(target=long_read)
    reader.start()
    inside.wait(10)
    house.delete()
    backup.rename(house.path)
    house.refused("was replaced")
    house.refused("was replaced")
    go.set()
    reader.join()
    house.send()
    assert house.read(house.other) == house.stored() == 1


def test_a_store_that_grows_between_two_looks_is_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, stat, nested = store_file(str(house.path)), os.stat, []

    def stat_and_grow(path: str, **options: Any) -> os.stat_result:
        found = stat(path, **options)
        if path == str(house.path) and not nested:
            nested.append(path)
            with house.path.open("ab") as grown:  # what a checkpoint does
                grown.write(bytes(4096))
            file.check()  # another thread looks, and sees it
        return found

    monkeypatch.setattr(os, "stat", stat_and_grow)
    file.check()
    assert nested


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"garbage" * 50),
        lambda path: path.write_bytes(b""),
        lambda path: _overwrite(path, 0, os.urandom(path.stat().st_size)),
    ],
    ids=["shorter", "empty", "as long"],
)
def test_garbage_is_a_condition_of_the_store(house: House, damage: Callable[[Path], None]) -> None:
    damage(house.path)
    house.refused("pudong.db (is not a database|was cut short)")
    with pytest.raises(DBAPIError) as raised:
        house.read(house.other)
    assert condition_of(raised.value) in ("is not a database", "is empty")


def test_damage_inside_is_a_condition_too(house: House) -> None:
    house.close()
    size = house.path.stat().st_size
    _overwrite(house.path, 4096, b"\x55" * (size - 4096))
    with pytest.raises(Busy, match="is damaged"):
        house.send()


def test_faults_of_ours_are_no_condition(house: House) -> None:
    with pytest.raises(DBAPIError) as raised, house.db.write() as conn:
        conn.exec_driver_sql("INSERT INTO engine_state VALUES ('a', NULL)")
    assert condition_of(raised.value) is None
    with pytest.raises(DBAPIError) as raised, house.db.read() as conn:
        conn.exec_driver_sql("SELECT nothing FROM nowhere")
    assert condition_of(raised.value) is None
    assert condition_of(ValueError()) is None


def test_the_engine_says_it_waits_and_goes_on_in_the_new_file(
    house: House,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(process, "RETRY_S", 0.02)
    stop = threading.Event()
    db = open_database(house.settings, durable=False)
    arguments = (house.settings, clock, db, house.catalogue, stop, lambda: True)
    engine = threading.Thread(target=process._loop, args=arguments)
    engine.start()
    try:
        eventually(lambda: _cursor(house.path) is not None or house.send() is None, every=0.2)
        backup = house.copy()
        house.delete()
        eventually(lambda: "the store cannot be read" in caplog.text)
        with sqlite3.connect(backup) as older:
            older.execute("DELETE FROM engine_state")
        older.close()
        backup.rename(house.path)
        eventually(lambda: "the store can be read again" in caplog.text)
        eventually(lambda: house.send() is not None)
        eventually(lambda: _cursor(house.path) is not None)
        assert engine.is_alive()
        told = [r for r in caplog.records if "the store cannot be read" in r.message]
        assert len(told) <= 2 and not any(r.exc_info for r in told), "once, and in one line"
    finally:
        stop.set()
        engine.join()
        db.close()


@pytest.mark.parametrize("command", ["status", "prepare"])
def test_commands_say_it_in_a_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "pudong.db").write_bytes(b"garbage" * 500)
    done = subprocess.run(
        [sys.executable, "app.py", "db", command],
        cwd=ROOT,
        env={**os.environ, "YIPING_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, "not 2: it may pass, and is to be tried again"
    assert "file is not a database" in done.stderr and "Traceback" not in done.stderr


def _cursor(path: Path) -> int | None:
    with sqlite3.connect(path) as fresh:
        row = fresh.execute("SELECT value FROM engine_state WHERE name = 'cursor'").fetchone()
    fresh.close()
    return None if row is None else int(row[0])


def _overwrite(path: Path, at: int, what: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(what)
