"""`/live/*` over real HTTP: who gets what, entity tags, encodings, refused requests."""

import gzip
import json
import socket
from pathlib import Path

import pytest

from dashboard.house.services import build_services
from dashboard.live import lane as lane_module
from dashboard.live.lane import live_lane
from dashboard.security.headers import BASE
from dashboard.wire.replies import codings
from domain.actor import Role
from tests.conditions import eventually
from tests.web.live_server import LiveServer
from tests.web_client import Answer, Client

VIEW = "/live/screen"


@pytest.fixture(scope="module")
def cookie(server: LiveServer) -> str:
    """A leader's session."""
    return server.cookie()


@pytest.fixture
def client(server: LiveServer) -> Client:
    """A visitor without cookies of its own."""
    return Client(server.url)


@pytest.fixture
def published(server: LiveServer, client: Client, cookie: str) -> Answer:
    """The answer that shows the newest snapshot."""
    newest = server.publish()["version"]

    def shown() -> Answer | None:
        answer = client.get(VIEW, Cookie=cookie)
        return answer if answer.status == 200 and answer.json()["version"] == newest else None

    answer = eventually(shown)
    assert answer is not None
    return answer


def test_before_the_first_snapshot_it_says_when_to_come_back(sqlite_template: Path) -> None:
    fresh = LiveServer(sqlite_template)
    try:
        answer = Client(fresh.start().url).get(VIEW, Cookie=fresh.cookie())
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json()["error"]["message"]
    finally:
        fresh.close()


def test_the_snapshot_is_what_was_published(server: LiveServer, published: Answer) -> None:
    assert published.json() == server.snapshot
    assert published.headers["Content-Type"] == "application/json"
    assert published.headers["Content-Encoding"] is None
    assert published.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in published.headers["Vary"]
    for name, value in BASE:
        assert published.headers[name] == value
    assert "default-src 'none'" in published.headers["Content-Security-Policy"]


def test_gzip_when_accepted_and_only_then(client: Client, cookie: str, published: Answer) -> None:
    packed = client.get(VIEW, Cookie=cookie, Accept_Encoding="br;q=1.0, gzip;q=0.8, *;q=0.1")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) == int(packed.headers["Content-Length"]) < len(published.body) / 4
    assert json.loads(gzip.decompress(packed.body)) == published.json()
    assert packed.headers["ETag"] != published.headers["ETag"]
    for refused in ("gzip;q=0", "identity", "gzip; q=0.0"):
        plain = client.get(VIEW, Cookie=cookie, Accept_Encoding=refused)
        assert plain.headers["Content-Encoding"] is None and plain.json()


def test_a_known_tag_is_not_sent_again(
    server: LiveServer, client: Client, cookie: str, published: Answer
) -> None:
    packed = client.get(VIEW, Cookie=cookie, Accept_Encoding="gzip")
    for tag in (published.headers["ETag"], packed.headers["ETag"]):
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = client.get(VIEW, Cookie=cookie, If_None_Match=known)
            assert (answer.status, answer.body) == (304, b""), known
            assert answer.headers["ETag"]
    assert client.get(VIEW, Cookie=cookie, If_None_Match='"other"').status == 200
    server.publish(index=12.0)
    old = published.headers["ETag"]
    eventually(lambda: client.get(VIEW, Cookie=cookie, If_None_Match=old).status == 200)


def test_head_has_the_headers_alone(client: Client, cookie: str, published: Answer) -> None:
    head = client.request("HEAD", VIEW, headers={"Cookie": cookie})
    assert head.status == 200 and head.body == b""
    assert head.headers["Content-Length"] == published.headers["Content-Length"]
    assert client.request("HEAD", f"{VIEW}/events", headers={"Cookie": cookie}).status == 200


@pytest.mark.parametrize(
    "path", [VIEW, f"{VIEW}/events", f"{VIEW}/static", f"{VIEW}/map", "/live/nothing", "/live/"]
)
def test_nobody_gets_nothing(client: Client, path: str) -> None:
    for extra in ({}, {"Cookie": "yiping_session=forged"}, {"Accept": "text/html"}):
        answer = client.get(path, **extra)
        assert answer.status == 401, (path, extra)
        assert answer.json()["error"]["code"] == "unauthorised"
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_every_role_and_the_screen_key_see_the_wall(
    server: LiveServer, client: Client, published: Answer
) -> None:
    for role in (Role.LEADER, Role.DEPARTMENT, Role.OPERATOR, Role.ADMIN):
        assert client.get(VIEW, Cookie=server.cookie(f"one-{role}", role)).status == 200
    key = server.screen_key()
    for path in (VIEW, f"{VIEW}/static", f"{VIEW}/map"):
        assert client.get(f"{path}?key={key}").status == 200
        assert client.get(f"{path}?key={key}x").status == 401
    assert client.get(f"/live/nothing?key={key}").status == 401  # a key opens the wall alone


