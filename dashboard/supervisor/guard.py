"""Nobody outlives the supervisor: a death signal from the kernel, and a watcher on a pipe.

The kernel's signal (Linux) reaches the children themselves; the watcher reaches their whole
process groups, works on macOS too, and insists with SIGKILL. The watcher runs this very file as a
script and therefore imports nothing but the standard library.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
GRACE_S = 5.0

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signum: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn` that has the kernel send `signum` when the calling thread's process dies."""
    parent = os.getpid()

    def arrange() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:  # the parent died between fork and here
            os._exit(1)

    return arrange


class Watcher:
    """A process in a session of its own that ends the groups it knows when our pipe closes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def add(self, group: int) -> None:
        """From now on `group` (a process group id) must not outlive us."""
        self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        """`group` has ended and was reaped."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Let the watcher go; it ends whatever it still knows of."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=GRACE_S + 1)

    def _tell(self, line: str) -> None:
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError:  # somebody killed the watcher; the kernel's signal remains
            pass


def signal_group(group: int, signum: int) -> bool:
    """Send `signum` to a process group (0 only asks); False when nobody is left in it."""
    try:
        os.killpg(group, signum)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group of zombies
        return False
    return True


def _watch() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    left = {g for g in groups if signal_group(g, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_S
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {g for g in left if signal_group(g, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    _watch()
