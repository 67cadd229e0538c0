"""The whole recipe of docs/offline.md, with the network cut: `make offline-check`.

Fetches a folder with one fresh clone, then sets up and starts another one from that folder where no
network is, and looks at every page (`tests/system/cut_off.py`).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from data_access.settings import ROOT
from tests.fixtures.product import free_port
from tests.system.cut_off import FOR_ALL, PAGES, Seen

PATIENCE_S = 400.0


def refused() -> str | None:
    """Why the network cannot be cut here; None where it can."""
    if shutil.which("unshare") is None:
        return "unshare is missing: install the Debian package util-linux"
    probe = ["unshare", "-rn", sys.executable, "-m", "tests.system.way_out"]
    tried = subprocess.run(probe, cwd=ROOT, capture_output=True, text=True)
    return None if tried.returncode == 0 else tried.stderr.strip().splitlines()[-1]


def cut_off(data: Path, command: list[str]) -> Seen:
    """Start the product by `command` without a network, look at it, stop it."""
    look = [sys.executable, "-m", "tests.system.cut_off", str(data), str(free_port()), *command]
    done = subprocess.run(
        ["unshare", "-rn", *look],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr[-6000:])
    return Seen(**json.loads(done.stdout.splitlines()[-1]))


def faults(seen: Seen) -> list[str]:
    """What is wrong with that."""
    expected = {path: 200 for path in (*FOR_ALL, *PAGES, "/live/screen")}
    found = [f"answered otherwise: {seen.answers}"] if seen.answers != expected else []
    found += [f"tried to leave the machine: {where}" for where in seen.tried]
    found += [f"asked for from elsewhere: {url}" for url in seen.outside]
    if seen.asked < len(PAGES) + len(FOR_ALL):
        found.append(f"only {seen.asked} requests were seen")
    if not seen.fonts or not all(f'"{font}"' in seen.stack for font in seen.fonts):
        found.append(f"painted in {seen.fonts}, asked for {seen.stack}")
    return found


def _run(*command: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    subprocess.run(command, check=True, env=env)


def main() -> int:
    """0 when it works; 1 when it does not, or cannot be tried here."""
    why = refused()
    if why is not None:
        print(f"NOT RUN: {why}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="yiping-off-") as name:
        folder = Path(name)
        for clone in ("fetching", "cut-off"):
            _run("git", "clone", "-q", str(ROOT), str(folder / clone))
        offline = f"OFFLINE={folder / 'kit'}"
        _run("make", "-C", str(folder / "fetching"), "fetch", offline)
        command = ["make", "-C", str(folder / "cut-off"), "run", offline]
        seen = cut_off(folder / "var", command)
    found = faults(seen)
    print(*found, sep="\n", file=sys.stderr)
    print(f"{len(seen.answers)} addresses answered, {seen.asked} requests of the browser,")
    print(f"{len(seen.outside)} of them to elsewhere, {len(seen.tried)} attempts to leave;")
    print(f"painted in {', '.join(seen.fonts)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
