"""A city that nobody has seen is only a folder: the product starts on it and serves it whole."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.browser.planted import copied
from tests.conditions import eventually
from tests.fixtures.product import Stack, running
from tests.second_city import BOROUGHS, CITY, PARK, ZONE, write_city
from tests.web_client import Client

PAGES = (
    *("/screen", "/index", "/signs", "/sign/LAND-01", "/streets", f"/street/{BOROUGHS[0]}"),
    *(f"/street/{PARK}", "/rankings", "/department/parks", "/episodes", "/sources", "/about"),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("product"))
    write_city(folder / "data_access" / "catalogue")
    return folder


@pytest.fixture(scope="module")
def city(root: Path) -> Iterator[Stack]:
    with running(demo=True, root=root, CITY=CITY) as stack:
        yield stack


@pytest.fixture(scope="module")
def leader(city: Stack) -> Client:
    return city.login("leader")


def send(city: Stack, rows: list[dict[str, Any]]) -> None:
    source = rows[0]["source"]
    key = city.ingest_key(source, f"test-{source}-{len(rows)}")
    body = json.dumps(rows).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = city.client().request("POST", "/api/v1/readings", body, headers)
    assert answer.status == 200, answer.text
    assert answer.json()["accepted"] == len(rows), answer.text


def test_it_starts_with_nothing_to_simulate_and_says_so(city: Stack) -> None:
    eventually(lambda: f"DEMO=1: {CITY} has no demo.toml, nothing is simulated" in city.log(), 20)
    assert "Traceback" not in city.log()
    assert "demo" not in city.pids()
    assert not (city.data_dir / "demo-keys.json").exists()


def test_lint_and_start_agree(city: Stack, root: Path, tmp_path: Path) -> None:
    folder = root / "data_access" / "catalogue" / CITY
    done = city.command("city", "lint", str(folder))
    assert done.returncode == 0 and "boroughs" in done.stdout, done.stdout
    other = shutil.copytree(folder, folder.with_name("marsh"))
    (other / "map.geojson").write_text((other / "map.geojson").read_text().replace("-87.", "-7."))
    (other / "mappings").mkdir()
    (other / "mappings" / "x.toml").write_text("format = 3\n")
    try:
        linted = city.command("city", "lint", str(other))
        env = {"CITY": "marsh", "YIPING_DATA": str(tmp_path)}
        city.env, kept = {**city.env, **env}, city.env
        started = city.command("db", "prepare")
        city.env = kept
        assert (linted.returncode, started.returncode) == (1, 2)
        faults = [line.removeprefix(f"{other}/") for line in linted.stdout.splitlines()[:-1]]
        assert len(faults) > 3 and any("mappings/x.toml" in fault for fault in faults)
        assert [line.strip() for line in started.stderr.splitlines()[1:]] == faults
    finally:
        shutil.rmtree(other)


def test_every_page_is_there(leader: Client, city: Stack) -> None:
    for page in PAGES:
        for lang in ("zh", "en"):
            assert leader.get(f"{page}?lang={lang}").status == 200, page
    for export in ("signs", "streets", "rankings?of=boroughs"):
        name, _, query = export.partition("?")
        assert leader.get(f"/export/{name}.csv?{query}").status == 200, export
    assert city.client().get("/").status in (200, 302, 303, 404)
    assert "Traceback" not in city.log()


def test_readings_reach_the_wall_in_the_city_s_own_time(city: Stack, leader: Client) -> None:
    at = datetime.now(UTC) - timedelta(seconds=5)
    rows = [
        {"source": "rangers", "sign": "LAND-01", "street": code, "value": value,
         "observed_at": at.isoformat()}
        for code, value in zip((*BOROUGHS, PARK), (5000, 10, 20, 7), strict=True)
    ]  # fmt: skip
    send(city, rows)

    def arrived() -> bool:
        geese = next(
            s for s in leader.get("/live/screen").json()["signs"] if s["code"] == "LAND-01"
        )
        return bool(geese["value"] == 5030 and geese["state"] == "alarm")

    eventually(arrived, 20)
    snapshot = leader.get("/live/screen").json()
    assert {s["code"] for s in snapshot["streets"]} == set(BOROUGHS)
    assert [s["code"] for s in snapshot["areas"]] == [PARK]
    static = leader.get("/live/screen/static").json()
    ahead = [minutes for since, minutes in static["zone"] if since <= at.timestamp() * 1000][-1]
    assert timedelta(minutes=ahead) == at.astimezone(ZoneInfo(ZONE)).utcoffset()
    assert {s["unit_en"] for s in static["signs"]} >= {"geese", "ft"}
    assert leader.get("/live/screen/map").status == 200


def test_without_demonstration_it_starts_as_well(root: Path) -> None:
    with running(root=root, CITY=CITY) as stack:
        assert stack.client().get("/login").status == 200
        assert "Traceback" not in stack.log()
