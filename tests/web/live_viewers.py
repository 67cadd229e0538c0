"""Many event-stream viewers in one thread: sockets, a selector and a small SSE parser."""

import json
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Event:
    """One event as a browser would see it."""

    name: str
    id: str
    data: Any
    at: float  # monotonic, of its last byte


@dataclass
class Viewer:
    """One connection and what came over it."""

    sock: socket.socket
    events: list[Event] = field(default_factory=list)
    head: str = ""
    comments: int = 0
    retry_ms: int | None = None
    ended: bool = False
    keep: bool = True  # parse events; else only count bytes
    received: int = 0
    _buffer: bytes = b""

    @property
    def status(self) -> int:
        """The HTTP status; 0 before it came."""
        return int(self.head.split()[1]) if self.head else 0

    @property
    def version(self) -> int:
        """The id of the newest event; -1 before the first."""
        return int(self.events[-1].id) if self.events else -1

    def feed(self, data: bytes) -> None:
        """Take in bytes from the socket."""
        self.received += len(data)
        if not self.keep:
            return
        self._buffer += data
        while b"\n\n" in self._buffer.replace(b"\r\n", b"\n"):
            self._buffer = self._buffer.replace(b"\r\n", b"\n")
            block, _, self._buffer = self._buffer.partition(b"\n\n")
            self._block(block.decode())

    def _block(self, block: str) -> None:
        if not self.head:
            self.head = block
            return
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            if line.startswith(":"):
                self.comments += 1
                continue
            name, _, value = line.partition(": ")
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value
        if "retry" in fields:
            self.retry_ms = int(fields["retry"])
        if "data" in fields:
            data = json.loads(fields["data"])
            self.events.append(
                Event(fields.get("event", "message"), fields.get("id", ""), data, time.monotonic())
            )


class Viewers:
    """A crowd; `pump` reads whatever came for all of them."""

    def __init__(self, port: int, path: str = "/live/screen/events") -> None:
        self._port = port
        self._path = path
        self._selector = selectors.DefaultSelector()
        self.all: list[Viewer] = []

    def connect(self, cookie: str, *, read: bool = True, buffer: int = 0, **headers: str) -> Viewer:
        """One more viewer; `read=False` never reads, `buffer` sets its receive buffer."""
        sock = socket.socket()
        if buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.connect(("127.0.0.1", self._port))
        lines = [f"GET {self._path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        sock.setblocking(False)
        viewer = Viewer(sock)
        self.all.append(viewer)
        if read:
            self._selector.register(sock, selectors.EVENT_READ, viewer)
        return viewer

    def read_on(self, viewer: Viewer) -> None:
        """A viewer that did not read begins to."""
        self._selector.register(viewer.sock, selectors.EVENT_READ, viewer)

    def pump(self, seconds: float) -> None:
        """Read for one round, waiting at most `seconds` for the first byte."""
        for key, _ in self._selector.select(seconds):
            viewer: Viewer = key.data
            try:
                data = viewer.sock.recv(262_144)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if data:
                viewer.feed(data)
            else:
                viewer.ended = True
                self._selector.unregister(viewer.sock)

    def until(self, condition: Callable[[], bool], timeout: float = 10) -> None:
        """Read until `condition`; AssertionError after `timeout` s."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                seen = Counter((v.status, v.version, v.ended) for v in self.all)
                raise AssertionError(f"not within {timeout} s; (status, version, ended): {seen}")
            self.pump(0.05)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self.all)

    def close(self) -> None:
        """Hang up everywhere."""
        self._selector.close()
        for viewer in self.all:
            viewer.sock.close()
