"""Floods of connections against a real web process: staff, sources and probes do not notice.

The process is allowed 1,024 files, so that a flood of 1,024 connections is more than it can hold.
"""

import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import gevent.socket
import pytest

from dashboard.wire import bodies
from dashboard.wire.limits import OWN_FILES, Limits
from data_access.accounts.keys import KeyKind, add_key
from data_access.catalogue.loader import load_catalogue
from data_access.intake.sources import ensure_source
from data_access.public.store import migrate_public
from data_access.settings import ROOT
from domain.actor import Role
from domain.clock import to_ms, utc_now
from tests.conditions import eventually
from tests.web.live_server import LiveServer
from tests.web_client import Answer, Client

FILES = 1_024
LIMITS = Limits(FILES - OWN_FILES)
FLOOD = 1_024
QUICK_S = 2.0
EVENTS = b"GET /live/public/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
PAGE = b"GET /method HTTP/1.1\r\nHost: localhost\r\n\r\n"
SOURCE = "air-stations"


@pytest.fixture(scope="module")
def server(sqlite_template: Path) -> Iterator[LiveServer]:
    running = LiveServer(sqlite_template, files=FILES)
    try:
        migrate_public(running.settings)
        running.publish(redis=False)
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def ours(server: LiveServer) -> "Ours":
    return Ours(server)


class Ours:
    """Those who must never be kept out."""

    def __init__(self, server: LiveServer) -> None:
        now = to_ms(utc_now())
        ensure_source(server.db, load_catalogue("pudong"), SOURCE, now)
        self.url = server.url
        self.key = add_key(server.db, "flood", KeyKind.INGEST, SOURCE, now)
        self.cookie = server.cookie("flooded", Role.OPERATOR)

    def post(self) -> Answer:
        row = {
            "sign": "TRA-01",
            "place": "310115",
            "observed_at": datetime.now(UTC).isoformat(),
            "value": 42.0,
        }
        return Client(self.url).post_readings(self.key, [row])

    def are_served(self) -> None:
        """Probes, an intake post, a staff page, a wall's snapshot and the front door, each soon."""
        client = Client(self.url)
        for ask in (
            lambda: client.get("/healthz"),
            lambda: client.get("/readyz"),
            lambda: client.get("/metrics", Cookie=self.cookie),
            self.post,
            lambda: client.get("/sources", Cookie=self.cookie),
            lambda: client.get("/live/screen", Cookie=self.cookie),
            lambda: client.get("/login"),
        ):
            began = time.monotonic()
            assert ask().status == 200
            assert time.monotonic() - began < QUICK_S


class Flood:
    """Many connections that stay."""

    def __init__(self, server: LiveServer) -> None:
        self._port = server.settings.port
        self.socks: list[socket.socket] = []

    def add(self, count: int, said: bytes, source: str = "127.0.0.1") -> list[socket.socket]:
        """`count` more from an address, each of which says something (or nothing)."""
        more = []
        for _ in range(count):
            sock = socket.socket()
            sock.settimeout(10)
            sock.bind((source, 0))
            sock.connect(("127.0.0.1", self._port))
            if said:
                sock.send(said)
            more.append(sock)
        self.socks += more
        return more

    def end(self) -> None:
        for sock in self.socks:
            sock.close()


@pytest.fixture
def flood(server: LiveServer) -> Iterator[Flood]:
    made = Flood(server)
    yield made
    made.end()


class Connection:
    """As much of one as a body needs."""

    close_connection = False

    def linger(self) -> None:
        """Nobody waits."""


def status(sock: socket.socket) -> int:
    """The status of what is answered; 0 when the connection just ended."""
    try:
        first = sock.recv(4096)
    except ConnectionError:
        return 0
    return int(first.split()[1]) if first else 0


def statuses(socks: list[socket.socket]) -> list[int]:
    return [status(sock) for sock in socks]


def test_streams_of_one_address_stop_at_its_share(
    server: LiveServer, ours: Ours, flood: Flood
) -> None:
    crowd = flood.add(FLOOD, EVENTS)
    ours.are_served()
    answers = statuses(crowd)
    assert answers.count(200) == LIMITS.per_address
    assert answers.count(503) == FLOOD - LIMITS.per_address
    for n in range(2, 7):
        assert statuses(flood.add(3, EVENTS, f"127.0.0.{n}")) == [200] * 3
    assert statuses(flood.add(1, PAGE)) == [200], "the pages are still there for that address"
    ours.are_served()
    flood.end()
    eventually(lambda: statuses(flood.add(1, EVENTS)) == [200])


def test_a_refusal_says_when_to_come_back(ours: Ours, flood: Flood) -> None:
    flood.add(LIMITS.per_address, EVENTS, "127.0.0.9")
    (last,) = flood.add(1, EVENTS, "127.0.0.9")
    head = last.recv(4096).decode().lower()
    assert head.startswith("http/1.1 503 ")
    assert re.search(r"\r\nretry-after: \d+\r\n", head)
    assert "\r\nconnection: close\r\n" in head


