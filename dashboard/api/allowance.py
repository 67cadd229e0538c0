"""How much one key may send: a token bucket per key and process, generous by default."""

import threading
from collections.abc import Callable
from time import monotonic

FACTS_PER_S = 100_000.0
BURST = 1_000_000.0
REQUEST_COST = 100.0  # a request costs at least as much as this many facts


class Allowance:
    """Token buckets in facts. Asked before the work, charged after it."""

    def __init__(
        self,
        rate: float = FACTS_PER_S,
        burst: float = BURST,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}  # key → (tokens, when)

    def wait_s(self, key: str) -> float:
        """0 when `key` may send now, else the seconds until it may."""
        tokens = self._tokens(key)
        return 0.0 if tokens > 0 else (1.0 - tokens) / self._rate

    def charge(self, key: str, facts: int) -> None:
        """Take what a request has cost; the bucket may go below empty once."""
        with self._lock:
            left = self._tokens(key) - max(REQUEST_COST, facts)
            self._buckets[key] = (left, self._now())

    def _tokens(self, key: str) -> float:
        tokens, when = self._buckets.get(key, (self._burst, self._now()))
        return min(self._burst, tokens + (self._now() - when) * self._rate)