def test_a_role_without_the_view_is_refused(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_module, "VIEWS", {"screen": frozenset({Role.ADMIN})})
    services = build_services(server.settings)
    lane = live_lane(services, lambda environ, start: [b"passed on"])
    seen: list[str] = []

    def ask(role: Role, path: str) -> bytes:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "localhost"}
        environ["HTTP_COOKIE"] = server.cookie(f"two-{role}", role)
        return b"".join(lane(environ, lambda status, headers: seen.append(status)))  # type: ignore[arg-type,func-returns-value]

    for path in (VIEW, f"{VIEW}/events", f"{VIEW}/static"):
        ask(Role.LEADER, path)
    assert seen == ["403 Forbidden"] * 3
    ask(Role.ADMIN, f"{VIEW}/events")
    assert seen[-1].startswith("501")  # let in, but this test is no server that can stream
    assert ask(Role.LEADER, "/elsewhere") == b"passed on"
    lane.drain()
    services.close()


def test_unknown_views_methods_and_hosts(client: Client, cookie: str) -> None:
    for path in ("/live/nothing", "/live/screen/", "/live/screen/x", "/live/screen/events/1"):
        assert client.get(path, Cookie=cookie).status == 404, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        refused = client.request(method, VIEW, headers={"Cookie": cookie})
        assert refused.status == 405 and refused.headers["Allow"] == "GET, HEAD"
    assert client.get(VIEW, Cookie=cookie, Host="rebound.example").status == 400


def test_the_companions_have_every_sign_and_street(client: Client, cookie: str) -> None:
    static = client.get(f"{VIEW}/static", Cookie=cookie)
    known = static.json()
    assert len(known["signs"]) == 117
    streets = {s["code"] for s in known["streets"]}
    features = client.get(f"{VIEW}/map", Cookie=cookie).json()["features"]
    drawn = {f["properties"]["code"] for f in features}
    assert len(drawn) == 36 and drawn <= streets
    tag = static.headers["ETag"]
    assert client.get(f"{VIEW}/static", Cookie=cookie, If_None_Match=tag).status == 304


def test_other_paths_reach_the_application(client: Client, cookie: str) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/screen").status in (302, 401)
    assert client.get("/livelier", Cookie=cookie).status == 404


def _raw(server: LiveServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.settings.port), timeout=5) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/0.9\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\nX: 1\r\n\r\n",
        b"GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health\xa0z HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\rY: b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        + b"".join(b"X%d: 1\r\n" % n for n in range(99)),
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\nabc",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        b"Content-Length: 4\r\n\r\nabc",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_unclear_requests_are_refused(server: LiveServer, request_bytes: bytes) -> None:
    answer = _raw(server, request_bytes)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:80]
    assert answer.count(b"HTTP/1.1") == 1  # nothing that follows is taken for a request


def test_a_chunked_body_is_read_to_its_end(server: LiveServer) -> None:
    chunked = b"POST /report HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    after = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = _raw(server, chunked + b"5\r\nhello\r\n0\r\n\r\n" + after)
    assert answer.count(b"HTTP/1.1 ") == 2 and b"HTTP/1.1 200 " in answer


def test_requests_in_one_packet_are_answered_in_order(server: LiveServer) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    two = b"GET /live/screen HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = _raw(server, one + two + one)
    statuses = [line for line in answer.split(b"\r\n") if b"HTTP/1.1 " in line]
    assert [status.partition(b"HTTP/1.1 ")[2][:3] for status in statuses] == [
        b"200",
        b"401",
        b"200",
    ]


def test_a_header_with_an_underscore_cannot_pass_for_another(
    server: LiveServer, cookie: str
) -> None:
    asked = (
        b"GET /live/screen HTTP/1.1\r\nHost: localhost\r\nIf_None_Match: *\r\nCookie: %s\r\n\r\n"
    )
    assert _raw(server, asked % cookie.encode()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ("",)),
        ("gzip, deflate, br", ("br", "gzip", "")),
        ("br;q=0, gzip", ("gzip", "")),
        ("GZIP;q=0.5", ("gzip", "")),
        ("gzip;q=0.000, identity", ("",)),
    ],
)
def test_codings(header: str, expected: tuple[str, ...]) -> None:
    assert codings(header) == expected
