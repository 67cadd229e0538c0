"""Token buckets: the same arithmetic in every process, on either store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from data_access import logins, tables, throttle, users
from data_access.audit import Result, newest
from data_access.db import Database
from data_access.logins import Knock, attempt
from data_access.throttle import Bucket
from domain.actor import Role
from tests.clocks import FixedClock

PASSWORD = "a long enough password"
BUCKET = Bucket("test", 3, 10.0)


def take(db: Database, at_ms: int, bucket: Bucket = BUCKET) -> float:
    with db.write() as conn:
        return throttle.take(conn, bucket, at_ms)


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


def test_attempts_by_name_and_by_address(db: Database, clock: FixedClock) -> None:
    users.add_user(db, "wang", PASSWORD, Role.LEADER, None, clock.ms)
    size = logins.PER_LOGIN[0]
    for n in range(size):
        knock = Knock("WANG ", "wrong", f"192.0.2.{n}", None)
        assert attempt(db, knock, clock.ms) == logins.Outcome()
    shut = attempt(db, Knock("wang", PASSWORD, "192.0.2.99", None), clock.ms)
    assert shut.token is None and shut.wait_s > 0, "the name is throttled from everywhere"
    clock.step(logins.PER_LOGIN[1])
    assert attempt(db, Knock("wang", PASSWORD, "192.0.2.99", None), clock.ms).token
    assert [entry.result for entry in newest(db)] == [Result.OK] + [Result.FAILED] * size


def test_a_whole_ipv6_network_is_one_address(db: Database, clock: FixedClock) -> None:
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "not an address"):
        attempt(db, Knock("x", "y", address, None), clock.ms)
    with db.read() as conn:
        rows = select(func.count()).select_from(tables.throttle)
        addresses = rows.where(tables.throttle.c.bucket.like("address:%"))
        assert conn.execute(addresses).scalar() == 2


@given(name=st.text(max_size=200))
def test_any_name_fits_its_bucket(name: str) -> None:
    key = logins._by_login(Knock(name, "", "", None)).key
    assert len(key) <= tables.throttle.c.bucket.type.length  # type: ignore[attr-defined]
