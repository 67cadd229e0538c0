"""The live lane of two real web processes while Redis dies, hangs and returns, and workers go."""

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.live.feed import QUIET_S
from data_access.accounts.revocation import announce
from data_access.accounts.sessions import end_session, token_hash
from data_access.views.snapshots import etag_of, pack_delta
from domain.delta import delta
from tests.conditions import eventually
from tests.web.live_server import LiveServer
from tests.web.live_viewers import Viewer, Viewers
from tests.web_client import Client

VIEW = "/live/screen"


@pytest.fixture(scope="module")
def shared(sqlite_template: Path) -> Iterator[LiveServer]:
    """Two web processes with a first snapshot in the store; the tests break and mend them."""
    running = LiveServer(sqlite_template, workers=2)
    try:
        running.publish(redis=False)
        yield running.start()
    finally:
        running.close()


@pytest.fixture
def server(shared: LiveServer) -> Iterator[LiveServer]:
    """The shared processes, Redis alive before and after."""
    yield shared
    shared.valkey.thaw() if shared.valkey.process else shared.valkey.start()


@pytest.fixture
def viewers(server: LiveServer) -> Iterator[Viewers]:
    """The crowd before that server."""
    crowd = Viewers(server.settings.port)
    yield crowd
    crowd.close()


def crowd_of(viewers: Viewers, server: LiveServer, count: int) -> list[Viewer]:
    """`count` viewers who have their snapshot."""
    cookie = server.cookie()
    crowd = [viewers.connect(cookie) for _ in range(count)]
    viewers.until(lambda: all(v.events for v in crowd), timeout=20)
    assert all(v.events[0].name == "snapshot" for v in crowd)
    return crowd


def state_of(viewer: Viewer) -> dict[str, Any]:
    """What a browser would show: the snapshot and all deltas after it, each fitting the last."""
    state: dict[str, Any] = {}
    for event in viewer.events:
        if event.name == "snapshot":
            state = dict(event.data)
            continue
        assert event.data["prev"] == state["version"], "a gap that the server did not close"
        for key, value in event.data.items():
            if key in ("signs", "streets", "areas"):
                fresh = {item["code"]: item for item in value}
                state[key] = [fresh.get(item["code"], item) for item in state[key]]
            elif key != "prev":
                state[key] = value
    return state


def shows(viewers: Viewers, crowd: list[Viewer], server: LiveServer, timeout: float = 10) -> None:
    """Wait until every viewer shows what was published last."""
    newest = server.snapshot
    assert newest is not None
    viewers.until(lambda: all(v.version == newest["version"] for v in crowd), timeout)
    for viewer in crowd:
        assert state_of(viewer) == newest


def changed_signs(server: LiveServer, value: float) -> list[dict[str, Any]]:
    """All signs, a few of them with a new value."""
    assert server.snapshot is not None
    return [
        {**sign, "value": value} if n % 40 == 0 else sign
        for n, sign in enumerate(server.snapshot["signs"])
    ]


def test_first_of_all_the_store_serves_who_comes_before_redis_has_anything(
    server: LiveServer, viewers: Viewers
) -> None:
    (viewer,) = crowd_of(viewers, server, 1)
    assert viewer.events[0].data == server.snapshot
    assert server.redis.get("yiping:pudong:live:screen") is None


def test_a_crowd_over_two_processes_sees_every_version(
    server: LiveServer, viewers: Viewers
) -> None:
    crowd = crowd_of(viewers, server, 300)
    for n in range(8):
        server.publish(signs=changed_signs(server, float(n)), index=90.0 + n)
        viewers.pump(0.02)
    shows(viewers, crowd, server)
    for viewer in crowd:
        versions = [int(event.id) for event in viewer.events]
        assert versions == sorted(set(versions))
        assert versions[-8:] == list(range(versions[-8], versions[-8] + 8))
        assert [e.name for e in viewer.events].count("snapshot") <= 2  # store, then Redis


