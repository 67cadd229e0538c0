"""The only place where Redis clients are made: short timeouts, no retries, a circuit breaker.

A hung Redis costs one call 0.2 s; after three failures in a row every call is refused at once
(`RedisAway`) and one trial a second finds out whether it is back. Nothing here ever waits longer.
"""

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TypeVar

import redis
from redis.backoff import NoBackoff
from redis.exceptions import MaxConnectionsError
from redis.retry import Retry

from data_access.settings import Settings

TIMEOUT_S = 0.2
FAILURES_TO_OPEN = 3
TRIAL_EVERY_S = 1.0
POOL_SIZE = 32
PING_AFTER_S = 1.0  # silence on a subscription before we ask whether anybody is there
DEAD_AFTER_S = 2.5  # silence, our question included, that counts as a lost connection

T = TypeVar("T")


class RedisAway(Exception):
    """Redis did not answer, or was not asked because it has just failed."""


class Breaker:
    """Closed while calls succeed; open after failures in a row; half-open once a second."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._trial_at = 0.0

    def allow(self) -> bool:
        """Whether the caller may try; an open breaker lets one caller through every second."""
        if self._opened_at is None:
            return True
        with self._lock:
            if self._opened_at is None:
                return True
            now = self._now()
            if now - self._trial_at < TRIAL_EVERY_S:
                return False
            self._trial_at = now
            return True

    def success(self) -> None:
        """A call came back: close."""
        if self._failures or self._opened_at is not None:
            with self._lock:
                self._failures = 0
                self._opened_at = None

    def failure(self) -> None:
        """A call failed or timed out: open at the third in a row."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN and self._opened_at is None:
                self._opened_at = self._trial_at = self._now()


class Subscription:
    """Messages of some channels. Asks for a sign of life itself; raises RedisAway when none."""

    def __init__(self, client: redis.Redis, channels: tuple[str, ...]) -> None:
        self._client = client
        self._pubsub = client.pubsub()  # type: ignore[no-untyped-call]
        try:
            self._pubsub.subscribe(*channels)
        except redis.RedisError as error:
            self.close()
            raise RedisAway(str(error)) from error
        self._heard_at = self._asked_at = monotonic()

    def next(self, timeout_s: float) -> tuple[str, bytes] | None:
        """The next (channel, payload), or None after `timeout_s` without one."""
        try:
            self._ask_when_silent()
            message = self._pubsub.get_message(timeout=timeout_s)
        except (redis.RedisError, OSError) as error:
            raise RedisAway(str(error)) from error
        if message is None:
            if monotonic() - self._heard_at > DEAD_AFTER_S:
                raise RedisAway("the subscription fell silent")
            return None
        self._heard_at = monotonic()
        if message["type"] != "message":
            return None  # a confirmation, or the answer to our own question
        return message["channel"].decode(), message["data"]

    def _ask_when_silent(self) -> None:
        now = monotonic()
        if now - max(self._heard_at, self._asked_at) > PING_AFTER_S:
            self._asked_at = now
            self._pubsub.ping()

    def close(self) -> None:
        """Give the connection back to the operating system; never raises."""
        try:
            self._pubsub.close()
            self._client.close()
        except (redis.RedisError, OSError):
            pass  # it was already gone


class RedisLink:
    """One process's way to Redis; safe for threads and greenlets."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.breaker = Breaker()
        self._client = redis.Redis(
            connection_pool=redis.BlockingConnectionPool.from_url(
                url, max_connections=POOL_SIZE, timeout=TIMEOUT_S, **_options()
            )
        )

    @property
    def client(self) -> redis.Redis:
        """The client itself, for building on; call it only inside `run`."""
        return self._client

    def run(self, command: Callable[["redis.Redis"], T]) -> T:
        """`command(client)`, or RedisAway: refused, lost, late (0.2 s) or answered by an error."""
        if not self.breaker.allow():
            raise RedisAway("Redis has just failed; it is asked again in a second")
        try:
            answer = command(self._client)
        except (MaxConnectionsError, redis.ResponseError) as error:
            raise RedisAway(str(error)) from error  # it lives: no reason to stop asking
        except (redis.RedisError, OSError) as error:
            self.breaker.failure()
            raise RedisAway(str(error)) from error
        self.breaker.success()
        return answer

    def get(self, key: str) -> bytes | None:
        """The bytes at `key`; RedisAway when nobody answers."""
        value = self.run(lambda client: client.get(key))
        return value if isinstance(value, bytes) else None

    def ping(self) -> bool:
        """Whether Redis answers now; this is what /readyz asks."""
        try:
            return bool(self.run(lambda client: client.ping()))
        except RedisAway:
            return False

    def refusal(self, key: str) -> str | None:
        """Why a Redis that answers takes no writes (full, a replica, a failed save), else None.

        It finds out by writing a byte to `key`, which goes by itself within a minute.
        """
        try:
            self.run(lambda client: client.set(key, b"1", ex=60))
        except RedisAway as away:
            if isinstance(away.__cause__, redis.ResponseError):
                return f"refuses writes: {away}"
        return None

    def set_and_publish(
        self,
        key: str,
        value: bytes,
        channel: str,
        payload: bytes,
        also: Mapping[str, bytes] | None = None,
    ) -> bool:
        """SET (`also` other keys) then PUBLISH in one transaction; False when Redis is away."""

        def both(client: redis.Redis) -> None:
            with client.pipeline(transaction=True) as pipe:
                pipe.set(key, value)
                for name, other in (also or {}).items():
                    pipe.set(name, other)
                pipe.publish(channel, payload)
                pipe.execute()

        try:
            self.run(both)
        except RedisAway:
            return False
        return True

    def subscribe(self, *channels: str) -> Subscription:
        """A subscription on a connection of its own; RedisAway when Redis cannot be reached."""
        return Subscription(redis.Redis.from_url(self._url, **_options()), channels)

    def close(self) -> None:
        """Close every pooled connection."""
        self._client.close()


def open_redis(settings: Settings) -> RedisLink:
    """The way to the Redis that the settings name; connects at the first call, not here."""
    return RedisLink(settings.redis)


def _options() -> dict[str, object]:
    # RESP2 needs no handshake; no CLIENT SETINFO either: a fresh connection is one system call
    return {
        "protocol": 2,
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "health_check_interval": 0,
        "driver_info": None,
    }