def test_streams_of_many_addresses_stop_before_the_pool_ends(ours: Ours, flood: Flood) -> None:
    answers = []
    for n in range(20):
        answers += statuses(flood.add(LIMITS.per_address, EVENTS, f"127.0.1.{n + 1}"))
    assert LIMITS.guest_streams - 40 < answers.count(200) <= LIMITS.guest_streams
    assert set(answers) == {200, 503}
    ours.are_served()
    assert statuses(flood.add(1, PAGE)) == [200], "readers of pages find room beside the streams"


@pytest.mark.parametrize(
    "said", [b"", b"GET /healthz HTTP/1.1\r\nHo", PAGE], ids=["nothing", "half a head", "a page"]
)
def test_connections_that_wait_keep_nobody_out(ours: Ours, flood: Flood, said: bytes) -> None:
    for n in range(3):
        crowd = flood.add(FLOOD // 3, said, f"127.0.2.{n + 1}")
        if said is PAGE:
            assert set(statuses(crowd)) <= {200, 0}, "now they wait for their next request"
    ours.are_served()
    assert statuses(flood.add(1, PAGE, "127.0.2.99")) == [200]


def test_slow_bodies_keep_only_guests_out(ours: Ours, flood: Flood) -> None:
    slow = (
        b"POST /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nfigure="
    )
    for n in range(16):
        flood.add(LIMITS.per_address, slow, f"127.0.3.{n + 1}")
    ours.are_served()
    flood.end()
    eventually(lambda: statuses(flood.add(1, PAGE)) == [200])


def test_invented_keys_and_cookies_open_nothing(ours: Ours, flood: Flood) -> None:
    slow = (
        b"POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n"
        b"Authorization: Bearer invented\r\n\r\n["
    )
    assert set(statuses(flood.add(FLOOD, slow))) <= {401, 0}, "refused, or ended to make room"
    ours.are_served()
    pretender = EVENTS.replace(b"\r\n\r\n", b"\r\nCookie: yiping_session=invented\r\n\r\n")
    answers = statuses(flood.add(LIMITS.per_address + 9, pretender, "127.0.4.1"))
    assert answers.count(503) == 9


def test_a_body_that_comes_too_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_S", 0.2)
    ours, theirs = gevent.socket.socketpair()
    theirs.sendall(b"x")
    connection = Connection()
    body = bodies.Body(connection, ours.makefile("rb"), 50)
    began = time.monotonic()
    with pytest.raises(OSError, match="too slowly"):
        body.read()
    assert 0.1 < time.monotonic() - began < 5
    assert connection.close_connection, "what follows is not taken for a request"
    theirs.close()
    ours.close()


def test_a_connection_that_says_nothing_ends(flood: Flood) -> None:
    (mute,) = flood.add(1, b"")
    mute.settimeout(20)
    assert mute.recv(1) == b""


def test_behind_a_proxy_the_forwarded_address_counts(sqlite_template: Path) -> None:
    with ExitStack() as stack:
        proxied = LiveServer(sqlite_template, files=FILES, BEHIND_PROXY="1")
        stack.callback(proxied.close)
        proxied.start()
        flood = Flood(proxied)
        stack.callback(flood.end)

        def from_(address: str) -> bytes:
            return EVENTS.replace(
                b"\r\n\r\n", f"\r\nX-Forwarded-For: 1.1.1.1, {address}\r\n\r\n".encode()
            )

        many = LIMITS.per_address
        assert statuses(flood.add(many + 1, from_("203.0.113.1"))).count(503) == 1
        assert statuses(flood.add(many + 1, from_("2001:db8::7"))).count(503) == 1
        assert statuses(flood.add(1, from_("2001:db8::8"))) == [503], "one household"
        assert statuses(flood.add(1, from_("203.0.113.2"))) == [200]


def test_the_process_itself_holds_fewer_files_than_are_kept_for_it(server: LiveServer) -> None:
    assert server.process is not None
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    for pid in children.read_text().split():
        assert len(os.listdir(f"/proc/{pid}/fd")) < OWN_FILES


def _run(folder: Path, files: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", "run"],
        cwd=ROOT,
        env={**os.environ, "YIPING_DATA": str(folder), "DEMO": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )


def test_too_few_files_are_one_plain_line(tmp_path: Path) -> None:
    done = _run(tmp_path, 128)
    assert done.returncode == 2
    (line,) = (done.stdout + done.stderr).splitlines()
    assert line.startswith("ulimit -n: 128 open files are allowed")


def test_with_256_files_it_serves_and_says_how_many(sqlite_template: Path) -> None:
    small = LiveServer(sqlite_template, files=256)
    try:
        small.start()
        flood = Flood(small)
        answers = statuses(flood.add(FLOOD // 4, EVENTS))
        assert answers.count(200) == Limits(256 - OWN_FILES).per_address
        assert Client(small.url).get("/healthz").status == 200
        assert f"holds {256 - OWN_FILES} connections at most" in small.log()
        flood.end()
    finally:
        small.close()