def test_killed_redis_is_replaced_by_the_store_and_comes_back(
    server: LiveServer, viewers: Viewers
) -> None:
    crowd = crowd_of(viewers, server, 20)
    server.publish(index=1.0)
    shows(viewers, crowd, server)
    server.valkey.kill()
    for n in range(2):
        server.publish(redis=False, index=2.0 + n, signs=changed_signs(server, 2.0 + n))
        shows(viewers, crowd, server)
        answer = Client(server.url).get(VIEW, Cookie=server.cookie())
        assert answer.status == 200
    parts = Client(server.url).get("/readyz").json()
    assert parts["status"] == "degraded" and parts["redis"]["status"] == "down"
    server.valkey.start()
    server.publish(index=4.0)
    shows(viewers, crowd, server)
    eventually(lambda: server.redis.client.pubsub_numsub("yiping:pudong:live:screen")[0][1] == 2)
    server.publish(store=False, index=5.0)  # pushed again: the store does not know this one
    shows(viewers, crowd, server)
    assert not any(viewer.ended for viewer in crowd)


def test_hung_redis_slows_nobody_down(server: LiveServer, viewers: Viewers) -> None:
    crowd = crowd_of(viewers, server, 20)
    server.publish(index=1.0)
    shows(viewers, crowd, server)
    client, cookie = Client(server.url), server.cookie()
    server.valkey.freeze()
    took: list[float] = []
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        began = time.monotonic()
        assert client.get(VIEW, Cookie=cookie).status == 200
        took.append(time.monotonic() - began)
        viewers.pump(0)
    server.publish(redis=False, index=2.0)
    shows(viewers, crowd, server)
    server.valkey.thaw()
    took.sort()
    assert took[int(0.95 * len(took))] < 0.1 and took[-1] < 2, (took[-1], len(took))
    eventually(lambda: client.get("/readyz").json()["redis"]["status"] == "ok")
    server.publish(index=3.0)
    shows(viewers, crowd, server)


def test_garbage_in_redis_is_ignored(server: LiveServer, viewers: Viewers) -> None:
    crowd = crowd_of(viewers, server, 2)
    server.publish(index=1.0)
    shows(viewers, crowd, server)
    name = "yiping:pudong:live:screen"
    for junk in (
        b"",
        b"junk",
        b'{"version":9,"etag":"x","as_of":"z"}\n\x1f\x8b torn',
        b"\x80\x04.",
    ):
        server.redis.client.set(name, junk)
        server.redis.client.publish(name, junk)
    server.publish(redis=False, index=2.0)
    server.redis.client.publish(name, b"[]\n{}")
    client, cookie = Client(server.url), server.cookie()
    shows(viewers, crowd, server, timeout=15)
    assert client.get(VIEW, Cookie=cookie).json() == server.snapshot
    server.publish(index=3.0)
    shows(viewers, crowd, server)


def test_an_evicted_key_is_replaced_by_the_store_at_once(
    server: LiveServer, viewers: Viewers
) -> None:
    """A version is missed and the key is gone, but Redis goes on telling what is new."""
    crowd = crowd_of(viewers, server, 3)
    server.publish(index=1.0)
    shows(viewers, crowd, server)
    name = "yiping:pudong:live:screen"
    server.redis.client.delete(name)
    before = server.publish(redis=False, index=2.0)
    after = server.publish(redis=False, signs=changed_signs(server, 7.0))
    body = msgspec.json.encode(delta(before, after))
    etag = etag_of(after["version"], msgspec.json.encode(after))
    told = pack_delta(after["version"], before["version"], etag, body)
    server.redis.client.publish(name, told)
    shows(viewers, crowd, server, timeout=QUIET_S / 2)  # before anybody looks by himself
    cookie = server.cookie()
    assert Client(server.url).get(VIEW, Cookie=cookie).json() == server.snapshot
    server.publish(index=3.0)
    shows(viewers, crowd, server)


def test_a_rolling_restart_loses_nobody(server: LiveServer, viewers: Viewers) -> None:
    crowd = crowd_of(viewers, server, 200)
    server.publish(index=1.0)
    shows(viewers, crowd, server)
    server.hang_up()
    viewers.until(lambda: all(v.ended for v in crowd), timeout=20)
    cookie = server.cookie()
    back = [viewers.connect(cookie, Last_Event_ID=str(v.version)) for v in crowd]
    newest = server.publish(index=2.0)["version"]
    # meanwhile the new workers build their application; connections wait for them
    viewers.until(lambda: all(v.version == newest for v in back), timeout=30)
    server.publish(index=3.0)
    viewers.until(lambda: all(v.version == newest + 1 for v in back))
    assert all(v.events[-1].data["index"] == 3.0 for v in back)
    assert not any(v.ended for v in back)


