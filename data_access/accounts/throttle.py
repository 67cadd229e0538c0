"""Token buckets in the store, so that every web process counts the same attempts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.store.tables import throttle


@dataclass(frozen=True, slots=True)
class Bucket:
    """`capacity` attempts at once, one more every `refill_s` seconds."""

    key: str
    capacity: int
    refill_s: float


def level(conn: Connection, bucket: Bucket, now_ms: int) -> float:
    """How many tokens are in it, inside a write transaction; it is nobody else's until the end."""
    full = {"bucket": bucket.key, "tokens": float(bucket.capacity), "updated_at": now_ms}
    new = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    conn.execute(new(throttle).values(**full).on_conflict_do_nothing())
    same = throttle.c.bucket == bucket.key
    row = conn.execute(select(throttle).where(same).with_for_update()).one()
    gained: float = max(0, now_ms - row.updated_at) / 1000 / bucket.refill_s
    return min(float(bucket.capacity), float(row.tokens) + gained)


def take(conn: Connection, buckets: Sequence[Bucket], now_ms: int) -> float:
    """Take one token of each inside a write transaction: 0 when all had one, else seconds to wait.

    Nothing is taken when one is empty: who has to wait does not pay for it.
    """
    wait_s = wait(conn, buckets, now_ms)
    if wait_s == 0:
        for bucket in buckets:
            _put(conn, bucket, level(conn, bucket, now_ms) - 1, now_ms)
    return wait_s


def wait(conn: Connection, buckets: Sequence[Bucket], now_ms: int) -> float:
    """Seconds until all of them have a token, 0 when they have."""
    ordered = sorted(buckets, key=lambda bucket: bucket.key)  # as everybody else locks them
    return max((1 - min(1.0, level(conn, b, now_ms))) * b.refill_s for b in ordered)


def give_back(conn: Connection, buckets: Sequence[Bucket], now_ms: int) -> None:
    """Undo a `take`: what it was for turned out to be in order."""
    for bucket in sorted(buckets, key=lambda bucket: bucket.key):
        _put(conn, bucket, min(bucket.capacity, level(conn, bucket, now_ms) + 1), now_ms)


def reset(conn: Connection, key: str) -> None:
    """Fill a bucket again, as after a login that succeeded."""
    conn.execute(delete(throttle).where(throttle.c.bucket == key))


def forget_full(conn: Connection, before_ms: int) -> int:
    """Delete buckets untouched since `before_ms`, which are full again; how many."""
    return conn.execute(delete(throttle).where(throttle.c.updated_at < before_ms)).rowcount


def _put(conn: Connection, bucket: Bucket, tokens: float, now_ms: int) -> None:
    same = throttle.c.bucket == bucket.key
    conn.execute(update(throttle).where(same).values(tokens=tokens, updated_at=now_ms))
