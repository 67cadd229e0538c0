"""A gateway as one stands in the field: sends readings, sends again what was not acknowledged,
and keeps a ledger of everything that was."""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from typing import Any

from domain.clock import to_ms, to_rfc3339, utc_now
from tests.fixtures.product import Stack
from tests.web_client import Client

Row = dict[str, Any]
BATCH = 40
RETRY_S = 0.1
PACE_S = 0.05  # between batches: the test is about deaths, not about load


class Gateway(threading.Thread):
    """Posts batches of distinct readings of `signs` in `streets` until told to stop."""

    def __init__(
        self, stack: Stack, source: str, key: str, signs: Sequence[str], streets: Sequence[str]
    ) -> None:
        super().__init__(daemon=True)
        self.source, self.key = source, key
        self.signs, self.streets = signs, streets
        self.client: Client = stack.client()
        self.acknowledged: list[Row] = []
        self.refusals: list[str] = []
        self.strange: list[str] = []
        self.last_ack = time.monotonic()
        self._made = 0
        self._last_at = 0
        self._halt = threading.Event()

    def run(self) -> None:
        while not self._halt.is_set():
            batch = self._batch()
            while not self._deliver(batch):
                self._halt.wait(RETRY_S)
                if self._halt.is_set() and self.last_ack < time.monotonic() - 30:
                    self.strange.append("the product did not come back within 30 s")
                    return
            self.acknowledged += batch
            self.last_ack = time.monotonic()
            self._halt.wait(PACE_S)

    def stop(self) -> None:
        """Deliver what is on its way, then end."""
        self._halt.set()
        self.join(60)

    def _batch(self) -> list[Row]:
        rows = []
        # instants of its own for each reading: no two rows have the same key
        self._last_at = max(self._last_at, to_ms(utc_now()))
        for _ in range(BATCH):
            n = self._made
            self._made += 1
            self._last_at += 1
            rows.append(
                {
                    "source": self.source,
                    "sign": self.signs[n % len(self.signs)],
                    "street": self.streets[n // len(self.signs) % len(self.streets)],
                    "observed_at": to_rfc3339(self._last_at),
                    "value": float(n % 7),
                }
            )
        return rows

    def _deliver(self, batch: list[Row]) -> bool:
        try:
            answer = self.client.post_readings(self.key, batch, timeout=5)
        except (OSError, http.client.HTTPException) as fault:
            self.refusals.append(type(fault).__name__)
            return False
        if answer.status in (429, 502, 503):
            self.refusals.append(str(answer.status))
            return False
        if answer.status != 200:
            self.strange.append(f"{answer.status} {answer.text[:200]}")
            return False
        told = json.loads(answer.body)
        if told["accepted"] + told["duplicates"] != len(batch) or told["rejected"]:
            self.strange.append(answer.text[:200])
        return True
