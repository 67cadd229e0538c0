"""A batch on which the engine always fails is set aside; what passes by itself is waited for."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from data_access.accounts import audit
from data_access.caching.redis_client import open_redis
from data_access.intake.quarantine import quarantine_reasons, quarantined
from data_access.intake.undigested import batches_lately
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import latest, sources, undigested
from data_access.views.snapshots import published_snapshot
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, MINUTE_MS
from domain.facts.reading import Reading
from engine.loop import Engine
from engine.publisher import Publisher
from engine.undigested import AFTER
from engine.window import SignWindow
from tests.clocks import FixedClock
from tests.data.test_engine import SOURCES, STREETS, contents, drain, reading, send

POISON = 13.375
SOURCE = SOURCES[0]
ADMIN = Actor("a", Role.ADMIN)


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that fails on one value, however it comes to it."""

    def failing(name: str, finds: Callable[..., bool]) -> None:
        fine = getattr(SignWindow, name)

        def wary(window: SignWindow, *args: Any) -> Any:
            if finds(*args):
                raise ArithmeticError("no such value")
            return fine(window, *args)

        monkeypatch.setattr(SignWindow, name, wary)

    failing("add", lambda *args: args[3] == POISON)
    failing("restore", lambda *args: args[3] == POISON)
    failing("add_rows", lambda rows, _: any(row[6] == POISON for row in rows))


def persevere(engine: Engine, now_ms: int, turns: int = 40) -> int:
    """What the loop does: a turn, and after a failure everything from the store; the failures."""
    failures = 0
    for _ in range(turns):
        try:
            if not engine.turn():
                break
        except Exception:
            failures += 1
            engine.reload(now_ms)
    return failures


def depths(now_ms: int, values: list[float]) -> list[list[Reading]]:
    """A batch for each value, a minute apart."""
    return [
        [
            reading(SOURCE, "FAC-13", street, now_ms - (len(values) - n) * MINUTE_MS, value)
            for street in STREETS
        ]
        for n, value in enumerate(values)
    ]


@pytest.mark.usefixtures("poisoned")
@pytest.mark.parametrize("before", [0, 1, 6])
def test_the_culprit_is_found_and_everything_else_counts(
    db: Database,
    open_again: Callable[[], Database],
    catalogue: Catalogue,
    clock: FixedClock,
    before: int,
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    batches = depths(clock.ms, [3.0] * before + [POISON] + [9.0, 9.0, 12.0])
    for batch in batches:
        send(db, catalogue, clock, batch)
    failures = persevere(engine, clock.ms)
    assert AFTER <= failures <= AFTER + 4
    assert engine.cursor == len(batches)
    with db.read() as conn:
        found = select(latest.c.unit, latest.c.value)
        newest = {place: value for place, value in conn.execute(found)}
        account = conn.execute(select(sources).where(sources.c.code == SOURCE)).one()
        aside = conn.execute(select(undigested)).all()
    assert newest == dict.fromkeys((*STREETS, "310115"), 12.0)
    assert [(row.batch_id, row.source, row.readings) for row in aside] == [(before + 1, SOURCE, 3)]
    sent = 3 * len(batches)
    assert (account.accepted, account.quarantined) == (sent - 3, 3)

    assert quarantine_reasons(db, ADMIN, SOURCE) == {"undigested": 3}
    told = quarantined(db, ADMIN, SOURCE)
    assert {row.via for row in told} == {"engine"}
    assert all(f"batch {before + 1}, " in row.detail for row in told)
    assert all("no such value" in row.detail and str(POISON) in row.payload for row in told)
    (line,) = audit.newest(db)
    assert (line.who, line.action, line.object) == (
        *("engine", "batch.undigested"),
        f"{SOURCE}: batch {before + 1}, 3 readings",
    )
    assert batches_lately(db, clock.ms) == 1
    assert batches_lately(db, clock.ms + DAY_MS) == 0
    again = Engine(open_again(), catalogue, clock.ms)  # what was set aside is no stumbling-block
    assert again.cursor == len(batches)
    drain(again, clock.ms)


@pytest.mark.usefixtures("poisoned")
def test_two_culprits_and_a_late_reading_beside_one(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    for batch in depths(clock.ms, [POISON, 3.0, POISON, 9.0] + [4.0] * 40):
        send(db, catalogue, clock, batch)
    persevere(engine, clock.ms)
    assert quarantine_reasons(db, ADMIN, SOURCE) == {"undigested": 6}
    late = reading(SOURCE, "FAC-13", STREETS[0], clock.ms - 44 * MINUTE_MS - 1000, 24.0)
    send(db, catalogue, clock, [late])
    assert persevere(engine, clock.ms) == 0  # it is computed from stored rows, without those
    assert quarantine_reasons(db, ADMIN, SOURCE) == {"undigested": 6}
    assert 24.0 in {row[8] for row in contents(db)["rollup_minute"]}


@pytest.mark.parametrize(
    "fault",
    [
        OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked")),
        OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full")),
        sqlite3.OperationalError("disk I/O error"),
        sqlite3.DatabaseError("database disk image is malformed"),
        OSError(28, "No space left on device"),
        MemoryError(),
    ],
    ids=str,
)
def test_what_passes_by_itself_sets_nothing_aside(
    db: Database,
    catalogue: Catalogue,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    for batch in depths(clock.ms, [3.0, 9.0]):
        send(db, catalogue, clock, batch)

    def fails(*_: object) -> None:
        raise fault

    with monkeypatch.context() as trouble:
        trouble.setattr(Engine, "_write", fails)
        assert persevere(engine, clock.ms, 12) == 12
    assert persevere(engine, clock.ms) == 0
    assert quarantine_reasons(db, ADMIN, SOURCE) == {}
    assert len(contents(db)["rollup_minute"]) == 2 * (len(STREETS) + 1)


@pytest.mark.usefixtures("poisoned")
def test_the_snapshot_says_it(
    db: Database, settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    for batch in depths(clock.ms, [POISON]):
        send(db, catalogue, clock, batch)
    persevere(engine, clock.ms)
    assert Publisher(db, open_redis(settings), "test", clock.ms).publish(engine.city, clock.ms)
    snapshot = published_snapshot(db, "screen")
    assert snapshot is not None
    assert json.loads(snapshot.body)["sources"]["undigested"] == 1
