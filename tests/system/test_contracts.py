"""What operators and outside programs rely on, asked of the running product."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.catalogue import Catalogue
from domain.indicator import Direction, Rule
from domain.sign import Sign
from tests.conditions import eventually
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client


def now() -> str:
    return datetime.now(UTC).isoformat()


@pytest.fixture(scope="module")
def leader(live_app: Stack) -> Client:
    return sign_in_new(live_app, "system.leader", "leader")


@pytest.fixture(scope="module")
def quick_sign(catalogue: Catalogue) -> Sign:
    """A sign that any one reading can put into alarm at once, in street and district."""
    fit = [
        s
        for s in catalogue.signs
        if (s.street_rule, s.rule) == (Rule.MAX, Rule.MAX)
        and s.direction is Direction.HIGHER_WORSE
        and s.raise_after_s == 0
        and s.derived is None
    ]
    return min(fit, key=lambda s: s.cadence_s)


def sign_of(snapshot: dict[str, Any], code: str) -> dict[str, Any]:
    return next(s for s in snapshot["signs"] if s["code"] == code)


def test_without_demonstration_it_starts_empty(new_empty: Stack) -> None:
    assert not (new_empty.data_dir / "demo-accounts.json").exists()
    snapshot = sign_in_new(new_empty, "first", "admin").get("/live/screen").json()
    assert snapshot["demo"] is False
    assert snapshot["index"] is None
    assert {s["freshness"] for s in snapshot["signs"]} == {"never"}
    assert {s["state"] for s in snapshot["signs"]} == {"unknown"}
    assert snapshot["sources"]["live"] == 0 and snapshot["alerts"] == []
    assert "demo" not in new_empty.pids()


@pytest.fixture(scope="module")
def new_empty() -> Iterator[Stack]:
    with running() as stack:
        yield stack


def test_the_snapshot_holds_the_whole_catalogue(leader: Client, catalogue: Catalogue) -> None:
    snapshot = leader.get("/live/screen").json()
    assert [s["code"] for s in snapshot["signs"]] == [s.code for s in catalogue.signs]
    assert {s["code"] for s in snapshot["streets"]} == {s.code for s in catalogue.counted}
    assert {d["code"] for d in snapshot["domains"]} == {d.code for d in catalogue.domains}


def test_a_reading_reaches_the_screen(
    live_app: Stack, leader: Client, catalogue: Catalogue, quick_sign: Sign
) -> None:
    key = live_app.ingest_key("outside-1")
    alarm = quick_sign.thresholds[-1].alarm.high
    assert alarm is not None
    street = catalogue.counted[3].code
    row = {
        "source": "outside-1",
        "sign": quick_sign.code,
        "street": street,
        "observed_at": now(),
        "value": alarm,
    }
    answer = live_app.client().post_readings(key, [row])
    assert (answer.status, answer.json()) == (
        200,
        {"accepted": 1, "duplicates": 0, "rejected": []},
    )

    def shown() -> dict[str, Any] | None:
        snapshot = leader.get("/live/screen").json()
        return snapshot if sign_of(snapshot, quick_sign.code)["value"] is not None else None

    snapshot = eventually(shown, timeout=5)
    sign = sign_of(snapshot, quick_sign.code)
    assert (sign["value"], sign["state"], sign["freshness"]) == (alarm, "alarm", "live")
    assert (sign["street"], sign["demo"]) == (street, False)
    place = next(s for s in snapshot["streets"] if s["code"] == street)
    assert (place["state"], place["sign"]) == ("alarm", quick_sign.code)
    assert [a["sign"] for a in snapshot["alerts"] if a["state"] == "alarm"] == [quick_sign.code]

    again = live_app.client().post_readings(key, [row])
    assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}


def test_a_refused_reading_is_named_and_the_good_ones_stay(
    live_app: Stack, quick_sign: Sign
) -> None:
    key = live_app.ingest_key("outside-2")
    good = {"source": "outside-2", "sign": quick_sign.code, "observed_at": now(), "value": 0}
    rows = [
        {**good, "street": None},
        {**good, "sign": "NO-99"},
        {**good, "value": "NaN"},
        {**good, "observed_at": "2001-01-01T00:00:00Z"},
    ]
    answer = live_app.client().post_readings(key, rows)
    assert answer.status == 200
    told = answer.json()
    assert told["accepted"] == 1
    assert [r["index"] for r in told["rejected"]] == [1, 2, 3]
    assert all(r["reason"] for r in told["rejected"])


def test_intake_wants_its_key(live_app: Stack, quick_sign: Sign) -> None:
    row = {"source": "outside-1", "sign": quick_sign.code, "observed_at": now(), "value": 0}
    assert live_app.client().post_readings("not-a-key", [row]).status == 401
    other = live_app.ingest_key("outside-3")
    answer = live_app.client().post_readings(other, [row])  # speaks for somebody else
    assert answer.status in (403, 422) or answer.json()["accepted"] == 0


def test_live_lane_answers_etag_and_gzip(leader: Client) -> None:
    answer = leader.get("/live/screen", Accept_Encoding="gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))["signs"]

    def unchanged() -> bool:
        etag = leader.get("/live/screen").headers["ETag"]
        return leader.get("/live/screen", If_None_Match=etag).status == 304

    eventually(unchanged)


def test_live_lane_is_closed_to_strangers(live_app: Stack) -> None:
    for path in ("/live/screen", "/live/screen/events", "/live/screen/static", "/live/screen/map"):
        answer = live_app.client().get(path)
        assert answer.status in (401, 403), path
        assert b"signs" not in answer.body


def test_pages_send_strangers_to_the_login(live_app: Stack) -> None:
    for path in ("/screen", "/sources", "/no-such-page"):
        answer = live_app.client().request("GET", path, headers={"Accept": "text/html"})
        assert answer.status == 302, path
        assert answer.headers["Location"].startswith("/login")


def test_the_public_page_is_for_anyone(live_app: Stack) -> None:
    answer = live_app.client().request("GET", "/", headers={"Accept": "text/html"})
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/html")
    assert "Set-Cookie" not in answer.headers
    assert live_app.client().get("/live/public").status in (200, 503)


def test_a_screen_key_opens_the_wall_and_nothing_else(live_app: Stack) -> None:
    done = live_app.command("key", "add", "hall-wall", "--screen")
    address = done.stdout.splitlines()[-1]
    path = re.fullmatch(rf"{re.escape(live_app.url)}(/screen\?key=\S+)", address)
    assert path is not None, address
    wall = live_app.client()
    first = wall.get(path[1])
    assert first.status in (200, 302, 303)
    assert wall.get("/screen").status == 200
    assert wall.get("/live/screen").status == 200
    assert wall.get("/sources").status in (302, 403)
    assert live_app.client().get("/screen?key=wrong").status in (302, 401, 403)


def test_the_api_describes_itself(leader: Client) -> None:
    answer = leader.get("/api/v1/openapi.json")
    assert answer.status == 200
    description = answer.json()
    assert description["openapi"].startswith("3.")
    operation = description["paths"]["/api/v1/readings"]["post"]
    assert {"200", "401", "413", "422", "429", "503"} <= set(operation["responses"])


def test_health_is_public(live_app: Stack) -> None:
    assert live_app.client().get("/healthz").status == 200
    report = live_app.client().get("/readyz").json()
    assert {report[part]["status"] for part in ("database", "redis", "engine")} == {"ok"}
    assert live_app.client().get("/metrics").status in (401, 403)


def test_the_demonstration_has_an_account_for_each_role(demo_app: Stack) -> None:
    accounts = demo_app.accounts()
    assert set(accounts) == {"leader", "department", "operator", "admin"}
    for role, account in accounts.items():
        assert set(account) == {"username", "password", "role", "department"}
        client = demo_app.login(role)
        eventually(lambda c=client: c.get("/live/screen").json()["demo"] is True)


def test_the_demonstration_fills_the_wall(demo_app: Stack, catalogue: Catalogue) -> None:
    client = demo_app.login("leader")

    def filled() -> bool:
        signs = client.get("/live/screen").json()["signs"]
        return sum(s["value"] is not None for s in signs) >= 0.9 * len(catalogue.signs)

    eventually(filled, timeout=60, every=0.5)
    snapshot = client.get("/live/screen").json()
    assert all(s["demo"] for s in snapshot["signs"] if s["value"] is not None)
