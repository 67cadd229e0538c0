"""Intake beside the event loop: a store that cannot be had stops senders, nobody else."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from data_access.accounts.keys import KeyKind, add_key
from data_access.intake.sources import create_source
from domain.clock import MINUTE_MS, to_ms, to_rfc3339, utc_now
from tests.conditions import eventually
from tests.raw_rows import stored_rows
from tests.web.live_server import LiveServer
from tests.web_client import Answer, Client


@pytest.fixture(scope="module")
def key(server: LiveServer) -> str:
    """An ingest key of the source `probe`."""
    now = to_ms(utc_now())
    create_source(server.db, "probe", "live", now)
    return add_key(server.db, "probe", KeyKind.INGEST, "probe", now)


def rows(first: int, count: int) -> list[dict[str, object]]:
    """Good readings, a minute apart."""
    now = to_ms(utc_now()) // MINUTE_MS * MINUTE_MS
    return [
        {
            "source": "probe",
            "sign": "ENV-02",
            "street": "310115005",
            "observed_at": to_rfc3339(now - n * MINUTE_MS),
            "value": 30,
        }
        for n in range(first, first + count)
    ]


def test_senders_at_once_all_get_their_answer(server: LiveServer, key: str) -> None:
    def send(first: int) -> Answer:
        return Client(server.url).post_readings(key, rows(first, 20))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(0, 400, 10)))  # each reading is sent twice
    assert {answer.status for answer in answers} == {200}, server.log()
    outcomes = [answer.json() for answer in answers]
    assert sum(o["accepted"] + o["duplicates"] + len(o["rejected"]) for o in outcomes) == 800
    with server.db.read() as conn:
        stored = len(list(stored_rows(conn, "ENV-02")))
    assert stored == sum(o["accepted"] for o in outcomes)


def test_a_held_store_keeps_nobody_else_waiting(server: LiveServer, key: str) -> None:
    with ThreadPoolExecutor(1) as pool, server.db.write():
        sending = pool.submit(Client(server.url).post_readings, key, rows(0, 1))
        worst = 0.0
        while not sending.done():
            begun = time.monotonic()
            assert Client(server.url).get("/healthz").status == 200
            worst = max(worst, time.monotonic() - begun)
        answer = sending.result()
    assert answer.status == 503, answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    assert json.loads(answer.body)["error"]["code"] == "busy"
    assert worst < 1.0  # the sender waited two seconds, the others did not
    eventually(lambda: Client(server.url).post_readings(key, rows(0, 1)).status == 200)
