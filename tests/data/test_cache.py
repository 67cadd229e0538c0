"""The query cache against a real Valkey: hits, keys, staleness, single flight."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from data_access.caching.cache import attach, cached_query
from data_access.caching.redis_client import RedisLink, open_redis
from data_access.settings import ROOT, Settings
from data_access.store.db import Database, open_database
from domain.actor import Actor, Role
from tests.clocks import FixedClock
from tests.conditions import eventually
from tests.data.cache_worker import Row
from tests.fixtures.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Reading:
    """A row with the types that queries use."""

    sign: str
    value: float | None
    at: datetime
    pair: tuple[int, ...]


class Counted:
    """A cached query that counts how often its body ran, and may be held or told to fail."""

    def __init__(self) -> None:
        self.runs = 0
        self.hold = threading.Event()
        self.hold.set()
        self.fault: Exception | None = None

        @cached_query(ttl=10, stale_ttl=30)
        def readings(
            db: Database, actor: Actor | None, sign: str, limit: int = 5
        ) -> tuple[Reading, ...]:
            self.runs += 1
            assert self.hold.wait(10)
            if self.fault is not None:
                raise self.fault
            at = datetime(2026, 11, 23, tzinfo=UTC)
            return (Reading(sign, float(self.runs), at, (1, limit)), Reading(sign, None, at, ()))

        self.ask = readings


@pytest.fixture
def query() -> Counted:
    """A fresh counted query."""
    return Counted()


@pytest.fixture
def open_cached(
    settings: Settings, valkey: Valkey, clock: FixedClock
) -> Iterator[Callable[..., Database]]:
    """Opens databases with a cache on `valkey`; every call is like another process."""
    opened: list[tuple[Database, RedisLink]] = []
    settings = settings.model_copy(update={"redis_url": valkey.url})

    def another(catalogue: str = "v1") -> Database:
        db, link = open_database(settings), open_redis(settings)
        attach(db, link, settings, catalogue, clock)
        opened.append((db, link))
        return db

    yield another
    for db, link in opened:
        db.close()
        link.close()


def test_a_second_process_gets_the_typed_answer(
    open_cached: Callable[..., Database], query: Counted, clock: FixedClock
) -> None:
    one, two = open_cached(), open_cached()
    first = query.ask.detailed(one, None, "pm25")
    second = query.ask.detailed(two, None, "pm25")
    assert query.runs == 1
    assert first.value == second.value
    assert isinstance(second.value[0], Reading) and second.value[0].at.tzinfo is not None
    assert second.value[0].pair == (1, 5)
    assert second.computed_at == clock.ms and not second.stale and not second.degraded


def test_without_a_store_the_query_simply_runs(settings: Settings, query: Counted) -> None:
    db = open_database(settings)
    assert [query.ask(db, None, "pm25")[0].value for _ in range(2)] == [1.0, 2.0]
    assert query.ask.detailed(db, None, "pm25").computed_at is None
    db.close()


def test_keys_part_arguments_scopes_and_catalogues(
    open_cached: Callable[..., Database], query: Counted
) -> None:
    db = open_cached()
    water = Actor("a", Role.DEPARTMENT, "water")
    for actor, sign, limit in [
        (None, "pm25", 5),
        (None, "pm10", 5),
        (None, "pm25", 6),
        (water, "pm25", 5),
        (Actor("a", Role.DEPARTMENT, "police"), "pm25", 5),
        (Actor("a", Role.LEADER), "pm25", 5),
    ]:
        query.ask(db, actor, sign, limit)
    assert query.runs == 6
    query.ask(db, None, sign="pm25")  # the default, a keyword: the same question
    query.ask(db, Actor("b", Role.DEPARTMENT, "water"), "pm25")  # a colleague sees the same
    assert query.runs == 6
    query.ask(open_cached("v2"), None, "pm25")
    assert query.runs == 7


def test_an_argument_without_a_key_is_refused(
    open_cached: Callable[..., Database], query: Counted
) -> None:
    with pytest.raises(TypeError, match="cannot be part of a key"):
        query.ask(open_cached(), None, object())  # type: ignore[arg-type]
    assert query.runs == 0


def test_a_wrong_return_annotation_fails_at_the_first_call(
    open_cached: Callable[..., Database],
) -> None:
    @cached_query(ttl=1)
    def wrong(db: Database) -> tuple[Row, ...]:
        return (1, 2)  # type: ignore[return-value]

    with pytest.raises(ValueError, match="Expected `object`, got `int`"):
        wrong(open_cached())


def test_a_stale_answer_is_served_at_once_and_renewed_once(
    open_cached: Callable[..., Database], query: Counted, clock: FixedClock
) -> None:
    db, other = open_cached(), open_cached()
    query.ask(db, None, "pm25")
    clock.step(11)
    query.hold.clear()  # renewing takes long; nobody waits for it
    answers = [query.ask.detailed(d, None, "pm25") for d in (db, other, db, other)]
    assert [(a.value[0].value, a.stale) for a in answers] == [(1.0, True)] * 4
    query.hold.set()
    eventually(lambda: not query.ask.detailed(db, None, "pm25").stale)
    assert query.ask(db, None, "pm25")[0].value == 2.0
    assert query.runs == 2


def test_past_the_stale_time_the_caller_waits_for_a_new_answer(
    open_cached: Callable[..., Database], query: Counted, clock: FixedClock
) -> None:
    db = open_cached()
    query.ask(db, None, "pm25")
    clock.step(10 + 30 + 1)
    answer = query.ask.detailed(db, None, "pm25")
    assert answer.value[0].value == 2.0 and not answer.stale


def test_a_failed_renewal_leaves_the_stale_answer(
    open_cached: Callable[..., Database],
    query: Counted,
    clock: FixedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    db = open_cached()
    query.ask(db, None, "pm25")
    clock.step(11)
    query.fault = RuntimeError("the database is gone")
    assert query.ask(db, None, "pm25")[0].value == 1.0
    eventually(lambda: "the old answer is served on" in caplog.text)
    assert query.ask(db, None, "pm25")[0].value == 1.0


def test_an_exception_reaches_every_waiting_caller_and_is_not_kept(
    open_cached: Callable[..., Database], query: Counted
) -> None:
    db = open_cached()
    query.fault = LookupError("no such sign")
    with pytest.raises(LookupError, match="no such sign"):
        query.ask(db, None, "pm25")
    query.fault = None
    assert query.ask(db, None, "pm25")[0].value == 2.0


def test_an_entry_of_a_fast_clock_is_a_miss(
    open_cached: Callable[..., Database], query: Counted, clock: FixedClock
) -> None:
    db = open_cached()
    clock.step(3600)
    query.ask(db, None, "pm25")
    clock.step(-3600)
    assert query.ask(db, None, "pm25")[0].value == 2.0


def test_fifty_threads_miss_together_one_computes(
    open_cached: Callable[..., Database], query: Counted
) -> None:
    db = open_cached()
    query.hold.clear()
    answers: list[float | None] = []
    crowd = [
        threading.Thread(target=lambda: answers.append(query.ask(db, None, "pm25")[0].value))
        for _ in range(50)
    ]
    for thread in crowd:
        thread.start()
    eventually(lambda: query.runs == 1)
    query.hold.set()
    for thread in crowd:
        thread.join(10)
    assert answers == [1.0] * 50
    assert query.runs == 1


def test_two_processes_miss_together_one_computes(settings: Settings, valkey: Valkey) -> None:
    settings.data_dir.mkdir()
    command = [sys.executable, "-m", "tests.data.cache_worker"]
    command += [str(settings.data_dir), valkey.url, "10"]
    workers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [worker.communicate(timeout=30)[0] for worker in workers]
    expected = f"{ {(Row('310115005', 1.5), Row('310115007', None))} }\n"
    assert said == [expected, expected]
    assert (settings.data_dir / "executions").read_bytes() == b"x"
