"""One view in one process: its newest snapshot, ready to send, and everybody who watches it."""

import logging
import random
import socket
import time
from collections.abc import Callable
from time import monotonic

import msgspec

from dashboard.wire.replies import JSON, SECURITY, Document
from dashboard.wire.stream import Stream
from data_access.views.snapshots import Delta, Snapshot
from domain.delta import delta as difference

log = logging.getLogger(__name__)

PING_AFTER_S = 15.0  # of silence
STUCK_S = 30.0  # a viewer that takes nothing for so long is let go
BATCH = 256  # viewers served before others get a turn
RETRY_MS = (2_000, 3_000)  # a viewer's pause before it comes back, spread

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: private, no-store, no-transform\r\nX-Accel-Buffering: no\r\n"
    b"Connection: close\r\n"
    + "".join(f"{name}: {value}\r\n" for name, value in SECURITY).encode()
    + b"\r\n"
)


class Hub:
    """Fan-out by one broadcaster: each frame is built once, and no viewer is waited for."""

    def __init__(self, view: str, limit: int) -> None:
        self.view = view
        self.limit = limit
        self.snapshot: Snapshot | None = None
        self.document: Document | None = None
        self.streams: set[Stream] = set()
        self.heard_at = self._sent_at = monotonic()
        self.dropped = 0  # viewers let go since the start because they did not read
        self._slow: set[Stream] = set()
        self._snapshot_frame = b""

    @property
    def full(self) -> bool:
        """Whether no further viewer can be taken."""
        return len(self.streams) >= self.limit

    def adopt(self, snapshot: Snapshot, delta: Delta | None = None) -> None:
        """Show a snapshot from now on when it is newer, and tell the viewers what changed."""
        before = self.snapshot
        self.heard_at = monotonic()
        newer = snapshot.newer_than(before)
        if newer:
            self._snapshot_frame = b""
            self.document = Document(
                snapshot.etag, JSON, {"gzip": snapshot.packed, "": snapshot.body}
            )
            self.snapshot = snapshot
        if delta is not None:
            self.push(delta)
        elif newer and self.streams:
            self.push(_between(before, snapshot))

    def push(self, delta: Delta) -> None:
        """Send a delta to those it fits, and the snapshot to those who missed something."""
        frame = sse(b"delta", delta.version, delta.body)
        self.heard_at = self._sent_at = monotonic()
        for count, stream in enumerate(tuple(self.streams), 1):
            self._offer(stream, delta.prev, delta.version, frame)
            if count % BATCH == 0:
                time.sleep(0)

    def _offer(self, stream: Stream, prev: int, version: int, frame: bytes) -> None:
        if stream.rest is not None:
            stream.behind = True
            return
        if stream.version == prev:
            stream.version = version
            self._send(stream, frame)
        else:
            self._catch_up(stream)

    def _catch_up(self, stream: Stream) -> None:
        snapshot = self.snapshot
        if snapshot is not None and stream.version != snapshot.version:
            stream.version = snapshot.version
            self._send(stream, self._frame_of(snapshot))

    def _frame_of(self, snapshot: Snapshot) -> bytes:
        if not self._snapshot_frame:
            self._snapshot_frame = sse(b"snapshot", snapshot.version, snapshot.body)
        return self._snapshot_frame

    def _send(self, stream: Stream, frame: bytes) -> None:
        stream.send(frame, monotonic())
        if stream.rest is not None:
            self._slow.add(stream)

    def serve(self, sock: socket.socket, credentials: dict[str, str], last_id: str) -> None:
        """Be one viewer's stream until it goes or is closed; blocks the calling greenlet."""
        stream = Stream(sock, credentials)
        self.streams.add(stream)
        try:
            self._greet(stream, last_id)
            stream.wait_until_gone()
        finally:
            self.streams.discard(stream)
            self._slow.discard(stream)

    def _greet(self, stream: Stream, last_id: str) -> None:
        """The head, the pause before coming back, and the snapshot unless the viewer has it."""
        first = HEAD + b"retry: %d\n\n" % random.randint(*RETRY_MS)  # noqa: S311 - not a secret
        snapshot = self.snapshot
        if snapshot is not None:
            stream.version = snapshot.version
            if last_id != str(snapshot.version):
                first += self._frame_of(snapshot)
        self._send(stream, first)

    def flush_slow(self) -> bool:
        """Give slow viewers what still waits, then a fresh snapshot; whether any are left."""
        now = monotonic()
        for stream in tuple(self._slow):
            if not stream.open:
                self._slow.discard(stream)
            elif stream.flush(now):
                self._slow.discard(stream)
                if stream.behind:
                    stream.behind = False
                    self._catch_up(stream)
            elif now - stream.stuck_since > STUCK_S:
                self.dropped += 1
                stream.close()
        return bool(self._slow)

    def ping_when_silent(self) -> None:
        """After 15 s without a frame, a comment tells proxies that the stream is alive."""
        if monotonic() - self._sent_at < PING_AFTER_S:
            return
        self._sent_at = monotonic()
        for stream in tuple(self.streams):
            if stream.rest is None:
                self._send(stream, b": ping\n\n")

    def close_unless(self, allowed: Callable[[dict[str, str]], bool]) -> None:
        """End the streams of those who may no longer watch; every credential is asked once."""
        answers: dict[tuple[str, ...], bool] = {}
        for stream in tuple(self.streams):
            key = tuple(stream.credentials.values())
            if key not in answers:
                answers[key] = allowed(stream.credentials)
            if not answers[key]:
                stream.close()

    def close(self) -> None:
        """End every stream; the viewers come back after their pause."""
        for stream in tuple(self.streams):
            stream.close()


def sse(event: bytes, version: int, body: bytes) -> bytes:
    """One server-sent event. A line feed inside `body` (legal JSON) begins a further data line."""
    lines = body.replace(b"\r", b"").replace(b"\n", b"\ndata: ")
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (version, event, lines)


def _between(before: Snapshot | None, after: Snapshot) -> Delta:
    """The delta of two snapshots; one that fits nobody when there is none to compare with."""
    if before is None:
        return Delta(after.version, -1, after.etag, b"{}")
    try:
        changed = difference(msgspec.json.decode(before.body), msgspec.json.decode(after.body))
    except (msgspec.DecodeError, KeyError, TypeError):
        log.exception("live %s: two snapshots cannot be compared", after.version)
        return Delta(after.version, -1, after.etag, b"{}")
    return Delta(after.version, before.version, after.etag, msgspec.json.encode(changed))
