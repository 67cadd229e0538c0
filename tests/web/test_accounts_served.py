"""Accounts on real web processes: what one process ends is over in all; logins block nobody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from data_access.accounts.users import add_user
from domain.actor import Role
from domain.clock import to_ms, utc_now
from tests.conditions import eventually
from tests.web.live_server import LiveServer
from tests.web_client import Client

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def server(sqlite_template: Path) -> Iterator[LiveServer]:
    """Two web processes."""
    running = LiveServer(sqlite_template, workers=2)
    try:
        running.start()
        now = to_ms(utc_now())
        for name in ("wang", "li", "zhao"):
            add_user(running.db, name, PASSWORD, Role.OPERATOR, None, now)
        running.publish()
        yield running
    finally:
        running.close()


def fresh(server: LiveServer, cookie: str, path: str) -> int:
    """One request over a connection of its own, so that any process may answer."""
    return Client(server.url).get(path, Cookie=cookie, Accept="application/json").status


def jar(client: Client) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies)


def token(client: Client) -> str:
    return next(c.value or "" for c in client.cookies if c.name == "_csrf_token")


def test_two_fields_are_enough(server: LiveServer) -> None:
    client = Client(server.url)
    form = urlencode({"username": "wang", "password": PASSWORD}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.request("POST", "/login", form, kind)
    assert (answer.status, answer.headers["Location"]) == (303, "/screen")
    assert client.get("/sources").status == 200


@pytest.mark.parametrize("path", ["/about", "/live/screen", "/assets/css/base.css"])
def test_a_logout_counts_in_every_process_at_once(server: LiveServer, path: str) -> None:
    client = Client(server.url)
    assert client.login("li", PASSWORD).status == 303
    cookie = jar(client)
    eventually(lambda: fresh(server, cookie, path) == 200)
    assert {fresh(server, cookie, path) for _ in range(30)} == {200}
    assert client.post_form("/logout", csrf_token=token(client)).status == 303
    assert {fresh(server, cookie, path) for _ in range(30)} == {401}


def test_a_login_that_waits_for_the_store_holds_up_nobody(server: LiveServer) -> None:
    """While somebody else holds the store's write lock, a login waits and all others go on."""
    reader = Client(server.url)
    assert reader.login("wang", PASSWORD).status == 303
    with ThreadPoolExecutor(8) as pool:
        with server.db.write() as conn:
            conn.exec_driver_sql("UPDATE users SET demo = demo")
            waiting = [pool.submit(Client(server.url).login, "zhao", PASSWORD) for _ in range(4)]
            for _ in range(20):
                assert reader.get("/live/screen").status == 200
                assert Client(server.url).get("/healthz").status == 200
                assert reader.get("/about").status == 200
            assert not any(login.done() for login in waiting)
        assert {login.result(timeout=20).status for login in waiting} == {303}
