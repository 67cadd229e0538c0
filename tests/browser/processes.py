"""Processes of a running product: frozen, thawed, killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures.product import Stack


def family(pid: int) -> list[int]:
    """A process and its children, as gunicorn has them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


@contextmanager
def frozen(stack: Stack, part: str) -> Iterator[None]:
    """SIGSTOP for a part of the product and its children; SIGCONT at the end."""
    pids = family(stack.pids()[part])
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def kill(stack: Stack, part: str) -> None:
    """kill -9 of a part; `workers` are the web's children, all of them, `worker` is one."""
    if part in ("worker", "workers"):
        pids = family(stack.pids()["web"])[1 : 2 if part == "worker" else None]
        assert pids, "the web has no workers yet"
    else:
        pids = [stack.pids()[part]]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
