"""The real product under its supervisor: from start to stop, with deaths in between."""

import os
import signal
import socket
import time
from collections.abc import Callable

import pytest
import redis

from dashboard.warming import CLAIM_S
from data_access.settings import Settings
from domain.catalogue import Catalogue
from tests.conditions import eventually
from tests.fixtures.product import Stack, free_port
from tests.fixtures.valkey import Valkey
from tests.system.people import sign_in_new
from tests.system.test_supervisor import gone

NewStack = Callable[..., Stack]


def _family(pids: dict[str, int]) -> set[int]:
    """The supervisor's children with everything below them."""
    found, fresh = set(), set(pids.values())
    while fresh:
        found |= fresh
        fresh = {int(child) for pid in fresh for child in _children(pid) if int(child) not in found}
    return found


def _children(pid: int) -> list[str]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as listing:
            return listing.read().split()
    except FileNotFoundError:
        return []


def test_sigterm_stops_everything_and_a_new_start_goes_on(new_stack: NewStack) -> None:
    stack = new_stack().start()
    family = _family(stack.pids())
    assert len(family) >= 6  # supervisor, its watcher, Valkey, engine, gunicorn and its workers
    began = time.monotonic()
    assert stack.stop() == 0
    assert time.monotonic() - began < 10
    assert [pid for pid in family if not gone(pid)] == []
    with socket.create_server(("127.0.0.1", stack.port)):
        pass  # the port is free again
    stack.start()
    assert stack.client().get("/readyz").json()["status"] == "ok"


def test_rankings_are_warm_soon_after_a_start(new_stack: NewStack) -> None:
    stack = new_stack().start()
    valkey = redis.Redis.from_url(Settings(data_dir=stack.data_dir).redis)

    def marked() -> bool:
        marks = valkey.keys("yiping:pudong:warm:*")
        return any(valkey.ttl(mark) > CLAIM_S for mark in marks)

    eventually(marked, timeout=30)
    assert any(b"standings.ranking" in key for key in valkey.keys("yiping:pudong:query:*"))
    valkey.close()
    assert "warm" in stack.pids()


def test_sigkill_of_the_supervisor_leaves_nobody(new_stack: NewStack) -> None:
    stack = new_stack().start()
    family = _family(stack.pids())
    assert stack.process is not None
    stack.process.kill()
    stack.process.wait()
    eventually(lambda: all(gone(pid) for pid in family), timeout=10)
    stack.start()  # neither lock, socket nor port is in the way
    assert "supervisor" in stack.pids()


@pytest.mark.parametrize("name", ["engine", "valkey", "web"])
def test_a_killed_part_comes_back(live_app: Stack, name: str) -> None:
    old = live_app.pids()[name]
    os.kill(old, signal.SIGKILL)

    def well_again() -> bool:
        report = live_app.client().get("/readyz").json()
        return bool(live_app.pids().get(name, old) != old and report["status"] == "ok")

    eventually(well_again, timeout=20)


def test_a_wrong_environment_is_named_before_anything_starts(new_stack: NewStack) -> None:
    done = new_stack(CITY="Atlantis 2", WEB_WORKERS="many", SECRET_KEY="short").command("run")
    assert done.returncode == 2
    assert "CITY: " in done.stderr and "WEB_WORKERS: " in done.stderr


def test_a_short_secret_is_refused(new_stack: NewStack) -> None:
    done = new_stack(SECRET_KEY="short").command("run")
    assert done.returncode == 2
    assert done.stderr.strip() == "SECRET_KEY: at least 32 characters are needed"


def test_an_unknown_city_is_refused(new_stack: NewStack) -> None:
    done = new_stack(CITY="atlantis").command("run")
    assert done.returncode == 2
    assert "atlantis" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_two_products_side_by_side(live_app: Stack, new_stack: NewStack) -> None:
    second = new_stack().start()
    assert live_app.client().get("/readyz").status == 200
    assert set(second.pids().values()).isdisjoint(live_app.pids().values())


@pytest.mark.parametrize(
    ("command", "setting", "value", "said"),
    [
        (["run"], "BOUNDARIES", "/dev/null", "MAP: /dev/null"),
        (["db", "prepare"], "BOUNDARIES", "/no/such/file", "MAP: /no/such/file"),
        (["web"], "BOUNDARIES", "/dev/null", "MAP: /dev/null"),
        (["run"], "MAP_TILES", "https://t.example/{z}/{x}/{y}", "MAP_APPROVAL_NO"),
        (["db", "prepare"], "MAP_TILES", "nonsense", "MAP: MAP_TILES"),
    ],
)
def test_a_map_that_cannot_be_shown_stops_the_start(
    new_stack: NewStack, command: list[str], setting: str, value: str, said: str
) -> None:
    approved = {} if said == "MAP_APPROVAL_NO" else {"MAP_APPROVAL_NO": "GS(2026)0001号"}
    done = new_stack(**{setting: value}, **approved).command(*command)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_unreachable_database_is_named(new_stack: NewStack) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    done = new_stack(DATABASE_URL=url).command("run")
    assert done.returncode == 1
    assert "DATABASE_URL: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(("action", "code"), [("prepare", 0), ("migrate", 1)])
def test_a_lost_public_store_does_not_stop_a_start(
    new_stack: NewStack, action: str, code: int
) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    done = new_stack(PUBLIC_DATABASE_URL=url).command("db", action)
    assert done.returncode == code
    assert "PUBLIC_DATABASE_URL: " in done.stderr and "Traceback" not in done.stderr


def test_the_demonstration_can_be_ended(new_stack: NewStack) -> None:
    stack = new_stack(demo=True).start()
    eventually(lambda: stack.login("leader").get("/live/screen").json()["demo"] is True, 30)
    stack.stop()
    stack.env["DEMO"] = "0"
    stack.start()
    assert not (stack.data_dir / "demo-accounts.json").exists()
    snapshot = sign_in_new(stack, "first", "admin").get("/live/screen").json()
    assert snapshot["demo"] is False
    assert {s["freshness"] for s in snapshot["signs"]} == {"never"}


@pytest.mark.postgres
def test_the_whole_product_on_postgresql(
    new_stack: NewStack, postgresql_url: str, catalogue: Catalogue
) -> None:
    stack = new_stack(demo=True, DATABASE_URL=postgresql_url).start()
    client = stack.login("leader")

    def filled() -> bool:
        signs = client.get("/live/screen").json()["signs"]
        return sum(s["value"] is not None for s in signs) >= 0.9 * len(catalogue.signs)

    eventually(filled, timeout=60, every=0.5)
    assert list(stack.data_dir.glob("*.db")) == []
    assert stack.stop() == 0


def test_a_given_redis_takes_the_place_of_the_embedded_one(
    new_stack: NewStack, valkey: Valkey
) -> None:
    stack = new_stack(REDIS_URL=valkey.url).start()
    assert "valkey" not in stack.pids()
    assert stack.client().get("/readyz").json()["redis"]["status"] == "ok"
    valkey.kill()
    client = sign_in_new(stack, "first", "admin")
    answer = client.get("/live/screen")  # slower and said so, never an error
    assert answer.status == 200
    eventually(lambda: stack.client().get("/readyz").json()["redis"]["status"] != "ok", 15)


def test_another_city_is_another_folder(new_stack: NewStack) -> None:
    stack = new_stack(demo=True, CITY="pingshan").start()
    client = stack.login("leader")

    def filled() -> bool:
        signs = client.get("/live/screen").json()["signs"]
        return 0 < sum(s["value"] is not None for s in signs) < 20

    eventually(filled, timeout=60, every=0.5)
    assert client.get("/screen").status == 200
