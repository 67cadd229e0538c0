"""The hub's rules over real socket pairs: order, gaps, slow viewers, ended sessions."""

import itertools
import json
import socket
import threading
from collections.abc import Iterator
from time import monotonic

import msgspec
import pytest

from dashboard.wire import hub as hub_module
from dashboard.wire.hub import Hub, sse
from dashboard.wire.keeper import Keeper
from data_access.views.snapshots import Delta, Snapshot, pack_snapshot, unpack_snapshot
from tests.conditions import eventually
from tests.web.live_viewers import Viewer


def snapshot(version: int, size: int = 10, second: int = 0) -> Snapshot:
    """A snapshot with `size` characters of ballast."""
    body = msgspec.json.encode({"version": version, "signs": [], "ballast": "x" * size})
    as_of = f"2026-11-23T02:00:{second or version % 60:02}.000Z"
    made = unpack_snapshot(pack_snapshot(version, f"e{version}", as_of, body))
    assert made is not None
    return made


def step(version: int, prev: int | None = None, size: int = 10) -> Delta:
    """A delta to `version`."""
    prev = version - 1 if prev is None else prev
    body = {"version": version, "prev": prev, "ballast": "y" * size}
    return Delta(version, prev, f"e{version}", msgspec.json.encode(body))


class Watch:
    """Viewers of one hub, each on a socket pair with a thread in the server's role."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._socks: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def join(self, last_id: str = "", cookie: str = "a", buffer: int = 0) -> Viewer:
        """One more viewer."""
        ours, theirs = socket.socketpair()
        if buffer:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        ours.setblocking(False)
        count = len(self.hub.streams)
        thread = threading.Thread(target=self._serve, args=(theirs, {"c": cookie}, last_id))
        thread.start()
        self._socks.append(ours)
        self._threads.append(thread)
        eventually(lambda: len(self.hub.streams) == count + 1)
        viewer = Viewer(ours)
        eventually(lambda: self.read(viewer) and viewer.retry_ms)
        return viewer

    def _serve(self, sock: socket.socket, credentials: dict[str, str], last_id: str) -> None:
        with sock:
            self.hub.serve(sock, credentials, last_id)

    @staticmethod
    def read(viewer: Viewer) -> bool:
        """Take what has come, if anything; always true."""
        try:
            while data := viewer.sock.recv(65536):
                viewer.feed(data)
            viewer.ended = True
        except BlockingIOError:
            pass
        return True

    def close(self) -> None:
        self.hub.close()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        for sock in self._socks:
            sock.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A hub without a snapshot."""
    made = Watch(Hub("screen", limit=8))
    yield made
    made.close()


def names(viewer: Viewer) -> list[tuple[str, int]]:
    """(event, version) of everything that came."""
    Watch.read(viewer)
    return [(event.name, int(event.id)) for event in viewer.events]


def test_the_snapshot_comes_first_and_the_deltas_follow(watch: Watch) -> None:
    watch.hub.adopt(snapshot(1))
    viewer = watch.join()
    for version in (2, 3):
        watch.hub.adopt(snapshot(version), step(version))
    assert names(viewer) == [("snapshot", 1), ("delta", 2), ("delta", 3)]
    assert viewer.head.startswith("HTTP/1.1 200 OK")
    assert viewer.retry_ms is not None and 2000 <= viewer.retry_ms <= 3000


def test_who_comes_back_with_the_current_version_gets_no_snapshot(watch: Watch) -> None:
    watch.hub.adopt(snapshot(7))
    current, older = watch.join(last_id="7"), watch.join(last_id="6")
    watch.hub.adopt(snapshot(8), step(8))
    assert names(current) == [("delta", 8)]
    assert names(older) == [("snapshot", 7), ("delta", 8)]


def test_who_comes_before_the_first_snapshot_gets_it_when_it_is_there(watch: Watch) -> None:
    viewer = watch.join()
    assert names(viewer) == []
    watch.hub.adopt(snapshot(1))
    assert names(viewer) == [("snapshot", 1)]


def test_a_gap_is_closed_by_a_snapshot(watch: Watch) -> None:
    watch.hub.adopt(snapshot(1))
    viewer = watch.join()
    watch.hub.adopt(snapshot(5), step(5, prev=4))
    watch.hub.adopt(snapshot(6), step(6))
    assert names(viewer) == [("snapshot", 1), ("snapshot", 5), ("delta", 6)]


def test_a_delta_that_the_snapshot_already_holds_is_left_out(watch: Watch) -> None:
    watch.hub.adopt(snapshot(3), step(2))  # Redis already had 3 when the message of 2 came
    viewer = watch.join()
    watch.hub.adopt(snapshot(3), step(3))
    watch.hub.adopt(snapshot(4), step(4))
    assert names(viewer) == [("snapshot", 3), ("delta", 4)]


def test_without_a_message_the_difference_is_made_here(watch: Watch) -> None:
    watch.hub.adopt(snapshot(1, size=10))
    viewer = watch.join()
    watch.hub.adopt(snapshot(4, size=12))
    assert names(viewer) == [("snapshot", 1), ("delta", 4)]
    assert viewer.events[-1].data == {"version": 4, "prev": 1, "ballast": "x" * 12}


