"""The query cache when Redis lies, hangs, dies or is full: slower and said so, never an error."""

import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from data_access.caching.cache import attach, cached_query
from data_access.caching.redis_client import Breaker, RedisAway, RedisLink, open_redis
from data_access.settings import Settings
from data_access.store.db import Database, open_database
from tests.conditions import eventually
from tests.fixtures.valkey import Valkey

runs = 0


@cached_query(ttl=60)
def numbers(db: Database, upto: int) -> tuple[int, ...]:
    """Counts its executions in `runs`."""
    global runs
    runs += 1
    return tuple(range(upto))


@pytest.fixture
def link(settings: Settings, valkey: Valkey) -> Iterator[RedisLink]:
    """The way to `valkey`."""
    opened = open_redis(settings.model_copy(update={"redis_url": valkey.url}))
    yield opened
    opened.close()


@pytest.fixture
def db(settings: Settings, link: RedisLink) -> Iterator[Database]:
    """A store with a cache on `link`, and the execution count at zero."""
    global runs
    runs = 0
    opened = open_database(settings)
    attach(opened, link, settings, "v1")
    yield opened
    opened.close()


def _entry_key(client: "redis.Redis") -> bytes:
    (key,) = [k for k in client.keys("yiping:*") if isinstance(k, bytes)]
    return key


class Bomb:
    """Unpickling it creates the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def lets_through(breaker: Breaker) -> bool:
    """Whether it is closed: an open one lets one caller through, and then nobody for a second."""
    return breaker.allow() and breaker.allow()


def test_pickles_in_redis_are_misses_and_never_run(
    db: Database, link: RedisLink, tmp_path: Path
) -> None:
    numbers(db, 3)
    key = _entry_key(link.client)
    target = tmp_path / "exploded"
    bomb = pickle.dumps(Bomb(target))
    for planted in (bomb, b"!" + bomb):
        link.client.set(key, planted)
        assert numbers(db, 3) == (0, 1, 2)
    assert not target.exists()
    assert runs == 3
    pickle.loads(bomb)  # noqa: S301 - the bomb is live: only our cache did not set it off
    assert target.is_dir()


def test_forged_moved_and_torn_entries_are_misses(
    db: Database, link: RedisLink, settings: Settings
) -> None:
    numbers(db, 3)
    key = _entry_key(link.client)
    good = link.get(key.decode()) or b""
    numbers(db, 4)
    (other,) = [k for k in link.client.keys("yiping:*") if k != key]
    flipped = good[:-1] + bytes([good[-1] ^ 1])
    moved = link.get(other.decode()) or b""  # a sealed answer to another question
    expected = 2
    for planted in (flipped, good[:-1], good[:10], b"", b"42", moved, good + b"\0"):
        link.client.set(key, planted)
        assert numbers(db, 3) == (0, 1, 2)
        expected += 1
        assert runs == expected, planted
    link.client.set(key, good)
    assert numbers(db, 3) == (0, 1, 2) and runs == expected


def test_an_entry_of_another_type_under_the_key_is_a_miss(db: Database, link: RedisLink) -> None:
    numbers(db, 3)
    key = _entry_key(link.client)
    link.client.delete(key)
    link.client.lpush(key, b"a list")
    answer = numbers.detailed(db, 3)
    assert answer.value == (0, 1, 2) and answer.degraded
    assert lets_through(link.breaker)


def test_killed_redis_computes_says_so_and_recovers(
    db: Database, link: RedisLink, valkey: Valkey
) -> None:
    assert not numbers.detailed(db, 3).degraded
    valkey.kill()
    answer = numbers.detailed(db, 3)
    assert answer.value == (0, 1, 2) and answer.degraded
    assert numbers.detailed(db, 3).degraded and runs == 2  # kept a second in the process
    valkey.start()
    eventually(lambda: not numbers.detailed(db, 3).degraded)
    assert lets_through(link.breaker)


def test_hung_redis_costs_a_bounded_time(db: Database, link: RedisLink, valkey: Valkey) -> None:
    numbers(db, 3)
    valkey.freeze()
    took = []
    for n in range(200):
        began = time.monotonic()
        assert numbers.detailed(db, n).degraded
        took.append(time.monotonic() - began)
    valkey.thaw()
    took.sort()
    assert took[-1] < 1.0 and took[int(0.95 * len(took))] < 0.05
    assert not lets_through(link.breaker)
    eventually(lambda: not numbers.detailed(db, 3).degraded)
    assert lets_through(link.breaker)


def test_without_redis_threads_still_share_one_computation(
    settings: Settings, link: RedisLink, valkey: Valkey
) -> None:
    started, go, count = threading.Event(), threading.Event(), []

    @cached_query(ttl=60)
    def held(db: Database) -> int:
        count.append(1)
        started.set()
        assert go.wait(10)
        return 7

    db = open_database(settings)
    attach(db, link, settings, "v1")
    valkey.kill()
    answers: list[int] = []
    crowd = [threading.Thread(target=lambda: answers.append(held(db))) for _ in range(20)]
    for thread in crowd:
        thread.start()
    assert started.wait(5)
    go.set()
    for thread in crowd:
        thread.join(10)
    assert answers == [7] * 20 and len(count) == 1
    db.close()


def test_a_full_redis_is_no_error(db: Database, link: RedisLink) -> None:
    link.client.config_set("maxmemory-policy", "noeviction")
    link.client.config_set("maxmemory", "1")
    assert numbers(db, 3) == (0, 1, 2)
    assert numbers(db, 3) == (0, 1, 2)
    assert lets_through(link.breaker)


def test_a_lock_whose_owner_died_is_waited_for_and_passed(
    db: Database, link: RedisLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers(db, 3)
    key = _entry_key(link.client)
    link.client.delete(key)
    link.client.set(key + b":lock", b"somebody else", px=300)
    assert numbers(db, 3) == (0, 1, 2)
    assert runs == 2
    assert link.client.get(key + b":lock") is None


def test_publishing_says_whether_anybody_could_hear(link: RedisLink, valkey: Valkey) -> None:
    heard = link.subscribe("channel")
    eventually(lambda: link.client.pubsub_numsub("channel")[0][1] == 1)
    assert link.set_and_publish("key", b"value", "channel", b"\x00first")
    assert eventually(lambda: heard.next(0.1)) == ("channel", b"\x00first")
    assert link.get("key") == b"value"
    heard.close()
    valkey.kill()
    assert not link.set_and_publish("key", b"value", "channel", b"x")


def test_a_subscription_notices_a_frozen_server(link: RedisLink, valkey: Valkey) -> None:
    heard = link.subscribe("channel")
    assert valkey.process is not None
    os.kill(valkey.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(RedisAway):
        while time.monotonic() - began < 10:
            heard.next(0.5)
    assert time.monotonic() - began < 5
    heard.close()
    valkey.thaw()


def test_the_breaker_opens_tries_once_a_second_and_closes() -> None:
    now = [100.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(2):
        breaker.failure()
    assert lets_through(breaker)
    breaker.success()
    for _ in range(3):
        breaker.failure()
    assert not lets_through(breaker)
    now[0] += 1.0
    assert breaker.allow()
    assert not breaker.allow()  # one trial only
    breaker.failure()
    now[0] += 0.9
    assert not breaker.allow()
    now[0] += 0.1
    assert breaker.allow()
    breaker.success()
    assert lets_through(breaker)
