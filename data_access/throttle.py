"""Token buckets in the store, so that every web process counts the same attempts."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.tables import throttle


@dataclass(frozen=True, slots=True)
class Bucket:
    """`capacity` attempts at once, one more every `refill_s` seconds."""

    key: str
    capacity: int
    refill_s: float


def take(conn: Connection, bucket: Bucket, now_ms: int) -> float:
    """Take one token inside a write transaction: 0 when there was one, else seconds to wait."""
    same = throttle.c.bucket == bucket.key
    full = {"bucket": bucket.key, "tokens": float(bucket.capacity), "updated_at": now_ms}
    new = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    conn.execute(new(throttle).values(**full).on_conflict_do_nothing())
    row = conn.execute(select(throttle).where(same).with_for_update()).one()
    gained = max(0, now_ms - row.updated_at) / 1000 / bucket.refill_s
    tokens = min(float(bucket.capacity), row.tokens + gained)
    wait_s = 0.0 if tokens >= 1 else (1 - tokens) * bucket.refill_s
    left = tokens - 1 if tokens >= 1 else tokens
    conn.execute(update(throttle).where(same).values(tokens=left, updated_at=now_ms))
    return wait_s


def reset(conn: Connection, key: str) -> None:
    """Fill a bucket again, as after a login that succeeded."""
    conn.execute(delete(throttle).where(throttle.c.bucket == key))


def forget_full(conn: Connection, before_ms: int) -> int:
    """Delete buckets untouched since `before_ms`, which are full again; how many."""
    return conn.execute(delete(throttle).where(throttle.c.updated_at < before_ms)).rowcount
