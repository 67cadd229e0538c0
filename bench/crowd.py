"""Many clients in one process, each a raw socket: `python -m bench.crowd viewers|hammer …`.

`viewers PORT COUNT SECONDS COOKIE [PATH]`: event-stream viewers, of the wall unless PATH says
otherwise. For each delta a viewer receives whole, the time since the clock in that delta (as_of):
building, Redis, fan-out and the wire.
`hammer PORT CONNECTIONS SECONDS FILE`: sends the request in FILE again and again.
The answer is one line of JSON.
"""

import json
import os
import re
import resource
import select
import socket
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from domain.clock import to_ms, utc_now

BLOCK = 250  # addresses of each loopback network that connections come from
CONNECTING = 200  # at the same time
READ = 1 << 18
SETTLE_S = 2.0  # between the last viewer's snapshot and the first counted delta
WALL = "/live/screen/events"
_ID = re.compile(rb"id: (\d+)\nevent: delta\n")
_AS_OF = re.compile(rb'"as_of":"([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


def raise_files(wanted: int) -> None:
    """Allow this process `wanted` open files, as far as the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))


def connected(port: int, number: int) -> socket.socket:
    """A connection to the port from a loopback address of its own, as visitors have one each."""
    sock = socket.socket()
    here, row, place = os.getpid() % BLOCK, number // BLOCK % BLOCK, number % BLOCK
    sock.bind((f"127.{1 + here}.{row}.{1 + place}", 0))
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


class Viewers:
    """Event-stream viewers on one epoll."""

    def __init__(self, port: int, cookie: str, path: str = WALL) -> None:
        self._port = port
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Cookie: {cookie}\r\n\r\n"
        ).encode()
        self._epoll = select.epoll()
        self._socks: dict[int, socket.socket] = {}
        self._tails: dict[int, bytes] = {}  # of a frame that has not arrived whole
        self._as_of: dict[bytes, int] = {}  # version → the engine's clock, epoch ms
        self._watched: set[int] = set()  # those who have their snapshot
        self.late_ms: list[int] = []
        self.received: Counter[bytes] = Counter()  # version → how many viewers got it
        self.bytes = 0
        self.lost = 0
        self.counting = False

    def join(self, count: int) -> None:
        """Connect them all and wait until each has its snapshot; TimeoutError after a minute."""
        deadline = time.monotonic() + 60
        while len(self._watched) < count:
            while len(self._socks) < min(count, len(self._watched) + CONNECTING):
                sock = connected(self._port, len(self._socks))
                sock.send(self._request)
                self._socks[sock.fileno()] = sock
                self._tails[sock.fileno()] = b""
                self._epoll.register(sock.fileno(), select.EPOLLIN)
            self.pump(0.05)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self._watched)} of {count} viewers, {self.lost} lost")

    def watch(self, seconds: float) -> None:
        """Receive for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.pump(min(left, 0.2))

    def pump(self, seconds: float) -> None:
        """Read what came for anybody."""
        for number, _ in self._epoll.poll(seconds, 1024):
            try:
                data = self._socks[number].recv(READ)
            except (BlockingIOError, ConnectionError):
                data = b""
            if not data:
                self._epoll.unregister(number)
                self.lost += 1
                continue
            self.bytes += len(data)
            self._take(number, self._tails[number] + data)

    def _take(self, number: int, data: bytes) -> None:
        whole, _, self._tails[number] = data.rpartition(b"\n\n")
        if not whole:
            return
        if number not in self._watched and b"event: snapshot" in whole:
            self._watched.add(number)
        if not self.counting:
            return
        now = to_ms(utc_now())
        for version in _ID.findall(whole):
            at = self._as_of.get(version)
            if at is None:
                at = self._as_of[version] = _clock_of(whole, version)
            self.late_ms.append(now - at)
            self.received[version] += 1


def _clock_of(whole: bytes, version: bytes) -> int:
    found = _AS_OF.search(whole, whole.index(b"id: " + version + b"\n"))
    if found is None:
        raise ValueError(f"delta {version!r} has no as_of")
    return to_ms(datetime.fromisoformat(found[1].decode()))


def viewers(
    port: int, count: int, seconds: float, cookie: str, path: str = WALL
) -> dict[str, object]:
    """Seat the viewers, watch for so long, and tell how late everything was."""
    raise_files(count + 200)
    crowd = Viewers(port, cookie, path)
    began = time.monotonic()
    crowd.join(count)
    joined_s = time.monotonic() - began
    crowd.watch(SETTLE_S)
    crowd.counting, crowd.bytes = True, 0
    crowd.watch(seconds)
    late = sorted(crowd.late_ms)
    full = [n for n in crowd.received.values() if n == count]
    return {
        "joined_s": joined_s,
        "lost": crowd.lost,
        "deltas": len(crowd.received),
        "whole_deltas": len(full),
        "received": len(late),
        "bytes": crowd.bytes,
        "p50_ms": late[len(late) // 2],
        "p99_ms": late[int(len(late) * 0.99)],
        "max_ms": late[-1],
    }


def hammer(port: int, connections: int, seconds: float, request: bytes) -> dict[str, object]:
    """Send the request on every connection as soon as the answer before is there."""
    epoll = select.epoll()
    socks = {s.fileno(): s for s in (connected(port, n) for n in range(connections))}
    waits = dict.fromkeys(socks, b"")
    for number, sock in socks.items():
        epoll.register(number, select.EPOLLIN)
        sock.send(request)
    answers: Counter[str] = Counter()
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for number, _ in epoll.poll(0.2):
            data = waits[number] + socks[number].recv(READ)
            head, _, body = data.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if length is None or len(body) < int(length[1]):
                waits[number] = data
                continue
            answers[data[9:12].decode()] += 1
            waits[number] = b""
            socks[number].send(request)
    took = time.monotonic() - began
    good = answers.pop("200", 0)
    return {"rate": good / took, "good": good, "others": dict(answers)}


def main(kind: str, port: str, count: str, seconds: str, rest: str, path: str = WALL) -> None:
    """Run one of the two; print its answer."""
    if kind == "viewers":
        print(json.dumps(viewers(int(port), int(count), float(seconds), rest, path)))
    else:
        print(json.dumps(hammer(int(port), int(count), float(seconds), Path(rest).read_bytes())))


if __name__ == "__main__":
    main(*sys.argv[1:])
