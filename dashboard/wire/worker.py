"""The gunicorn worker: gevent's WSGI server, stricter about what a request may look like.

Compared with the server it builds on: heads are parsed by us (faster, and ambiguous framing is
refused, so that no proxy in front can disagree with us about where a request ends), idle and slow
connections end, nobody takes a connection that is kept for others (see crowd), and a worker that
must stop sends its viewers away instead of waiting for them.
"""

import re
import socket
from collections.abc import Iterable
from time import monotonic
from typing import Any, ClassVar
from wsgiref.types import StartResponse

import gevent
from gunicorn.workers.ggevent import GeventPyWSGIWorker, PyWSGIHandler, PyWSGIServer

from dashboard.supervisor.loan import ring
from dashboard.wire.bodies import Body
from dashboard.wire.chunks import Chunks, Lengthy
from dashboard.wire.crowd import Crowd
from dashboard.wire.limits import Limits
from dashboard.wire.ranks import Ranks
from dashboard.wire.replies import Environ, turn_away
from domain.address import network_of

FIRST_S = 10.0  # from a connection to its first request
IDLE_S = 75.0  # between requests, and for any single read or write
HEAD_S = 10.0  # from the first line of a request to the end of its head
LOOK_S = 1.0  # between two looks for who is late
MAX_HEAD = 16_384  # bytes of all header lines
MAX_FIELDS = 64
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_FIRST_LINE = re.compile(r"[A-Z]{1,16} [/*][!-~]* HTTP/1\.[01]\r\n")
_ONCE = frozenset({"content-length", "transfer-encoding", "host", "content-type"})


class Head:
    """The header fields of one request, in the form that gevent's handler reads."""

    status = ""

    def __init__(self, rfile: Any, _: int = 0) -> None:
        """Read up to the empty line; ValueError for anything but plain fields."""
        self._fields: dict[str, str] = {}
        size = 0
        while True:
            line = rfile.readline(MAX_HEAD + 1)
            size += len(line)
            if line == b"\r\n":
                return
            if size > MAX_HEAD or not line.endswith(b"\r\n") or len(self._fields) >= MAX_FIELDS:
                raise ValueError("the head is too large or was cut off")
            self._add(line)

    def _add(self, line: bytes) -> None:
        raw_name, colon, raw_value = line.partition(b":")
        raw_value = raw_value.removesuffix(b"\r\n").strip(b" \t")
        if not colon or not _NAME.fullmatch(raw_name) or not _VALUE.fullmatch(raw_value):
            raise ValueError("a header field is not one line of `name: value`")
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("latin-1")
        before = self._fields.get(name)
        if before is not None:
            if name in _ONCE:
                raise ValueError(f"{name} is given twice")
            value = f"{before}; {value}" if name == "cookie" else f"{before},{value}"
        self._fields[name] = value

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, its repetitions joined."""
        return self._fields.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        """gevent drops the Content-Length of a chunked body; such a pair is refused here."""
        if name in self._fields:
            raise ValueError(f"unclear framing: {name} beside Transfer-Encoding")
        raise KeyError(name)

    def items(self) -> list[tuple[str, str]]:
        """All fields, for the access log."""
        return list(self._fields.items())

    @property
    def typeheader(self) -> str | None:
        """The Content-Type."""
        return self._fields.get("content-type")


class Handler(PyWSGIHandler):  # type: ignore[misc]  # gunicorn has no types
    """One connection."""

    MessageClass = Head
    waiting = False  # for the next request: may be closed without harm
    known = False  # see crowd
    wsgi_input: Any = None
    peer = ""
    until = 0.0
    _patience = FIRST_S
    _ended = False  # by us

    def handle(self) -> None:
        """Serve requests until the connection ends."""
        self.socket.settimeout(IDLE_S)
        address = self.client_address
        self.peer = network_of(str(address[0])) if isinstance(address, tuple) else "local"
        crowd = self.server.crowd
        crowd.arrive(self)
        try:
            super().handle()
        finally:
            crowd.gone(self)

    def read_requestline(self) -> str:
        """Wait for a request; whoever keeps us waiting is ended by the crowd."""
        self.until = monotonic() + self._patience
        self.waiting = True
        self.server.crowd.wait(self)
        line: str = super().read_requestline()
        self._patience = IDLE_S
        self.until = monotonic() + HEAD_S
        self.waiting = False
        return line

    def get_environ(self) -> Environ:
        """The environment of a request; its body is read by us, and not for ever."""
        environ: Environ = super().get_environ()
        chunked = environ.get("HTTP_TRANSFER_ENCODING")
        expecting = self.socket if environ.get("HTTP_EXPECT") == "100-continue" else None
        if chunked:
            body: Chunks | Lengthy | Body = Chunks(self.rfile, expecting)
        else:
            body = Lengthy(self.rfile, self.content_length, socket=expecting)
        if chunked or self.content_length:
            body = Body(self, body, self.content_length)
        self.wsgi_input = environ["wsgi.input"] = body
        environ["wsgi.input_terminated"] = True
        return environ

    def handle_one_response(self) -> None:
        """Answer a request, or say that there is no room for it.

        A connection whose body was not read to its end is over afterwards.
        """
        why = self.server.crowd.admit(self, self.environ)
        if why is not None:
            self.application = _Refusal(why)
        try:
            super().handle_one_response()
        finally:
            self.server.crowd.answered(self, self.environ)
        if not self.wsgi_input.ended:
            self.close_connection = True

    def linger(self) -> None:
        """The answer is given; whoever needs the connection may have it."""
        self.server.crowd.answered(self, self.environ)
        self.until = monotonic() + IDLE_S  # a body has a deadline of its own
        self.server.crowd.wait(self)
        self.waiting = True

    def read_request(self, raw_requestline: str) -> bool:
        """Read the head; ValueError or False (→ 400) when it is unclear."""
        if not _FIRST_LINE.fullmatch(raw_requestline):
            raise ValueError("not the first line of an HTTP/1 request for a path of ours")
        if not super().read_request(raw_requestline):
            return False
        self._check_framing()
        return True

    def _handle_client_error(self, ex: Exception) -> Any:
        # half a head is nobody's fault when we have ended the connection
        return None if self._ended else super()._handle_client_error(ex)

    def _check_framing(self) -> None:
        coding, length = self.headers.get("transfer-encoding"), self.headers.get("content-length")
        if coding is not None and (coding.lower() != "chunked" or length is not None):
            raise ValueError("unclear framing: Transfer-Encoding")
        if length is not None and not (length.isascii() and length.isdigit()):
            raise ValueError("unclear framing: Content-Length")
        if self.request_version == "HTTP/1.1" and self.headers.get("host") is None:
            raise ValueError("no Host")

    def _headers(self) -> Any:
        # an underscore could pass for a hyphen in the environment: such fields are left out
        for name, value in self.headers.items():
            if "_" not in name and name not in ("content-type", "content-length"):
                yield "HTTP_" + name.upper().replace("-", "_"), value

    def leave(self) -> None:
        """End the connection if it only waits for a request."""
        self.close_connection = True
        if self.waiting:
            self.end()

    def end(self) -> None:
        """End the connection."""
        self._ended = True
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass  # it ended by itself


class _Refusal:
    """The application of a request that is not let in: 503, and the connection ends."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return turn_away(environ, start_response, self._why)


