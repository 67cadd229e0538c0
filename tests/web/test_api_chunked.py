"""Bodies without a length, through a real web process: whole, or refused, never cut."""

import gzip
import json
import socket

import pytest

from dashboard.api.body import MAX_BYTES
from data_access.accounts.keys import KeyKind, add_key
from data_access.intake.sources import create_source
from domain.clock import MINUTE_MS, to_ms, to_rfc3339, utc_now
from tests.raw_rows import stored_rows
from tests.web.live_server import LiveServer

NDJSON = "application/x-ndjson"


@pytest.fixture
def sender(server: LiveServer, request: pytest.FixtureRequest) -> "Sender":
    """A source of the test's own."""
    return Sender(server, f"chunked-{abs(hash(request.node.name)) % 10**9}")


class Sender:
    """A source that sends raw bytes."""

    def __init__(self, server: LiveServer, source: str) -> None:
        self.server = server
        self.source = source
        now = to_ms(utc_now())
        create_source(server.db, source, "live", now)
        self.key = add_key(server.db, source, KeyKind.INGEST, source, now)
        self._now = now // MINUTE_MS * MINUTE_MS

    def lines(self, count: int, size: int = 0) -> bytes:
        """So many good readings, a line each, padded to a size."""
        made = []
        for n in range(count):
            row = {
                "source": self.source,
                "sign": "ENV-02",
                "street": "310115005",
                "observed_at": to_rfc3339(self._now - n % 600 * MINUTE_MS),
                "value": 30,
                "point": str(n // 600),
            }
            made.append(json.dumps(row).encode().ljust(size) + b"\n")
        return b"".join(made)

    def stored(self) -> int:
        """How many readings of the source are in the store."""
        with self.server.db.read() as conn:
            rows = stored_rows(conn, "ENV-02")
            return sum(row[3] == self.source for row in rows)

    def head(self, kind: str = "application/json", coding: str = "identity") -> bytes:
        """The head of a chunked request."""
        return (
            "POST /api/v1/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
            f"Authorization: Bearer {self.key}\r\nContent-Type: {kind}\r\n"
            f"Content-Encoding: {coding}\r\n\r\n"
        ).encode()

    def talk(self, sent: bytes, *, hang_up: bool = True) -> bytes:
        """Send raw bytes on a connection of its own; all that comes back."""
        with socket.create_connection(("127.0.0.1", self.server.settings.port), 20) as line:
            line.sendall(sent)
            if hang_up:
                line.shutdown(socket.SHUT_WR)
            heard = b""
            while piece := line.recv(65_536):
                heard += piece
            return heard


def chunked(body: bytes, size: int = 65_536) -> bytes:
    """A body in chunks, with its end."""
    parts = []
    for begin in range(0, len(body), size):
        piece = body[begin : begin + size]
        parts.append(b"%x\r\n%s\r\n" % (len(piece), piece))
    return b"".join(parts) + b"0\r\n\r\n"


def status(heard: bytes) -> int:
    """The status of the first answer."""
    return int(heard.split(b" ", 2)[1])


def outcome(heard: bytes) -> dict[str, object]:
    """The answer's JSON."""
    found: dict[str, object] = json.loads(heard.partition(b"\r\n\r\n")[2])
    return found


@pytest.mark.parametrize("size", [1, 7, 4_096, 1 << 20])
def test_chunks_of_any_size_are_one_body(sender: Sender, size: int) -> None:
    body = sender.lines(40)
    heard = sender.talk(sender.head(NDJSON) + chunked(body, size))
    assert status(heard) == 200 and outcome(heard)["accepted"] == 40
    assert sender.stored() == 40


@pytest.mark.parametrize("over", [1, 70_000, 4_000_000])
def test_too_many_bytes_are_413_and_nothing_is_stored(sender: Sender, over: int) -> None:
    rows = sender.lines(1_000)
    body = rows + b"\n" * (MAX_BYTES + over - len(rows))
    heard = sender.talk(sender.head(NDJSON) + chunked(body))
    assert status(heard) == 413
    assert sender.stored() == 0


def test_as_many_bytes_as_we_take_are_taken(sender: Sender) -> None:
    rows = sender.lines(1_000)
    heard = sender.talk(sender.head(NDJSON) + chunked(rows + b"\n" * (MAX_BYTES - len(rows))))
    assert outcome(heard) == {"accepted": 1_000, "duplicates": 0, "rejected": []}


def test_the_cut_that_dropped_rows_without_a_word(sender: Sender) -> None:
    """Lines whose ends fall on the limit: what is left is readable, and it is not the body."""
    body = sender.lines(16_640, 511)
    assert len(body) > MAX_BYTES and MAX_BYTES % 512 == 0
    assert status(sender.talk(sender.head(NDJSON) + chunked(body))) == 413
    assert sender.stored() == 0


def test_compressed_chunks(sender: Sender) -> None:
    head = sender.head(NDJSON, "gzip")
    heard = sender.talk(head + chunked(gzip.compress(sender.lines(500)), 100))
    assert outcome(heard)["accepted"] == 500
    streams = gzip.compress(sender.lines(20)) + gzip.compress(b" " * (MAX_BYTES - 100_000))
    filled = streams + b"\0" * (MAX_BYTES + 1 - len(streams))
    assert status(sender.talk(head + chunked(filled))) == 413


def test_a_body_that_ends_early_is_refused(sender: Sender) -> None:
    whole = chunked(sender.lines(10), 300)
    for kind, coding, sent in (
        (NDJSON, "identity", whole),
        ("application/json", "identity", chunked(b"[" + sender.lines(1) + b"]", 30)),
        (NDJSON, "gzip", chunked(gzip.compress(sender.lines(10)), 50)),
    ):
        for missing in (1, 2, 5, 7, 20, len(sent) // 2):
            heard = sender.talk(sender.head(kind, coding) + sent[:-missing])
            assert status(heard) in (400, 422), (kind, coding, missing, heard[:200])
    assert sender.stored() == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n",
        b"-1\r\n\r\n0\r\n\r\n",
        b"\r\n\r\n",
        b"fffffffff\r\n",
        b"2\n[]\r\n0\r\n\r\n",
        b"2\r\n[] 0\r\n0\r\n\r\n",
        b"1;" + b"x" * 5_000 + b"\r\n[\r\n0\r\n\r\n",
        b"0\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
        b"1\r\n \r\n" * 400_000 + b"0\r\n\r\n",
    ],
)
def test_chunks_that_are_none_are_refused(sender: Sender, sent: bytes) -> None:
    assert status(sender.talk(sender.head() + sent)) in (400, 422)


def test_after_a_whole_body_the_connection_goes_on(sender: Sender) -> None:
    one = sender.head() + b"2;name=value\r\n[]\r\n0\r\nTrailer: x\r\n\r\n"
    heard = sender.talk(one + one)
    assert heard.count(b"HTTP/1.1 200 OK") == 2


def test_other_doors_do_not_cut_either(server: LiveServer, sender: Sender) -> None:
    form = b"username=x&password=y&next=" + b"a" * 300_000
    head = (
        f"POST /login HTTP/1.1\r\nHost: {server.url[7:]}\r\nOrigin: {server.url}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    assert status(sender.talk(head + chunked(form))) == 413


def test_who_waits_to_be_told_to_go_on_is_told(sender: Sender) -> None:
    head = sender.head().replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    heard = sender.talk(head + chunked(b"[]"))
    assert heard.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    refused = sender.talk(head.replace(sender.key.encode(), b"none"), hang_up=False)
    assert status(refused) == 401  # and the connection ends, without waiting for the body