def test_an_engine_that_counts_anew_is_followed(watch: Watch) -> None:
    watch.hub.adopt(snapshot(5000, second=1))
    viewer = watch.join()
    watch.hub.adopt(snapshot(1, second=2), step(1, prev=0))
    watch.hub.adopt(snapshot(2, second=3), step(2))
    assert names(viewer) == [("snapshot", 5000), ("snapshot", 1), ("delta", 2)]
    watch.hub.adopt(snapshot(1, second=2))  # an older one is not taken back
    assert watch.hub.snapshot is not None and watch.hub.snapshot.version == 2


def test_a_viewer_who_does_not_read_delays_nobody_and_catches_up(watch: Watch) -> None:
    watch.hub.adopt(snapshot(1))
    slow, quick = watch.join(buffer=4096), watch.join()
    last = 60
    for version in range(2, last + 1):
        watch.hub.adopt(snapshot(version), step(version, size=20_000))
        assert names(quick)[-1] == ("delta", version)  # at once, although the other one is stuck
    assert names(quick)[1:] == [("delta", n) for n in range(2, last + 1)]
    (held,) = [s for s in watch.hub.streams if s.rest is not None]
    assert len(held.rest or b"") < 25_000 and held.behind  # one frame waits, not sixty

    def caught_up() -> bool:
        watch.hub.flush_slow()
        return names(slow)[-1] == ("snapshot", last)

    eventually(caught_up)
    assert held.rest is None
    watch.hub.adopt(snapshot(last + 1), step(last + 1))
    came = names(slow)
    assert came[-1] == ("delta", last + 1)
    for before, event in itertools.pairwise(slow.events):
        if event.name == "delta":
            assert event.data["prev"] == int(before.id)


def test_a_viewer_who_never_reads_is_let_go(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.hub.adopt(snapshot(1))
    watch.join(buffer=4096)
    for version in range(2, 40):
        watch.hub.adopt(snapshot(version), step(version, size=20_000))
    assert watch.hub.flush_slow()
    monkeypatch.setattr(hub_module, "STUCK_S", 0.0)
    eventually(lambda: watch.hub.flush_slow() is False and not watch.hub.streams)
    assert watch.hub.dropped == 1


def test_a_viewer_who_goes_is_forgotten(watch: Watch) -> None:
    watch.hub.adopt(snapshot(1))
    one, two = watch.join(), watch.join()
    one.sock.close()
    eventually(lambda: len(watch.hub.streams) == 1)
    watch.hub.adopt(snapshot(2), step(2))
    assert names(two)[-1] == ("delta", 2)


def test_silence_is_broken_by_a_comment(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.hub.adopt(snapshot(1))
    viewer = watch.join()
    watch.hub.ping_when_silent()
    assert names(viewer) == [("snapshot", 1)] and viewer.comments == 0
    monkeypatch.setattr(hub_module, "PING_AFTER_S", 0.0)
    watch.hub.ping_when_silent()
    assert names(viewer) == [("snapshot", 1)] and viewer.comments == 1


def test_the_hub_knows_when_it_is_full(watch: Watch) -> None:
    for _ in range(8):
        assert not watch.hub.full
        watch.join()
    assert watch.hub.full


def test_the_keeper_ends_streams_of_ended_sessions_at_once(watch: Watch) -> None:
    endings, valid, asked = [0], {"a", "b"}, []

    def allowed(_: Hub, who: dict[str, str]) -> bool:
        asked.append(who["c"])
        return who["c"] in valid

    watch.hub.adopt(snapshot(1))
    ended, stays, again = watch.join(cookie="a"), watch.join(cookie="b"), watch.join(cookie="b")
    keeper = Keeper([watch.hub], allowed, lambda: endings[0])
    keeper.start()
    valid.discard("a")
    endings[0] += 1
    began = monotonic()
    eventually(lambda: Watch.read(ended) and ended.ended)
    assert monotonic() - began < 3
    keeper.stop()
    watch.hub.adopt(snapshot(2), step(2))
    assert names(stays)[-1] == names(again)[-1] == ("delta", 2)
    assert sorted(asked) == ["a", "b"]  # every credential once, not every stream


def test_a_store_that_does_not_answer_ends_no_stream(watch: Watch) -> None:
    def broken(_: Hub, who: dict[str, str]) -> bool:
        asked.set()
        raise OSError("the store is away")

    asked, endings = threading.Event(), [0]
    watch.hub.adopt(snapshot(1))
    viewer = watch.join()
    keeper = Keeper([watch.hub], broken, lambda: endings[0])
    keeper.start()
    endings[0] += 1
    assert asked.wait(5)
    keeper.stop()
    watch.hub.adopt(snapshot(2), step(2))
    assert names(viewer)[-1] == ("delta", 2)


def test_line_feeds_in_a_body_stay_inside_their_event() -> None:
    body = b'{\n"a":\r\n1}'
    block = sse(b"snapshot", 3, body).decode()
    lines = block.removesuffix("\n\n").split("\n")
    assert lines[:2] == ["id: 3", "event: snapshot"]
    assert all(line.startswith("data: ") for line in lines[2:])
    assert json.loads("\n".join(line[6:] for line in lines[2:])) == {"a": 1}
