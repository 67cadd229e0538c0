"""Bodies on their way in: chunks read by us, and what nobody wants thrown away within bounds.

gevent reads the head of a chunk byte by byte, any number of them, and throws away what follows an
early answer to its very end, however long: both let one connection hold the loop.
"""

import re
from collections.abc import Callable
from typing import Any

import gevent
from gevent.pywsgi import Input

MAX_LINE = 1024  # bytes of a chunk's head, or of a line after the last one
MAX_OVERHEAD = 256 * 1024  # bytes of a body that are not its content: chunks of a byte cost five
DISCARD = 64 * 1024 * 1024  # bytes read after an answer, so that the sender can hear it
DISCARD_S = 5.0
_PIECE = 64 * 1024
_REST = 512  # chunks after which others get their turn
_HEAD = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n]*)?\r\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Chunks:
    """The body of a request with `Transfer-Encoding: chunked`."""

    def __init__(self, rfile: Any, expecting: Any = None) -> None:
        """`expecting` is the socket of a sender who waits to be told to go on."""
        self._rfile = rfile
        self._expecting = expecting
        self._left = 0  # of the present chunk
        self._overhead = 0
        self._heads = 0
        self._broken = False
        self.ended = False

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end; OSError for a body that breaks off or is not chunked."""
        if self._expecting is not None:
            self._expecting.sendall(_CONTINUE)
            self._expecting = None
        try:
            return self._read(size)
        except OSError:
            self._broken = True
            raise

    def _discard(self) -> None:
        """Throw the rest away; called by gevent's handler once the answer is out."""
        if not self.ended and self._expecting is None:
            # after a fault nobody knows where chunks begin, but the sender should hear the answer
            _throw_away(self._rfile.read1 if self._broken else self.read)

    def _read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size and not self.ended:
            if not self._left:
                self._next()
                continue
            wanted = self._left if size < 0 else min(self._left, size)
            part = self._rfile.read(min(wanted, _PIECE))
            if not part:
                raise OSError("the body ended within a chunk")
            parts.append(part)
            self._left -= len(part)
            size -= len(part) if size > 0 else 0
            if not self._left and self._line(2) != b"\r\n":
                raise OSError("a chunk is longer than it says")
        return b"".join(parts)

    def _next(self) -> None:
        """Read the head of the next chunk, and after the last one the lines that end the body."""
        self._heads += 1
        if self._heads % _REST == 0:
            gevent.sleep(0)
        head = _HEAD.fullmatch(self._line(MAX_LINE))
        if head is None:
            raise OSError("not the head of a chunk")
        self._left = int(head[1], 16)
        if self._left == 0:
            while (line := self._line(MAX_LINE)) != b"\r\n":
                if not line.endswith(b"\r\n"):
                    raise OSError("the body ended before its end")
            self.ended = True

    def _line(self, limit: int) -> bytes:
        line: bytes = self._rfile.readline(limit)
        self._overhead += len(line)
        if self._overhead > MAX_OVERHEAD:
            raise OSError("the chunks are too small")
        return line


class Lengthy(Input):  # type: ignore[misc]  # gevent has no types
    """The body of a request with a Content-Length."""

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return int(self.position) >= (self.content_length or 0)

    def _discard(self) -> None:
        if self.socket is not None:  # the sender waits to be told to go on, and will not be
            return
        _throw_away(self.read)


def _throw_away(read: Callable[[int], bytes]) -> None:
    """Read until the end, or as much as we are willing to."""
    with gevent.Timeout(DISCARD_S, False):
        for _ in range(0, DISCARD, _PIECE):
            if not read(_PIECE):
                return
            gevent.sleep(0)
