"""What must hold before anything is started, and how to tell that everything has."""

import fcntl
import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

LOCK_WAIT_S = 10.0


class Trouble(Exception):
    """The product cannot start; the text says why and what to do."""


def hold_data_dir(data_dir: Path) -> tuple[int, int]:
    """Make the data directory and lock it: (our lock, the lock that children inherit).

    Trouble at once when another supervisor runs there. The children's lock lasts until the last
    of them has ended: a start right after a crash waits (at most 10 s) for the old engine instead
    of writing beside it.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        ours = os.open(data_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
        childrens = os.open(data_dir / "children.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise Trouble(f"YIPING_DATA: cannot use {data_dir}: {fault.strerror}") from fault
    if not _take(ours, 0) or not _take(childrens, LOCK_WAIT_S):
        raise Trouble(
            f"{data_dir} is in use by another instance; stop it,"
            " or set YIPING_DATA (and PORT) for a second one"
        )
    return ours, childrens


def _take(handle: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)


def ready(url: str, host_header: str | None = None) -> tuple[bool, str]:
    """Ask `/readyz`: (is it 200, the last thing it said)."""
    headers = {"Host": host_header} if host_header else {}
    request = urllib.request.Request(f"{url}/readyz", headers=headers)  # noqa: S310 - our own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=1) as answer:
            return True, answer.read(4096).decode(errors="replace")
    except urllib.error.HTTPError as fault:
        return False, f"{fault.code} {fault.read(4096).decode(errors='replace')}"
    except (OSError, ValueError) as fault:
        return False, str(fault)


def write_processes(path: Path, processes: dict[str, int]) -> None:
    """Keep `run.json`, the process ids by name, for operators; replaced as a whole."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(processes))
    fresh.replace(path)
