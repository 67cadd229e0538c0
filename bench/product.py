"""The real product as its users start it, for the benches: own data folder, own loopback port."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from dashboard.supervisor.guard import die_with_parent
from data_access.settings import ROOT, Settings
from data_access.store.db import Database, open_database

READY_S = 90.0
STOP_S = 20.0


class Stay(HTTPRedirectHandler):
    """Follows no redirect: its cookie is what we want."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_opener = build_opener(ProxyHandler({}), Stay)


def eventually(
    probe: Callable[[], bool], within_s: float, what: str, every_s: float = 0.05
) -> None:
    """Wait until `probe` is true; TimeoutError naming `what` after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not probe():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(every_s)


def free_port() -> int:
    """A TCP port that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers by lower-case name, body) of a plain GET; status 0 when nobody is there."""
    request = Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with _opener.open(request, timeout=20) as answer:
            return answer.status, _lowered(answer.headers.items()), answer.read()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, _lowered(refusal.headers.items()), refusal.read()
    except (URLError, OSError):
        return 0, {}, b""


def _lowered(headers: "list[tuple[str, str]]") -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


class Child:
    """A process of the bench with a log of its own; ended by its own handle, never by name."""

    def __init__(self, arguments: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.log_path = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=env,
                cwd=ROOT,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def check(self) -> None:
        """RuntimeError with its log when it has ended."""
        if self.process.poll() is not None:
            code, log = self.process.returncode, self.said()[-2000:]
            raise RuntimeError(f"{self.process.args!r} ended with {code}:\n{log}")

    def said(self) -> str:
        """Everything it has said so far."""
        return self.log_path.read_text(errors="replace")

    def stop(self) -> None:
        """SIGTERM, then SIGKILL."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Product:
    """`python app.py run` on a fresh data folder, ready as soon as the `with` block begins."""

    def __init__(self, *, demo: bool = False, **env: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="yiping-b-"))  # short: it holds a unix socket
        self.data_dir = self.folder / "var"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(YIPING_DATA=self.data_dir, port=self.port, demo=demo)
        self.env = {
            **os.environ,
            "YIPING_DATA": str(self.data_dir),
            "PORT": str(self.port),
            "DEMO": "1" if demo else "0",
            "LOG_LEVEL": "WARNING",
            **env,
        }
        self._child: Child | None = None

    def __enter__(self) -> "Product":
        try:
            self._child = Child(self._python("run"), self.folder / "log", self.env)
            eventually(self.is_ready, READY_S, "/readyz", 0.2)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self) -> None:
        """End it; what it kept stays until the `with` block ends."""
        if self._child is not None:
            self._child.stop()

    def is_ready(self) -> bool:
        """Whether every part says ok; RuntimeError when the product has ended."""
        if self._child is not None:
            self._child.check()
        status, _, body = get(f"{self.url}/readyz")
        told = json.loads(body) if status == 200 else {}
        return bool(told.get("status", told.get("publication")) == "ok")

    def command(self, *arguments: str) -> Child:
        """Another `python app.py …` on the same data folder, in the background."""
        return Child(self._python(*arguments), self.folder / f"log-{arguments[0]}", self.env)

    def key(self, *arguments: str) -> str:
        """What `key add …` prints on its last line."""
        done = subprocess.run(
            self._python("key", "add", *arguments),
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.splitlines()[-1]

    def wall_cookie(self) -> str:
        """A new wall's session, as a Cookie header."""
        status, headers, _ = get(self.key(f"wall-{time.monotonic_ns()}", "--screen"))
        assert status == 302, status
        return headers["set-cookie"].partition(";")[0]

    def sign_in(self, username: str, password: str) -> str:
        """A person's session, as a Cookie header."""
        form = urlencode({"username": username, "password": password}).encode()
        request = Request(f"{self.url}/login", form, {"Origin": self.url})
        try:
            with _opener.open(request, timeout=20) as answer:
                raise RuntimeError(f"signing in {username} was answered {answer.status}")
        except HTTPError as redirect:
            with redirect:
                assert redirect.code in (302, 303), redirect.code
                return redirect.headers["set-cookie"].partition(";")[0]

    def database(self) -> Database:
        """The product's store, opened once more."""
        return open_database(self.settings)

    def memory(self, name: str) -> int:
        """Bytes that the processes of a service hold themselves: page cache does not count."""
        pids = json.loads((self.data_dir / "run.json").read_text())
        return sum(_anonymous(pid) for pid in _tree(int(pids[name])))

    @staticmethod
    def _python(*arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "app.py"), *arguments]


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _tree(int(child))
    return found


def _anonymous(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0
