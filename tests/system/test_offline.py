"""Without a network the product starts and is whole; the recipe for such machines is plain.

The recipe from an empty machine on is `make offline-check`: it fetches 60 MB and takes minutes.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from data_access.settings import ROOT
from tests.fixtures.not_run import not_run
from tests.system.cut_off import Seen
from tests.system.offline_check import cut_off, faults, refused


@pytest.mark.timeout(400)
def test_without_a_network_every_page_is_whole_and_nothing_wants_out() -> None:
    why = refused()
    if why is not None:
        not_run(f"the network cannot be cut: {why}")
    with tempfile.TemporaryDirectory(prefix="yiping-off-") as name:  # short: a unix socket's path
        seen = cut_off(Path(name) / "var", [sys.executable, str(ROOT / "app.py"), "run"])
    assert faults(seen) == []


def test_each_fault_is_told() -> None:
    seen = Seen({"/": 503}, ["udp 198.51.100.7:53"], 1, ["https://cdn.example/x.js"], ["Arial"], "")
    assert len(faults(seen)) == 5


def script(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "deploy" / name), str(folder), sys.executable]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_folder_that_nothing_has_filled_is_refused(tmp_path: Path) -> None:
    done = script("offline-install.sh", tmp_path)
    assert done.returncode == 1 and "SHA256SUMS is missing" in done.stderr


def test_a_folder_for_another_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("")
    (tmp_path / "made-for").write_text("cpython-35m-elsewhere\n")
    done = script("offline-install.sh", tmp_path)
    assert (
        done.returncode == 1
        and "filled for cpython-35m-elsewhere, this is cpython-3" in done.stderr
    )


def test_a_folder_that_was_changed_is_refused(tmp_path: Path) -> None:
    soabi = "import sysconfig; print(sysconfig.get_config_var('SOABI'))"
    here = subprocess.run([sys.executable, "-c", soabi], capture_output=True, text=True).stdout
    (tmp_path / "made-for").write_text(here)
    (tmp_path / "one.whl").write_text("not what was fetched")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  one.whl\n")
    done = script("offline-install.sh", tmp_path)
    assert done.returncode == 1 and "one.whl: FAILED" in done.stdout
    assert "installing" not in done.stdout


def test_a_folder_inside_the_repository_is_not_filled() -> None:
    done = script("offline-fetch.sh", ROOT / "var" / "kit")
    assert done.returncode == 1 and "choose a folder outside" in done.stderr
    assert not (ROOT / "var" / "kit").exists()
