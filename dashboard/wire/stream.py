"""One viewer's event stream: bytes go out without waiting, or are left for later."""

import os
import socket

SEND_BUFFER = 128 << 10  # bytes; what a viewer who stopped reading may cost in the kernel
GIVE_UP_MS = 30_000  # bytes unacknowledged for so long: the viewer's machine is gone


class Stream:
    """A client socket that got its HTTP head. Never blocks; never holds more than one frame."""

    __slots__ = ("_sock", "behind", "credentials", "open", "rest", "stuck_since", "version")

    def __init__(self, sock: socket.socket, credentials: dict[str, str]) -> None:
        self._sock = sock
        self.credentials = credentials  # the part of the request that says who is watching
        self.version: int | None = None  # of the last frame that was begun
        self.rest: memoryview | None = None  # of a frame that did not fit into the socket
        self.behind = False  # frames were left out: the next thing it gets is a snapshot
        self.stuck_since = 0.0  # monotonic; when `rest` last moved
        self.open = True
        _tune(sock)

    def send(self, frame: bytes, now: float) -> None:
        """Send as much as the socket takes; the remainder waits in `rest`."""
        self._push(memoryview(frame), now)

    def flush(self, now: float) -> bool:
        """Try the remainder again; whether nothing is left of it."""
        if self.rest is not None and self.open:
            self._push(self.rest, now, again=True)
        return self.rest is None

    def _push(self, data: memoryview, now: float, again: bool = False) -> None:
        try:
            sent = self._sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        if sent == len(data):
            self.rest = None
            return
        self.rest = data[sent:]
        if sent or not again:
            self.stuck_since = now

    def close(self) -> None:
        """End the stream: what was sent still arrives, then the end. The socket's owner closes."""
        self.open = False
        self.rest = None
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was faster

    def wait_until_gone(self) -> None:
        """Return when the client has gone, or `close` was called; the only call that waits."""
        self._sock.settimeout(None)
        try:
            while self.open and self._sock.recv(4096):
                pass  # a viewer has nothing to say
        except OSError:
            pass
        self.open = False


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    if sock.family in (socket.AF_INET, socket.AF_INET6) and os.name == "posix":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GIVE_UP_MS)