class Server(PyWSGIServer):  # type: ignore[misc]
    """The WSGI server of a worker."""

    running: ClassVar[list["Server"]] = []  # one for each address we listen on
    crowd: ClassVar[Crowd]  # the connections of all of them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.running.append(self)

    def update_environ(self) -> None:
        """Name the server by its address: the inherited way asks DNS, which may not answer."""
        if isinstance(self.address, tuple):
            self.environ.setdefault("SERVER_NAME", str(self.address[0]))
        super().update_environ()

    def close(self) -> None:
        """Take no more connections; those that only wait end now, the others after their answer."""
        super().close()
        self.crowd.leave()


class Worker(GeventPyWSGIWorker):  # type: ignore[misc]
    """gunicorn's gevent worker with our server; drains the lane when it is told to stop."""

    server_class = Server
    wsgi_handler = Handler

    def run(self) -> None:
        """Begin to listen for snapshots, then serve until told to stop."""
        ranks = getattr(self.wsgi, "ranks", None) or Ranks(behind_proxy=False)
        Server.crowd = Crowd(Limits(self.worker_connections), ranks)
        gevent.spawn(self._end_late)
        self._tell("start")
        ring()
        super().run()

    def _end_late(self) -> None:
        while True:
            gevent.sleep(LOOK_S)
            Server.crowd.end_late()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: no new work; viewers are sent away at once."""
        super().handle_exit(sig, frame)
        gevent.spawn(self._drain)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """SIGQUIT, SIGINT: the same, and quickly."""
        gevent.spawn(self._drain)
        super().handle_quit(sig, frame)

    def _drain(self) -> None:
        # the address first, so that viewers who come back at once find another worker; gunicorn
        # closes it again at its next look, within a second, which does no harm
        for server in Server.running:
            server.close()
        self._tell("drain")

    def _tell(self, what: str) -> None:
        """Call the application's `start` or `drain`, if it has one."""
        method = getattr(self.wsgi, what, None)
        if method is not None:
            method()
