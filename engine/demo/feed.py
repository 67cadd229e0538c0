"""The demonstration's way in: the public intake, over HTTP, with a key per source.

Nothing here is a short cut: what is sent is validated, stored and counted like anybody's.
"""

import http.client
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.demo.bootstrap import read_keys
from engine.demo.city import SimReading

log = logging.getLogger("yiping.demo")

PATH = "/api/v1/readings"
BATCH = 1_000
TIMEOUT_S = 15.0
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class Tally:
    """What became of what was sent."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    refused: int = 0  # in requests that were not taken at all


@dataclass(slots=True)
class Feed:
    """Sends batches until they are acknowledged; keeps one connection open.

    `pause` waits (and may end the process); it is the only place where time passes.
    """

    host: str
    port: int
    keys_file: Path
    pause: Callable[[float], object]
    host_header: str | None = None
    tally: Tally = field(default_factory=Tally)
    _keys: dict[str, str] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)  # source → the key that was refused
    _connection: http.client.HTTPConnection | None = None
    _down: bool = False

    def send(self, rows: Sequence[SimReading]) -> None:
        """Send readings, of any sources, in batches by source; returns when all are answered.

        Sources without a key, or whose key is refused, are passed over (and logged once).
        """
        by_source: dict[str, list[SimReading]] = {}
        for row in rows:
            by_source.setdefault(row["source"], []).append(row)
        for source, own in by_source.items():
            for start in range(0, len(own), BATCH):
                self._send_batch(source, own[start : start + BATCH])

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send_batch(self, source: str, rows: Sequence[SimReading]) -> None:
        body = json.dumps(rows).encode()  # writes NaN as devices do; the intake must cope
        tries = 0
        while True:
            key = self._key(source)
            if key is None:
                self.tally.refused += len(rows)
                return
            answer = self._post(key, body)
            if answer is not None and answer.status not in _AGAIN:
                self._settle(source, key, rows, answer)
                return
            delay = BACKOFF_S[min(tries, len(BACKOFF_S) - 1)]
            self.pause(max(delay, answer.retry_after_s if answer else 0.0))
            tries += 1

    def _post(self, key: str, body: bytes) -> "Answer | None":
        """The answer, or None when there was none."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT_S)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        if self.host_header:
            headers["Host"] = self.host_header
        try:
            self._connection.request("POST", PATH, body, headers)
            response = self._connection.getresponse()
            answer = Answer(response.status, response.read(), response.getheader("Retry-After"))
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            if not self._down:
                log.info("the intake does not answer (%s); trying until it does", fault)
            self._down = True
            return None
        if self._down and answer.status == 200:
            log.info("the intake answers")
            self._down = False
        return answer

    def _settle(self, source: str, key: str, rows: Sequence[SimReading], answer: "Answer") -> None:
        if answer.status == 200:
            told = answer.told()
            self.tally.accepted += _count(told.get("accepted"))
            self.tally.duplicates += _count(told.get("duplicates"))
            self.tally.rejected += _count(told.get("rejected"))
        elif answer.status == 413 and len(rows) > 1:
            half = len(rows) // 2
            self._send_batch(source, rows[:half])
            self._send_batch(source, rows[half:])
        else:
            self.tally.refused += len(rows)
            log.warning("%s: refused with %d: %.200r", source, answer.status, answer.body)
            if answer.status in (401, 403):
                self._refused[source] = key

    def _key(self, source: str) -> str | None:
        key = self._keys.get(source)
        if key is None or self._refused.get(source) == key:
            self._keys = read_keys(self.keys_file)
            key = self._keys.get(source)
            if key is None or self._refused.get(source) == key:
                if source not in self._refused:
                    log.warning("%s: no key in %s", source, self.keys_file.name)
                    self._refused[source] = ""
                return None
        return key


@dataclass(frozen=True, slots=True)
class Answer:
    """What the intake said."""

    status: int
    body: bytes
    retry_after: str | None

    @property
    def retry_after_s(self) -> float:
        """Seconds it asks us to wait, at most a minute; 0 when it does not say."""
        text = (self.retry_after or "").strip()
        return min(float(text), 60.0) if text.isdigit() else 0.0

    def told(self) -> dict[str, object]:
        """The answer's JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _count(told: object) -> int:
    if isinstance(told, list):
        return len(told)
    return told if isinstance(told, int) else 0
