"""One child process: its command, its process group, its pipe and its patience after a crash."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.supervisor.guard import Watcher, die_with_parent, signal_group

HEALTHY_S = 5.0  # a child that lived this long starts again with a clean record
BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Command:
    """What to start: a name for the log, the command line, and its environment's additions.

    `serves`: it answers at the product's address and is lent the socket (see `lobby`).
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    serves: bool = False


class Child:
    """A running (or waiting to be restarted) command in a process group of its own."""

    def __init__(
        self,
        command: Command,
        watcher: Watcher,
        keep_fds: Sequence[int] = (),
        lent: Mapping[str, int] | None = None,
    ) -> None:
        """`lent`: file descriptors that it inherits, told by number in its environment."""
        self.command = command
        self._lent = dict(lent or {})
        self.name = command.name
        self.start_at: float | None = None  # monotonic instant of the next start
        self._watcher = watcher
        self._keep_fds = tuple(keep_fds)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._crashes = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """True while the process has not been reaped."""
        return self._process is not None

    @property
    def output(self) -> int:
        """File descriptor of the child's standard output and error, non-blocking."""
        if self._process is None or self._process.stdout is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.stdout.fileno()

    def start(self) -> None:
        """Start it; must be called from the main thread (the death signal follows the thread)."""
        self.start_at = None
        self._started = time.monotonic()
        told = {name: str(number) for name, number in self._lent.items()}
        self._process = subprocess.Popen(  # noqa: S603 - commands come from app.py
            self.command.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.command.env, **told},
            pass_fds=(*self._keep_fds, *self._lent.values()),
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._watcher.add(self._process.pid)
        os.set_blocking(self.output, False)

    def ended(self) -> bool:
        """True when the process has exited; it stays a zombie, so its id cannot be taken."""
        if self._process is None:
            return False
        return (
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        )

    def reap(self) -> int:
        """Collect the exit code (negative = signal) and end what is left of its group."""
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        signal_group(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._watcher.remove(self._process.pid)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return code

    def send(self, signum: int) -> None:
        """Signal the main process alone: gunicorn's master knows how to stop its workers."""
        if self._process is not None:
            self._process.send_signal(signum)

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        if self._process is not None:
            signal_group(self._process.pid, signal.SIGKILL)

    def plan_restart(self) -> float:
        """Set `start_at`; the answer is the delay in seconds."""
        if time.monotonic() - self._started > HEALTHY_S:
            self._crashes = 0
        delay = BACKOFF_S[min(self._crashes, len(BACKOFF_S) - 1)]
        self._crashes += 1
        self.start_at = time.monotonic() + delay
        return delay
