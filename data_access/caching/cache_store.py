"""Where cached answers lie: sealed bytes in Redis, with a lock per key over all processes.

An entry is a keyed BLAKE2 hash over its key and content, then msgpack of (computed_at,
fresh_until, value). What does not carry the right hash is a miss: it is never decoded further.
"""

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from typing import Protocol

import msgspec
import redis

from data_access.caching.redis_client import RedisAway, RedisLink
from data_access.caching.single_flight import Flights
from domain.clock import Clock, to_ms

log = logging.getLogger(__name__)

SEAL_BYTES = 16
JITTER = 0.1  # entries live up to a tenth shorter, so that they do not all end together
LOCK_MS = 30_000  # longest computation that keeps other processes away
WAIT_S = 5.0  # longest wait for another process's answer; then we compute it ourselves
LOCAL_S = 1.0  # without Redis an answer is kept this long in the process
LOCAL_MAX = 512
RENEWALS_MAX = 16


class Backend(Protocol):
    """The part of a flask-caching backend that is used; values are bytes."""

    def get(self, key: str) -> bytes | None: ...
    def set(self, key: str, value: bytes, timeout: int | None = None) -> object: ...


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """A kept answer. Times are epoch ms."""

    computed_at: int
    fresh_until: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Life:
    """How long an answer is fresh, and how much longer it may be served while renewed, in s."""

    ttl: float
    stale_ttl: float


@dataclass(frozen=True, slots=True)
class Found:
    """An answer and what must be said about it."""

    entry: Entry
    stale: bool = False
    degraded: bool = False


Compute = Callable[[], bytes]
_entry = msgspec.msgpack.Decoder(Entry)


class CacheStore:
    """Cached answers of one database, shared by all processes that have the same secret."""

    def __init__(
        self, backend: Backend, link: RedisLink, secret: bytes, prefix: str, clock: Clock
    ) -> None:
        self._backend = backend
        self._link = link
        self._secret = blake2b(secret, person=b"yiping-cache").digest()
        self._prefix = prefix
        self._clock = clock
        self._flights: Flights[Found] = Flights()
        self._local: dict[str, tuple[float, Entry]] = {}
        self._renewing: set[str] = set()

    def find(self, key: str, life: Life, compute: Compute) -> Found:
        """The answer at `key`: kept, kept but being renewed, or computed now (by one caller)."""
        key = self._prefix + key
        try:
            entry = self.load(key)
        except RedisAway:
            return self._flights.do(key, lambda: self._without_redis(key, life, compute))
        if entry is not None:
            now = to_ms(self._clock())
            if now < entry.fresh_until:
                return Found(entry)
            if now < entry.fresh_until + life.stale_ttl * 1000:
                self._renew_behind(key, life, compute)
                return Found(entry, stale=True)
        return self._flights.do(key, lambda: self._across_processes(key, life, compute))

    def load(self, key: str) -> Entry | None:
        """The entry under the full `key`, or None when absent or not ours; may raise RedisAway."""
        raw = self._link.run(lambda _client: self._backend.get(key))
        if not isinstance(raw, bytes) or len(raw) <= SEAL_BYTES:
            return None
        if not compare_digest(raw[:SEAL_BYTES], self._seal(key, raw[SEAL_BYTES:])):
            log.warning("cache: an entry without our seal at %s was ignored", key)
            return None
        try:
            entry = _entry.decode(raw[SEAL_BYTES:])
        except msgspec.DecodeError:
            return None
        # an entry from the future would stay fresh too long: the clock was set back
        return entry if entry.computed_at <= to_ms(self._clock()) + 60_000 else None

    def _seal(self, key: str, content: bytes) -> bytes:
        return blake2b(
            key.encode() + b"\0" + content, key=self._secret, digest_size=SEAL_BYTES
        ).digest()

    def _save(self, key: str, life: Life, value: bytes) -> Entry:
        entry = self._new_entry(life, value)
        content = msgspec.msgpack.encode(entry)
        sealed = self._seal(key, content) + content
        keep = max(1, round(life.ttl + life.stale_ttl))
        try:
            self._link.run(lambda _client: self._backend.set(key, sealed, timeout=keep))
        except RedisAway:
            pass  # the answer is right all the same
        return entry

    def _new_entry(self, life: Life, value: bytes) -> Entry:
        now = to_ms(self._clock())
        fresh_ms = life.ttl * 1000 * (1 - JITTER * random.random())  # noqa: S311 - not a secret
        return Entry(now, now + round(fresh_ms), value)

    def _across_processes(self, key: str, life: Life, compute: Compute) -> Found:
        token: str | None = None
        pause, deadline = 0.01, time.monotonic() + WAIT_S
        try:
            while (token := self._claim(key)) is None and time.monotonic() < deadline:
                time.sleep(pause)
                pause = min(0.1, pause * 1.5)
                if (entry := self._fresh(key)) is not None:
                    return Found(entry)
            if token is not None and (entry := self._fresh(key)) is not None:
                self._release(key, token)  # another process finished between our look and claim
                return Found(entry)
        except RedisAway:
            return self._without_redis(key, life, compute)
        try:
            return Found(self._save(key, life, compute()))
        finally:
            self._release(key, token)

    def _fresh(self, key: str) -> Entry | None:
        entry = self.load(key)
        return entry if entry is not None and to_ms(self._clock()) < entry.fresh_until else None

    def _without_redis(self, key: str, life: Life, compute: Compute) -> Found:
        kept = self._local.get(key)
        if kept is not None and time.monotonic() < kept[0]:
            return Found(kept[1], degraded=True)
        entry = self._new_entry(life, compute())
        if len(self._local) >= LOCAL_MAX:
            self._local.clear()
        self._local[key] = (time.monotonic() + min(LOCAL_S, life.ttl), entry)
        return Found(entry, degraded=True)

    def _renew_behind(self, key: str, life: Life, compute: Compute) -> None:
        if key in self._renewing or len(self._renewing) >= RENEWALS_MAX:
            return
        self._renewing.add(key)
        threading.Thread(
            target=self._renew, args=(key, life, compute), name="cache-renew", daemon=True
        ).start()

    def _renew(self, key: str, life: Life, compute: Compute) -> None:
        token: str | None = None
        try:
            token = self._claim(key)
            if token is not None and self._fresh(key) is None:
                self._save(key, life, compute())
        except RedisAway:
            pass  # the next caller finds out and computes
        except Exception:
            log.exception("cache: renewing %s failed; the old answer is served on", key)
        finally:
            self._renewing.discard(key)
            self._release(key, token)

    def _claim(self, key: str) -> str | None:
        """Our token when the lock of `key` became ours, else None; may raise RedisAway."""
        token = secrets.token_hex(8)
        got = self._link.run(lambda c: c.set(f"{key}:lock", token, nx=True, px=LOCK_MS))
        return token if got else None

    def _release(self, key: str, token: str | None) -> None:
        """Give the lock back if it is still ours; no scripts, an ACL may forbid them."""
        if token is None:
            return
        lock = f"{key}:lock"

        def delete_if_ours(client: redis.Redis) -> None:
            with client.pipeline(transaction=True) as pipe:
                pipe.watch(lock)  # type: ignore[no-untyped-call]
                if pipe.get(lock) == token.encode():
                    pipe.multi()
                    pipe.delete(lock)
                    pipe.execute()

        try:
            self._link.run(delete_if_ours)
        except (RedisAway, redis.WatchError):
            pass  # it ends by itself after LOCK_MS
