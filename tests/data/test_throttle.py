"""Token buckets: the same arithmetic in every process, on either store."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import MonkeyPatch
from sqlalchemy import func, select

from data_access.accounts import logins, throttle, users
from data_access.accounts.audit import Result, newest
from data_access.accounts.logins import Knock, attempt
from data_access.accounts.throttle import Bucket
from data_access.store import tables
from data_access.store.db import Database
from domain.actor import Role
from tests.clocks import FixedClock

PASSWORD = "a long enough password"
BUCKET = Bucket("test", 3, 10.0)


def take(db: Database, at_ms: int, bucket: Bucket = BUCKET) -> float:
    with db.write() as conn:
        return throttle.take(conn, [bucket], at_ms)


def test_a_bucket_empties_and_fills(db: Database) -> None:
    assert [take(db, 0) for _ in range(4)] == [0, 0, 0, 10]
    assert take(db, 4_000) == 6
    assert take(db, 10_000) == 0
    assert take(db, 10_000) > 0
    assert [take(db, 10_000_000) for _ in range(4)] == [0, 0, 0, 10], "never more than its size"


def test_a_clock_that_goes_back_gives_nothing(db: Database) -> None:
    for _ in range(3):
        take(db, 100_000)
    assert take(db, 0) == 10


def test_reset_and_forget(db: Database) -> None:
    for _ in range(3):
        take(db, 0)
    with db.write() as conn:
        throttle.reset(conn, BUCKET.key)
    assert take(db, 0) == 0
    with db.write() as conn:
        assert throttle.forget_full(conn, 1) == 1


def test_processes_share_a_bucket(db: Database, open_again: Callable[[], Database]) -> None:
    """Twelve takers over four connections of their own get what is there and no more."""
    stores = [open_again() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(lambda n: take(stores[n % 4], 0), range(12)))
    assert sorted(wait > 0 for wait in waits) == [False] * 3 + [True] * 9


def test_who_has_to_wait_pays_nothing(db: Database) -> None:
    other = Bucket("other", 1, 1000.0)
    assert take(db, 0, other) == 0
    with db.write() as conn:
        assert throttle.take(conn, [BUCKET, other], 0) == 1000
        assert throttle.level(conn, BUCKET, 0) == 3
        throttle.give_back(conn, [other, BUCKET], 0)
        assert throttle.level(conn, other, 0) == 1 and throttle.level(conn, BUCKET, 0) == 3


@pytest.fixture
def wang(db: Database, clock: FixedClock) -> str:
    users.add_user(db, "wang", PASSWORD, Role.LEADER, None, clock.ms)
    return "wang"


def guesses(db: Database, at_ms: int, addresses: Iterable[str], each: int = 1) -> int:
    """How many wrong passwords for wang were looked at."""
    tried = [
        attempt(db, Knock("WANG ", "wrong", address, None), at_ms)
        for address in addresses
        for _ in range(each)
    ]
    assert not any(outcome.token for outcome in tried)
    return sum(outcome.wait_s == 0 for outcome in tried)


def comes_in(db: Database, at_ms: int, address: str, device: str | None = None) -> bool:
    return attempt(db, Knock("wang", PASSWORD, address, None, device), at_ms).token is not None


def test_wrong_guesses_shut_the_door_on_who_makes_them(
    db: Database, clock: FixedClock, wang: str
) -> None:
    size, refill_s = logins.PER_PAIR
    assert guesses(db, clock.ms, ["192.0.2.1"], each=20) == size
    assert not comes_in(db, clock.ms, "192.0.2.1")
    assert comes_in(db, clock.ms, "192.0.2.2"), "from elsewhere the name is open"
    clock.step(refill_s)
    assert comes_in(db, clock.ms, "192.0.2.1")
    assert guesses(db, clock.ms, ["192.0.2.1"], each=20) == size, "success fills the bucket"
    assert [entry.result for entry in newest(db)].count(Result.OK) == 2


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds of a name a fifth as wide: a password takes long to look at."""
    for bound in ("PER_NAME_FRESH", "PER_NAME_AGAIN"):
        at_once, refill_s = getattr(logins, bound)
        monkeypatch.setattr(logins, bound, (at_once // 5, refill_s * 5))


@pytest.mark.usefixtures("narrow")
def test_many_addresses_at_one_name_meet_its_bound(
    db: Database, clock: FixedClock, wang: str
) -> None:
    crowd = [f"198.51.100.{n}" for n in range(20)]
    at_once = logins.PER_NAME_FRESH[0]
    assert guesses(db, clock.ms, crowd) == at_once
    assert not comes_in(db, clock.ms, "203.0.113.5")
    assert comes_in(db, clock.ms, "198.51.9.9", device="known"), "a known device, at once"
    looked_at, minutes = 0, 3
    for _ in range(minutes):
        clock.step(60)
        looked_at += guesses(db, clock.ms, crowd, each=2)
    a_minute = 60 / logins.PER_NAME_FRESH[1] + 60 / logins.PER_NAME_AGAIN[1]
    assert looked_at <= minutes * a_minute + logins.PER_NAME_AGAIN[0] + 1


@pytest.mark.usefixtures("narrow")
def test_an_unknown_device_comes_in_while_the_crowd_goes_on(
    db: Database, clock: FixedClock, wang: str
) -> None:
    crowd = [f"198.51.100.{n}" for n in range(20)]
    for _ in range(4):  # with no pause
        guesses(db, clock.ms, crowd, each=5)
        clock.step(10)
    guesses(db, clock.ms, crowd, each=5)
    assert comes_in(db, clock.ms, "203.0.113.5")


def test_a_known_device_has_its_own_bound(db: Database, clock: FixedClock, wang: str) -> None:
    size, refill_s = logins.PER_DEVICE
    for n in range(logins.PER_ADDRESS[0]):
        attempt(db, Knock(f"name {n}", "x", "192.0.2.1", None), clock.ms)
    assert not comes_in(db, clock.ms, "192.0.2.1"), "its address is shut"
    assert comes_in(db, clock.ms, "192.0.2.1", device="d")
    wrong = Knock("wang", "wrong", "192.0.2.1", None, "d")
    tried = [attempt(db, wrong, clock.ms).wait_s for _ in range(size + 5)]
    assert sum(wait_s == 0 for wait_s in tried) == size
    clock.step(refill_s)
    assert comes_in(db, clock.ms, "192.0.2.1", device="d")


def test_an_office_may_come_all_at_once(db: Database, clock: FixedClock, wang: str) -> None:
    assert all(comes_in(db, clock.ms, "192.0.2.1") for _ in range(logins.PER_ADDRESS[0] + 3))


def test_a_whole_ipv6_network_is_one_address(db: Database, clock: FixedClock) -> None:
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "not an address"):
        attempt(db, Knock("x", "y", address, None), clock.ms)
    with db.read() as conn:
        rows = select(func.count()).select_from(tables.throttle)
        addresses = rows.where(tables.throttle.c.bucket.like("address:%"))
        assert conn.execute(addresses).scalar() == 2


@given(name=st.text(max_size=200))
def test_any_name_and_address_fit_their_buckets(name: str) -> None:
    longest = tables.throttle.c.bucket.type.length  # type: ignore[attr-defined]
    asked: list[str] = []
    with MonkeyPatch.context() as patch:
        patch.setattr(throttle, "level", lambda _conn, bucket, _now: asked.append(bucket.key) or 9)
        patch.setattr(throttle, "_put", lambda *_: None)
        logins._throttled(None, Knock(name, "", name, None, name), 0)  # type: ignore[arg-type]
        logins._throttled(None, Knock(name, "", "2001:db8::1", None), 0)  # type: ignore[arg-type]
    assert asked and all(len(key) <= longest for key in asked)
