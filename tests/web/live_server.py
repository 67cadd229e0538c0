"""A real web process group (gunicorn, our worker, `app:server`) with a stand-in for the engine.

The engine's part is played by the test: `publish` writes what the engine would, to the store, to
Redis, or to both.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.supervisor.guard import die_with_parent
from data_access.accounts.keys import KeyKind, add_key
from data_access.accounts.sessions import start_session
from data_access.accounts.users import add_user
from data_access.caching.redis_client import open_redis
from data_access.settings import ROOT, Settings
from data_access.store.db import migrate, open_database
from data_access.store.tables import published
from data_access.views.snapshots import etag_of, live_name, pack_delta, pack_snapshot
from domain.actor import Role
from domain.clock import from_ms, to_ms, to_rfc3339, utc_now
from domain.delta import delta
from tests.conditions import eventually
from tests.fixtures.product import free_port
from tests.fixtures.valkey import Valkey
from tests.web_client import Client

Json = dict[str, Any]


class LiveServer:
    """The web part of the product over an empty store and a Valkey that the test may kill."""

    def __init__(
        self, template: Path | None = None, workers: int = 1, files: int = 0, **env: str
    ) -> None:
        """`files`: how many open files each web process is allowed; 0 = as many as we are."""
        self.folder = Path(tempfile.mkdtemp(prefix="yiping-live-"))
        self.valkey = Valkey(self.folder)
        self.settings = Settings(
            data_dir=self.folder, redis_url=self.valkey.url, port=free_port(), demo=False
        )
        if template is None:
            migrate(self.settings)
        else:
            shutil.copy(template, self.folder / "pudong.db")
        self.db = open_database(self.settings)
        self.redis = open_redis(self.settings)
        self.url = f"http://127.0.0.1:{self.settings.port}"
        self.workers = workers
        self._files, self._env = files, env
        self.process: subprocess.Popen[bytes] | None = None
        self.snapshot: Json | None = None

    def start(self) -> "LiveServer":
        """Start Valkey and the web processes; wait for the first answer."""
        self.valkey.start(maxmemory="64mb")
        env = {
            **os.environ,
            "YIPING_DATA": str(self.folder),
            "REDIS_URL": self.valkey.url,
            "PORT": str(self.settings.port),
            "WEB_WORKERS": str(self.workers),
            "DEMO": "0",
            **self._env,
        }
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "gunicorn",
                    "-c",
                    "dashboard/gunicorn_conf.py",
                    "app:server",
                ],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                preexec_fn=self._before_exec(),
            )
        eventually(self._answers, timeout=40)
        return self

    def _before_exec(self) -> Callable[[], None]:
        files, arrange = self._files, die_with_parent(signal.SIGTERM)

        def before() -> None:
            arrange()
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        return before

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"gunicorn ended with {self.process.returncode}:\n{self.log()}")
        return Client(self.url).get("/healthz").status == 200

    def cookie(self, username: str = "leader", role: Role = Role.LEADER) -> str:
        """The Cookie header of a new session."""
        with self.db.read() as conn:
            known = conn.exec_driver_sql(
                "SELECT 1 FROM users WHERE username = ?", (username,)
            ).first()
        department = "water" if role is Role.DEPARTMENT else None
        now = to_ms(utc_now())
        if known is None:
            add_user(self.db, username, "a long enough phrase", role, department, now)
        with self.db.write() as conn:
            return f"yiping_session={start_session(conn, username, now)}"

    def screen_key(self, name: str = "wall") -> str:
        """A new screen key."""
        return add_key(self.db, name, KeyKind.SCREEN, None, to_ms(utc_now()))

    def publish(self, *, redis: bool = True, store: bool = True, **changes: Any) -> Json:
        """Publish the next version with `changes` to its top-level keys; the snapshot."""
        before = self.snapshot or {"version": 0}
        now = to_ms(utc_now())
        after = {**first_snapshot(), **before, **changes}
        after |= {"version": before["version"] + 1, "as_of": to_rfc3339(now)}
        body, version = msgspec.json.encode(after), after["version"]
        if store:
            with self.db.write() as conn:
                self.db.upsert(conn, published, [("screen", version, now, body)])
        if redis:
            name, etag = live_name("pudong", "screen"), etag_of(version, body)
            changed = msgspec.json.encode(delta(before, after))
            assert self.redis.set_and_publish(
                name,
                pack_snapshot(version, etag, after["as_of"], body),
                name,
                pack_delta(version, before["version"], etag, changed),
            )
        self.snapshot = after
        return after

    def hang_up(self) -> None:
        """SIGHUP to the master: new workers take over."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        """What the web processes said."""
        return (self.folder / "web.log").read_text()

    def stop(self, timeout: float = 10) -> int:
        """SIGTERM to the master; its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(timeout)
        self.process = None
        return code

    def close(self) -> None:
        """End everything and remove the folder."""
        if self.process is not None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.valkey.kill()
        self.redis.close()
        self.db.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def first_snapshot(signs: int = 117, streets: int = 36) -> Json:
    """A snapshot of the size that the engine publishes."""
    at = to_rfc3339(to_ms(from_ms(1_790_000_000_000)))
    return {
        "build": "test",
        "demo": False,
        "index": 91.5,
        "signs": [
            {
                "code": f"sign_{n:03}",
                "value": 10.5 + n,
                "state": "normal",
                "freshness": "live",
                "observed_at": at,
                "since": at,
                "demo": False,
                "street": f"3101150{n % streets:02}",
            }
            for n in range(signs)
        ],
        "streets": [
            {"code": f"3101150{n:02}", "state": "normal", "sign": None, "index": 95.0}
            for n in range(streets)
        ],
        "areas": [],
        "alerts": [],
        "trends": {
            f"sign_{n:03}": [[1_790_000_000_000 + h, 1.5] for h in range(36)] for n in range(8)
        },
        "sources": {"live": 20, "late": 0, "stale": 0, "never": 0},
    }
