"""The supervisor over small services: order, prefixes, restarts, stops, and no orphan."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.supervisor.guard import die_with_parent
from dashboard.supervisor.lobby import MOST_GUESTS
from dashboard.words.labels import label
from data_access.settings import ROOT
from tests.conditions import eventually
from tests.fixtures.product import free_port


class Small:
    """One run of `small_product`."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.port = folder, free_port()
        self.log_path = folder / "log"
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.system.small_product"),
                    *(str(folder / "var"), str(self.port), *([kind] if kind else [])),
                ],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def log(self) -> str:
        return self.log_path.read_text()

    def says(self, text: str) -> None:
        eventually(lambda: text in self.log(), timeout=20)

    def pids(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.folder / "var" / "run.json").read_text())
        return found


def gone(pid: int) -> bool:
    """True when no such process runs (a zombie does not run)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.fixture
def small() -> Iterator[Callable[..., Small]]:
    folders: list[Path] = []
    runs: list[Small] = []

    def start(kind: str = "", folder: Path | None = None) -> Small:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="yiping-"))
            folders.append(folder)
        runs.append(Small(folder, kind))
        return runs[-1]

    yield start
    for run in runs:
        run.process.terminate()
        run.process.wait(15)
    for folder in folders:
        shutil.rmtree(folder)


def test_starts_in_order_and_says_who_speaks(small: Callable[..., Small]) -> None:
    run = small()
    run.says("welcome")
    log = run.log()
    assert log.index("prepare | prepared") < log.index("engine  | at work")
    assert f"http://127.0.0.1:{run.port}" in log
    assert set(run.pids()) == {"supervisor", "valkey", "engine", "web"}


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_every_child(small: Callable[..., Small], signum: int) -> None:
    run = small()
    run.says("welcome")
    pids = run.pids()
    run.process.send_signal(signum)
    assert run.process.wait(10) == 0
    assert [name for name, pid in pids.items() if not gone(pid)] == []
    assert not (run.folder / "var" / "run.json").exists()


def test_who_ignores_sigterm_is_killed_within_ten_seconds(small: Callable[..., Small]) -> None:
    run = small("stubborn")
    run.says("welcome")
    engine = run.pids()["engine"]
    children = Path(f"/proc/{engine}/task/{engine}/children")
    grandchild = int(eventually(children.read_text).split()[0])
    began = time.monotonic()
    run.process.terminate()
    assert run.process.wait(12) == 0
    assert time.monotonic() - began < 10
    assert gone(engine) and gone(grandchild)
    assert "engine does not stop; killed" in run.log()


def test_sigkill_of_the_supervisor_leaves_no_orphan(small: Callable[..., Small]) -> None:
    run = small("stubborn")  # the kernel's SIGTERM does not impress its engine: the watcher must
    run.says("welcome")
    pids = run.pids()
    run.process.kill()
    run.process.wait()
    eventually(lambda: all(gone(pid) for pid in pids.values()), timeout=10)


def test_a_start_after_a_crash_waits_for_the_old_children(small: Callable[..., Small]) -> None:
    run = small("stubborn")
    run.says("welcome")
    old = run.pids()["engine"]
    run.process.kill()
    run.process.wait()
    again = small(folder=run.folder)
    eventually(lambda: again.pids().get("engine", old) != old, timeout=20)
    assert gone(old)


@pytest.mark.parametrize("name", ["engine", "web", "valkey"])
def test_a_child_that_dies_starts_again(small: Callable[..., Small], name: str) -> None:
    run = small()
    run.says("welcome")
    old = run.pids()[name]
    os.kill(old, signal.SIGKILL)
    eventually(lambda: run.pids().get(name, old) != old)
    run.says(f"{name} was ended by signal 9; starting it again")
    assert not gone(run.pids()[name])


def asked(run: Small, path: str) -> tuple[int, str]:
    """Status and body of what answers at the product's address now."""
    request = urllib.request.Request(f"http://127.0.0.1:{run.port}{path}")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["Cache-Control"] == "no-store"
        return refused.code, refused.read().decode()


def test_from_its_first_moment_the_address_says_what_is_being_prepared(
    small: Callable[..., Small],
) -> None:
    run = small("slow")
    eventually(lambda: (run.folder / "var" / "run.json").exists(), timeout=20)
    status, page = asked(run, "/")
    assert status == 503 and label("starting.title") in page
    assert label("starting.database", "zh") in page and 'http-equiv="refresh"' in page
    for path in ("/healthz", "/readyz", "/live/screen", "/api/v1/readings"):
        status, told = asked(run, path)
        assert status == 503 and json.loads(told)["error"]["code"] == "starting"
    assert "at work" not in run.log()
    (run.folder / "var" / "go").touch()
    run.says("welcome")
    assert asked(run, "/") == (200, "{}")


def test_guests_who_say_nothing_keep_nobody_out(small: Callable[..., Small]) -> None:
    run = small("slow")
    eventually(lambda: (run.folder / "var" / "run.json").exists(), timeout=20)
    silent = [socket.create_connection(("127.0.0.1", run.port)) for _ in range(MOST_GUESTS + 20)]
    try:
        assert asked(run, "/")[0] == 503
        (run.folder / "var" / "go").touch()
        run.says("welcome")
    finally:
        for guest in silent:
            guest.close()


def test_while_the_web_starts_again_nobody_is_refused(small: Callable[..., Small]) -> None:
    run = small()
    run.says("welcome")
    for _ in range(2):
        old = run.pids()["web"]
        os.kill(old, signal.SIGKILL)
        seen = set()
        while run.pids().get("web", old) == old or 200 not in seen:
            seen.add(asked(run, "/")[0])  # raises where the connection is refused
        assert seen <= {200, 503}


def test_a_fault_of_configuration_stops_everything(small: Callable[..., Small]) -> None:
    run = small("misconfigured")
    assert run.process.wait(20) == 2
    assert "engine  | LEVEL: must be a number" in run.log()


def test_a_second_instance_is_refused(small: Callable[..., Small]) -> None:
    run = small()
    run.says("welcome")
    second = small(folder=run.folder)
    assert second.process.wait(20) == 2
    assert "in use by another instance" in run.log()


def test_two_instances_side_by_side(small: Callable[..., Small]) -> None:
    first, second = small(), small()
    first.says("welcome")
    second.says("welcome")
    assert set(first.pids().values()).isdisjoint(second.pids().values())


def test_a_busy_port_is_named(small: Callable[..., Small], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "tests.system.small_product", str(tmp_path), str(port)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=20,
            check=False,
        )
    assert done.returncode == 2
    assert f"PORT: cannot listen on 127.0.0.1:{port}" in done.stdout


def test_a_path_too_long_for_a_socket_is_named(tmp_path: Path) -> None:
    data_dir = tmp_path / ("x" * 120)
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.small_product", str(data_dir), str(free_port())],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert "YIPING_DATA" in done.stdout