def test_stopping_is_quick_with_viewers_and_idle_connections(sqlite_template: Path) -> None:
    server = LiveServer(sqlite_template)
    server.publish(redis=False)
    server.start()
    viewers = Viewers(server.settings.port)
    crowd = crowd_of(viewers, server, 20)
    with socket.create_connection(("127.0.0.1", server.settings.port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 5  # the supervisor waits seven seconds
        viewers.until(lambda: all(v.ended for v in crowd))
    assert "Traceback" not in server.log()
    viewers.close()
    server.close()


def test_an_ended_session_ends_its_streams(server: LiveServer, viewers: Viewers) -> None:
    stays, leaves = server.cookie("stays"), server.cookie("leaves")
    kept, gone = viewers.connect(stays), [viewers.connect(leaves) for _ in range(3)]
    viewers.until(lambda: bool(kept.events) and all(v.events for v in gone))
    with server.db.write() as conn:
        end_session(conn, token_hash(leaves.partition("=")[2]))
    announce(server.settings)
    viewers.until(lambda: all(v.ended for v in gone), timeout=5)
    assert viewers.connect(leaves).sock and not kept.ended
    refused = viewers.all[-1]
    viewers.until(lambda: refused.status > 0)
    assert refused.status == 401
    server.publish(index=1.0)
    shows(viewers, [kept], server)


def test_a_viewer_who_does_not_read_delays_nobody(server: LiveServer, viewers: Viewers) -> None:
    cookie = server.cookie()
    slow = viewers.connect(cookie, read=False, buffer=4096)
    crowd = crowd_of(viewers, server, 10)
    for n in range(40):
        ballast = "x" * 50_000
        server.publish(index=float(n), sources={"live": n, "ballast": ballast})
        viewers.pump(0.01)
    shows(viewers, crowd, server)
    viewers.read_on(slow)
    shows(viewers, [slow], server, timeout=20)
    server.publish(index=99.0)
    shows(viewers, [slow, *crowd], server)
    for before, event in itertools.pairwise(slow.events):
        assert event.name == "snapshot" or event.data["prev"] == int(before.id)


@pytest.mark.parametrize("accept", ["br, gzip", "gzip", "identity"])
def test_static_files_are_packed_kept_and_guarded(
    server: LiveServer, accept: str, ask: Callable[..., Any]
) -> None:
    script = "/assets/js/base/live.js?m=1"
    known = ask(script, Accept_Encoding=accept, Cookie=server.cookie())
    coding = accept.partition(",")[0].replace("identity", "") or None
    assert known.status == 200 and known.headers["Content-Encoding"] == coding
    assert "immutable" in known.headers["Cache-Control"]
    assert "private" in known.headers["Cache-Control"]
    tag = known.headers["ETag"]
    assert ask(script, If_None_Match=tag, Cookie=server.cookie()).status == 304
    for refused in (ask(script), ask(script, If_None_Match=tag), ask(script, Cookie="x=y")):
        assert refused.status == 401 and "live" not in refused.text
    unnamed = ask("/assets/js/base/live.js", Cookie=server.cookie())
    assert "no-cache" in unnamed.headers["Cache-Control"]


@pytest.fixture
def ask(server: LiveServer) -> Callable[..., Any]:
    """GET from that server."""
    return Client(server.url).get


def test_dash_scripts_are_packed_and_unknown_ones_are_not_found(
    server: LiveServer, ask: Callable[..., Any]
) -> None:
    cookie = server.cookie()
    page = ask("/screen", Cookie=cookie).text
    scripts = [part.partition('"')[0] for part in page.split('src="')[1:]]
    assert any("dash_renderer" in s for s in scripts)
    for script in scripts:
        answer = ask(script, Cookie=cookie, Accept_Encoding="br")
        assert answer.status == 200, script
        assert answer.headers["Content-Encoding"] == "br" or len(answer.body) < 256
        assert "immutable" in answer.headers["Cache-Control"], script
    for path in ("/_dash-component-suites/dash/nothing.js", "/_dash-component-suites/os/path.py"):
        assert ask(path, Cookie=cookie).status == 404
    assert ask("/assets/../app.py", Cookie=cookie).status in (400, 404)
    assert ask("/assets/css/00-tokens.css").status == 200  # the front door's own paint
