"""The demonstration's feed against the real intake, with what can go wrong on the way."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.accounts.keys import list_keys, revoke_key
from data_access.intake import readings
from data_access.intake.sources import ensure_sources
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_ms, to_rfc3339, utc_now
from engine.demo.archive import Archive
from engine.demo.backlog import newest
from engine.demo.behaviour_files import load_behaviour
from engine.demo.bootstrap import FILE, ensure_demo_keys
from engine.demo.city import SimReading, SimulatedCity
from engine.demo.feed import Feed
from engine.demo.process import Demonstration, Stopped
from tests.clocks import FixedClock
from tests.conditions import eventually
from tests.unit.demo_city import living
from tests.web.live_server import LiveServer


@pytest.fixture(scope="module")
def server(sqlite_template: Path) -> Iterator[LiveServer]:
    """A web process over an empty store; the tests start it when they want it."""
    running = LiveServer(sqlite_template)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def started(server: LiveServer) -> LiveServer:
    """The same, answering."""
    return server if server.process is not None else server.start()


@pytest.fixture
def demo(server: LiveServer, catalogue: Catalogue) -> Settings:
    """Settings with keys of the demonstration in place."""
    settings = server.settings.model_copy(update={"demo": True})
    ensure_sources(server.db, catalogue, to_ms(utc_now()))
    ensure_demo_keys(server.db, settings, catalogue)
    return settings


MOST_PAUSES = 300  # of a tenth of a second: longer than a server takes to start


class Pauses:
    """The feed's way of waiting: counts, waits for real, and can end it."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.stop = threading.Event()

    def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        assert len(self.asked) < MOST_PAUSES, "the intake never answered"
        if self.stop.wait(min(seconds, 0.1)):
            raise Stopped


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def feed(demo: Settings, pauses: Pauses) -> Iterator[Feed]:
    made = Feed("127.0.0.1", demo.port, demo.data_dir / FILE, pauses)
    yield made
    made.close()


def _rows(count: int, back_ms: int) -> list[SimReading]:
    """Sound readings of an instant: the intake refuses what a broken sensor says, and what a source
    with a clock that runs ahead stamps with another test's instant contradicts that one's."""
    at_ms = to_ms(utc_now()) - back_ms
    until, signs = to_rfc3339(at_ms), living().catalogue.sign
    rows = [
        row
        for row in newest(living(), at_ms)
        if signs[row["sign"]].value_min <= row["value"] <= signs[row["sign"]].value_max
        and row["observed_at"] <= until
    ]
    return rows[:count]


def test_it_waits_for_a_server_that_is_not_there_yet(
    server: LiveServer, feed: Feed, pauses: Pauses
) -> None:
    rows = _rows(400, back_ms=0)
    sending = threading.Thread(target=feed.send, args=(rows,))
    sending.start()
    eventually(lambda: len(pauses.asked) >= 2)
    server.start()
    sending.join(30)
    assert not sending.is_alive()
    assert feed.tally.accepted == 400


def test_sending_again_is_harmless(started: LiveServer, feed: Feed) -> None:
    rows = _rows(300, back_ms=60 * MINUTE_MS)
    feed.send(rows)
    before = feed.tally.accepted + feed.tally.duplicates
    feed.send(rows)
    assert before == 300
    assert feed.tally.duplicates >= 300
    assert feed.tally.rejected == feed.tally.refused == 0


def test_a_busy_store_is_waited_for(started: LiveServer, feed: Feed, pauses: Pauses) -> None:
    rows = _rows(50, back_ms=120 * MINUTE_MS)
    lock = sqlite3.connect(started.folder / "pudong.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    sending = threading.Thread(target=feed.send, args=(rows,))
    sending.start()
    eventually(lambda: pauses.asked, timeout=15)  # 503: the intake does not wait for ever
    assert feed.tally.accepted == 0
    lock.execute("ROLLBACK")
    lock.close()
    sending.join(30)
    assert feed.tally.accepted == 50
    assert min(pauses.asked) >= 0.5


def test_a_revoked_key_silences_one_source_only(
    started: LiveServer, demo: Settings, catalogue: Catalogue, feed: Feed
) -> None:
    rows = _rows(2_000, back_ms=180 * MINUTE_MS)
    one = rows[0]["source"]
    own = sum(r["source"] == one for r in rows)
    mine = next(k for k in list_keys(started.db) if k.source == one and k.revoked_at is None)
    revoke_key(started.db, mine.name, to_ms(utc_now()))
    feed.send(rows)
    assert feed.tally.refused == own
    assert feed.tally.accepted + feed.tally.duplicates == 2_000 - own
    fresh = ensure_demo_keys(started.db, demo, catalogue)  # as a restart of the product does
    assert json.loads((demo.data_dir / FILE).read_text()) == fresh
    feed.send([r for r in rows if r["source"] == one])
    assert feed.tally.accepted + feed.tally.duplicates == 2_000


def test_it_can_be_stopped_while_it_waits(demo: Settings, pauses: Pauses) -> None:
    nowhere = Feed("127.0.0.1", 9, demo.data_dir / FILE, pauses)
    pauses.stop.set()
    with pytest.raises(Stopped):
        nowhere.send(_rows(10, back_ms=0))


def test_a_demonstration_fills_the_past_once_and_goes_on_where_it_stopped(
    started: LiveServer, demo: Settings, feed: Feed, pauses: Pauses, catalogue: Catalogue
) -> None:
    """Two processes one after the other: the second sends what the first has not."""
    clock = FixedClock(utc_now())
    small = SimulatedCity(catalogue, load_behaviour(catalogue), 1)
    small.groups = small.groups[:3]
    demo = demo.model_copy(update={"demo_days": 4.0})  # of which HTTP would take two
    archive = Archive(started.db, catalogue, clock, pauses)
    first = Demonstration(small, feed, archive, demo, clock)
    first.start()
    while first.step():
        pass
    told = feed.tally.accepted + feed.tally.rejected
    assert told > 0
    with started.db.read() as conn:
        days = readings.day_tables(conn)
    assert days[0] <= f"{(clock() - timedelta(days=3)):%Y%m%d}" < days[-1]
    clock.step(60)
    second = Demonstration(small, feed, archive, demo, clock)
    second.start()
    while second.step():
        pass
    assert feed.tally.accepted + feed.tally.rejected - told <= 3 * 36 * 10
    clock.step(120)
    second.step()
    state = json.loads((demo.data_dir / "demo-feed.json").read_text())
    assert state == {"city": "pudong", "seed": demo.demo_seed, "fed_until": clock.ms}
