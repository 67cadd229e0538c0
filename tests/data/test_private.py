"""The data directory is ours alone, also one that an earlier version left open."""

import logging
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.settings import ROOT, Settings
from data_access.store.private import keep_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_open_folder_is_closed_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    names = ["pudong.db", "pudong.db-wal", "pudong.public.db", "secret.key", "run.json"]
    for name in names:
        (folder / name).write_text("x")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    elsewhere = tmp_path / "elsewhere.db"
    elsewhere.touch(0o664)
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{elsewhere}")
    with caplog.at_level(logging.WARNING):
        keep_private(settings)
        keep_private(settings)
    assert mode(folder) == 0o700
    assert {mode(folder / name) for name in names} == {0o600}
    assert mode(elsewhere) == 0o600 and mode(tmp_path) & 0o700 == 0o700
    assert len(caplog.records) == 1 and str(folder) in caplog.text


def test_what_is_shared_on_purpose_stays(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        before = mode(tmp_path / "s")
        keep_private(Settings(data_dir=tmp_path))
        assert (mode(tmp_path), mode(tmp_path / "s")) == (0o1777, before)


def test_what_a_start_makes_is_private_under_any_umask(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    subprocess.run(
        [sys.executable, "app.py", "db", "prepare"],
        cwd=ROOT,
        env={**os.environ, "YIPING_DATA": str(folder)},
        check=True,
        timeout=120,
        capture_output=True,
        umask=0,
    )
    assert mode(folder) == 0o700
    made = {path.name: mode(path) for path in folder.iterdir()}
    assert set(made.values()) == {0o600}, made
    assert {"pudong.db", "pudong.public.db", "demo-accounts.json"} <= set(made)
