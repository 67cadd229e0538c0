"""What a view offers: its newest snapshot, and the stream of what changes."""

import socket
from collections.abc import Callable, Iterable
from typing import Protocol
from wsgiref.types import StartResponse

from dashboard.wire.hub import HEAD, Hub
from dashboard.wire.replies import RETRY, Environ, refuse

_ASKED = ("HTTP_COOKIE", "QUERY_STRING", "PATH_INFO")  # what `identify` reads of a request


class Answering(Protocol):
    """Something that answers a request whose caller has been let in."""

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]: ...


class SnapshotRoute:
    """`/live/<view>`: the newest snapshot."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """200 or 304; 503 while nothing has been published."""
        document = self._hub.document
        if document is None:
            return refuse(
                environ,
                start_response,
                "503 Service Unavailable",
                "nothing has been published yet",
                RETRY,
            )
        return document.answer(environ, start_response)


class EventsRoute:
    """`/live/<view>/events`: the viewer's socket is handed to the hub until it goes."""

    def __init__(self, hub: Hub, is_draining: Callable[[], bool]) -> None:
        self._hub = hub
        self._is_draining = is_draining

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The stream; 503 beyond the limit, 501 on a server without gevent."""
        sock = environ.get("gunicorn.sock")
        if sock is None:
            return refuse(
                environ,
                start_response,
                "501 Not Implemented",
                "this server cannot stream: poll the snapshot instead",
            )
        if self._is_draining():  # no answer at all: a browser tries again, after a 503 it would not
            sock.shutdown(socket.SHUT_RDWR)
            return ()
        if self._hub.full:
            return refuse(
                environ,
                start_response,
                "503 Service Unavailable",
                "no further viewer can be taken now",
                RETRY,
            )
        if environ["REQUEST_METHOD"] == "HEAD":
            sock.sendall(HEAD)
            sock.shutdown(socket.SHUT_RDWR)
            return ()
        credentials = {name: environ.get(name, "") for name in _ASKED}
        self._hub.serve(sock, credentials, environ.get("HTTP_LAST_EVENT_ID", ""))
        return ()
