"""The demonstration city inside the whole product."""

import json
import os
import signal
from pathlib import Path

from data_access.settings import Settings
from domain.catalogue import Catalogue
from engine.demo.process import build_city
from tests.conditions import eventually
from tests.fixtures.product import Stack


def _snapshot(stack: Stack) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = stack.login("leader").get("/live/screen").json()
    return found


def _valued(stack: Stack) -> int:
    return sum(s["value"] is not None for s in _snapshot(stack)["signs"])


def test_the_wall_is_full_but_for_what_never_reports(
    demo_app: Stack, catalogue: Catalogue, tmp_path: Path
) -> None:
    city = build_city(Settings(data_dir=tmp_path, demo_data=tmp_path), catalogue)
    never = {s.code for s in catalogue.signs if s.source in city.disorder.never}
    missing = len(never) + 8  # and those whose source is silent at this moment
    eventually(lambda: _valued(demo_app) >= len(catalogue.signs) - missing, timeout=60, every=0.5)
    signs = _snapshot(demo_app)["signs"]
    assert {s["code"] for s in signs if s["freshness"] == "never"} >= never
    assert sum(s["state"] == "normal" for s in signs) >= 90


def test_killed_it_comes_back_and_goes_on(demo_app: Stack) -> None:
    eventually(lambda: json.loads((demo_app.data_dir / "demo-feed.json").read_text()), timeout=90)
    before = demo_app.pids()["demo"]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: demo_app.pids()["demo"] != before, timeout=30)
    eventually(lambda: demo_app.log().count("the newest values of") >= 2, timeout=60)
    said = [line for line in demo_app.log().splitlines() if line.startswith("demo ")]
    assert not any("Traceback" in line for line in said)


def test_it_says_where_the_real_series_are(demo_app: Stack) -> None:
    log = eventually(
        lambda: "real series for" in demo_app.log() or "is not there" in demo_app.log()
    )
    assert log
    replays = [name for name in demo_app.pids() if name.startswith("replay")]
    assert bool(replays) == ("real series for" in demo_app.log())
