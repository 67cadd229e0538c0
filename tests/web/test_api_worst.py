"""One sender's worst costs only itself: what a body may cost, and who else notices."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dashboard.api.body import MAX_BYTES, gunzip
from dashboard.api.budget import Budget, TooSlow
from dashboard.api.cutting import Unreadable
from dashboard.api.decoding import MAX_FACTS, Decoder, TooMany
from dashboard.api.errors import ApiError
from data_access.accounts.keys import KeyKind, add_key
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import create_source
from domain.clock import to_ms, to_rfc3339, utc_now
from domain.facts.fact import Parcel
from tests.web.live_server import LiveServer
from tests.web.worst_bodies import ARRAYS, LINES, ZIPPED
from tests.web_client import Answer, Client

READER = Decoder(READING)
PATH = "/api/v1/readings"
Read = Callable[[bytes, Budget], Parcel[Any] | bytes]


def each() -> Iterator[tuple[str, Read, bytes]]:
    """Every body with the way that it is read."""
    readers: list[tuple[dict[str, bytes], Read]] = [
        (ARRAYS, READER.array),
        (LINES, READER.lines),
        (ZIPPED, gunzip),
    ]
    for bodies, read in readers:
        for name, body in bodies.items():
            yield name, read, body


def plain_reading(body: bytes) -> float:
    """Processor seconds that the standard library takes to read the same, here and now."""
    begun = time.thread_time()
    json.loads(body)
    return time.thread_time() - begun


def test_no_body_costs_more_than_it_may() -> None:
    """None costs what the standard library takes for a body full of empty arrays. That is what the
    budget allows on the machine where it was set, so nothing is refused that is only large."""
    slow = {}
    most = plain_reading(ARRAYS["empty arrays"])
    for name, read, body in each():
        assert len(body) <= MAX_BYTES, name
        budget = Budget()
        try:
            found = read(body, budget)
        except (TooMany, TooSlow, Unreadable, ApiError):
            found = b""
        if isinstance(found, Parcel):
            assert len(found.facts) + len(found.faults) <= MAX_FACTS
        if budget.spent > most:
            slow[f"{read.__name__}: {name}"] = round(budget.spent / most, 2)
    assert not slow


def test_what_nobody_has_thought_of_ends_with_the_budget() -> None:
    for read, body in (
        (READER.array, ARRAYS["as many readings as we take, all bad"]),
        (READER.lines, LINES["as many with NaN"]),
        (gunzip, ZIPPED["as many streams as we take"]),
    ):
        with pytest.raises(TooSlow):
            read(body, Budget(0.0))


@pytest.fixture(scope="module")
def keys(server: LiveServer) -> dict[str, str]:
    """Ingest keys of two sources."""
    now = to_ms(utc_now())
    for source in ("flood", "small"):
        create_source(server.db, source, "live", now)
    return {
        source: add_key(server.db, source, KeyKind.INGEST, source, now)
        for source in ("flood", "small")
    }


def post(server: LiveServer, key: str, body: bytes, **headers: str) -> Answer:
    """POST a body with a key."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **named}
    return Client(server.url).request("POST", PATH, body, sent)


class Flood:
    """Several connections of one key that send the same body as fast as they can."""

    def __init__(self, send: Callable[[], Answer], connections: int) -> None:
        self.answers: list[Answer] = []
        self._send = send
        self._halt = threading.Event()
        self._pool = ThreadPoolExecutor(connections)
        self._running = [self._pool.submit(self._run) for _ in range(connections)]

    def _run(self) -> None:
        while not self._halt.is_set():
            self.answers.append(self._send())

    def __enter__(self) -> "Flood":
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._pool.shutdown()
        for each in self._running:
            each.result()


def beside(server: LiveServer, key: str, seconds: float) -> list[float]:
    """How long small batches and a page took, one after another, while something else goes on."""
    took: list[float] = []
    deadline, n = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        n += 1
        row = {
            "source": "small",
            "sign": "ENV-02",
            "street": "310115005",
            "observed_at": to_rfc3339(to_ms(utc_now())),
            "value": 30,
            "point": str(n),
        }
        begun = time.monotonic()
        answer = post(server, key, json.dumps([row]).encode())
        assert answer.status == 200 and answer.json()["accepted"] == 1, answer.text
        assert Client(server.url).get("/healthz").status == 200
        took.append(time.monotonic() - begun)
    return took


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("empty streams", {"Content_Encoding": "gzip"}),
        ("as many lines as we take, all bad", {"Content_Type": "application/x-ndjson"}),
        ("objects of empty arrays", {}),
    ],
)
def test_a_key_that_floods_keeps_nobody_else_waiting(
    server: LiveServer, keys: dict[str, str], name: str, headers: dict[str, str]
) -> None:
    body = (ZIPPED | LINES | ARRAYS)[name]
    with Flood(lambda: post(server, keys["flood"], body, **headers), 18) as flood:
        took = beside(server, keys["small"], 3.0)
    assert max(took) < 2.0, sorted(took)[-5:]
    assert {answer.status for answer in flood.answers} <= {200, 413, 422, 429, 503}
    for answer in flood.answers:
        if answer.status in (429, 503):
            assert int(answer.headers["Retry-After"]) >= 1


def test_more_at_once_than_a_key_may_have_is_told_so(
    server: LiveServer, keys: dict[str, str]
) -> None:
    with server.db.write():  # the store is held: requests pile up
        body = json.dumps([{"source": "flood"}]).encode()
        with ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(lambda _: post(server, keys["flood"], body), range(24)))
    told = [answer.status for answer in answers]
    assert told.count(429) == 8 and told.count(503) == 16, told
