"""Clients of the intake: kept connections, each a thread, that send one body after another."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from domain.clock import to_ms, to_rfc3339, utc_now

STAMP = b"2000-01-01T00:00:00.000Z"  # stands in prepared bodies for the instant of sending
PAUSE_S = 0.02  # after a 503 or 429


@dataclass
class Sent:
    """What became of everything sent; one object for all threads of a run."""

    accepted: int = 0
    refused: int = 0  # requests answered with 429 or 503, sent again
    seconds: list[float] = field(default_factory=list)  # of each accepted request
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, accepted: int, refused: int, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self.accepted += accepted
            self.refused += refused
            self.seconds.append(seconds)


class Connection:
    """One kept connection to the intake."""

    def __init__(self, port: int, key: str) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def post(self, body: bytes) -> tuple[int, int]:
        """Send until it is taken; (accepted, refusals before). RuntimeError for other answers."""
        for refused in range(1000):
            self._http.request("POST", "/api/v1/readings", body, self._headers)
            answer = self._http.getresponse()
            said = answer.read()
            if answer.status == 200:
                told = json.loads(said)
                if told["rejected"] or told["duplicates"]:
                    raise RuntimeError(f"not all were taken: {said[:300]!r}")
                return int(told["accepted"]), refused
            if answer.status not in (429, 503):
                raise RuntimeError(f"{answer.status}: {said[:300]!r}")
            time.sleep(PAUSE_S)
        raise RuntimeError("refused a thousand times")

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def stamped(body: bytes) -> bytes:
    """A prepared body with the present instant in place of every STAMP."""
    return body.replace(STAMP, str(to_rfc3339(to_ms(utc_now()))).encode())


def send_all(port: int, key: str, bodies: Iterator[bytes], connections: int) -> Sent:
    """Send every body once over several connections at the same time, stamped as it goes out."""
    sent, lock = Sent(), threading.Lock()
    troubles: list[BaseException] = []

    def work() -> None:
        connection = Connection(port, key)
        try:
            while not troubles:
                with lock:
                    body = next(bodies, None)
                if body is None:
                    return
                began = time.perf_counter()
                accepted, refused = connection.post(stamped(body))
                sent.add(accepted, refused, time.perf_counter() - began)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    return sent


def until(seconds: float, make: Callable[[], bytes]) -> Iterator[bytes]:
    """Bodies made one after another for so long."""
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        yield make()
