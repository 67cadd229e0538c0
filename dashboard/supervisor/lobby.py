"""The lobby: what answers at our address while no web process does.

The supervisor listens from its first moment and lends the socket to the web processes. Until one
of them says that it is up, and again while they are being restarted, whoever comes is told at once
what is being prepared, instead of being refused or left waiting.
"""

import json
import selectors
import socket
from collections.abc import Callable
from html import escape

from dashboard.supervisor.checks import Trouble
from dashboard.words.labels import label
from dashboard.words.refusal import refusal

BACKLOG = 4096
MOST_GUESTS = 64  # connections at a time; the oldest goes
LONGEST_HEAD = 65_536
FOR_MACHINES = ("/api/", "/live/", "/healthz", "/readyz", "/metrics", "/_dash")
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
body{{font:1.25rem/1.7 system-ui,"Noto Sans CJK SC",sans-serif;margin:18vh 8vw;color:#1b2733}}
h1{{font-size:2rem;font-weight:600}}p{{margin:.3em 0}}
@media(prefers-color-scheme:dark){{body{{background:#0d1520;color:#dfe8f1}}}}</style></head>
<body><main role="status">{text}</main></body></html>
"""


def listen(host: str, port: int) -> socket.socket:
    """The socket that the web processes will answer on; Trouble when nobody can listen there."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
        made.setblocking(False)
    except socket.gaierror as fault:
        raise Trouble(f"HOST: {host!r} is not an address of this machine: {fault}") from fault
    except OSError as fault:
        raise Trouble(
            f"PORT: cannot listen on {host}:{port}: {fault.strerror};"
            " choose another one, e.g. PORT=8051"
        ) from fault
    return made


class Lobby:
    """Answers on `door` while it is open; one thread, never blocks."""

    def __init__(self, door: socket.socket, selector: selectors.BaseSelector) -> None:
        self.door = door
        self.step = "database"  # what is being prepared: a key of the labels `starting.…`
        self._selector = selector
        self._guests: dict[socket.socket, bool] = {}  # whether it has had its answer
        self._open = False

    def open(self) -> None:
        """Answer from now on."""
        if not self._open:
            self._open = True
            self._selector.register(self.door, selectors.EVENT_READ, self._welcome)

    def shut(self) -> None:
        """Leave the door to others; who is in already still gets an answer from us."""
        if self._open:
            self._open = False
            self._selector.unregister(self.door)

    def close(self) -> None:
        """Nobody listens on this address any more."""
        self.shut()
        for guest in list(self._guests):
            self._bid_farewell(guest)
        self.door.close()

    def _welcome(self) -> None:
        try:
            guest, _ = self.door.accept()
        except OSError:  # gone again, or no file left for it
            return
        guest.setblocking(False)
        if len(self._guests) >= MOST_GUESTS:
            self._make_room()
        self._guests[guest] = False
        self._selector.register(guest, selectors.EVENT_READ, self._hearing(guest))

    def _make_room(self) -> None:
        oldest = next(iter(self._guests))
        self._hear(oldest)  # it may have spoken this moment
        if oldest in self._guests:
            self._bid_farewell(oldest)

    def _hearing(self, guest: socket.socket) -> Callable[[], None]:
        return lambda: self._hear(guest)

    def _hear(self, guest: socket.socket) -> None:
        """Answer the first words; then listen until it leaves: the kernel resets a connection that
        is closed with something unread, and the answer would be lost on its way."""
        if guest not in self._guests:  # sent away while its words were on the way
            return
        try:
            said = guest.recv(LONGEST_HEAD)
            if said and not self._guests[guest]:
                self._guests[guest] = True
                guest.send(answer(said, self.step))
                guest.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return
        except OSError:
            said = b""  # it left
        if not said:
            self._bid_farewell(guest)

    def _bid_farewell(self, guest: socket.socket) -> None:
        del self._guests[guest]
        self._selector.unregister(guest)
        guest.close()


def answer(asked: bytes, step: str) -> bytes:
    """The whole answer to the first bytes of a request."""
    words = asked.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    path = words[1] if len(words) > 1 else "/"
    if path.startswith(FOR_MACHINES):
        told = refusal(503, f"starting: {step}", "starting")
        kind, body = "application/json", json.dumps(told)
    else:
        kind, body = "text/html; charset=utf-8", _page(step)
    content = body.encode()
    head = (
        "HTTP/1.1 503 Service Unavailable",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content)}",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Retry-After: 1",
        "Connection: close",
    )
    whole = "\r\n".join(head).encode() + b"\r\n\r\n"
    return whole if words[0] == "HEAD" else whole + content


def _page(step: str) -> str:
    text = "".join(
        f"<h1>{escape(label('starting.title', lang))}</h1>"
        f"<p>{escape(label(f'starting.{step}', lang))}</p>"
        for lang in ("zh", "en")
    )
    return _PAGE.format(title=escape(label("starting.title", "zh")), text=text)
