"""/healthz, /readyz, /metrics: alive, able to serve, in figures."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import insert

from dashboard import health
from data_access.accounts import keys
from data_access.intake.sources import ensure_source
from data_access.settings import Settings
from data_access.store.tables import engine_state, undigested
from domain.actor import Role
from domain.clock import DAY_MS
from tests.clocks import FixedClock
from tests.fixtures.valkey import Valkey
from tests.web.site import Site


@pytest.fixture(autouse=True)
def probes_are_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_S", 0.0)


def beat(site: Site, age_s: float) -> None:
    """The engine lived `age_s` ago."""
    with site.db.write() as conn:
        site.db.upsert(conn, engine_state, [("heartbeat", site.clock.ms - round(age_s * 1000))])


def test_alive_says_nothing_else(site: Site) -> None:
    answer = site.stranger().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("age_s", "status"),
    [(0, "ok"), (15, "ok"), (15.2, "degraded"), (60, "degraded"), (60.2, "down"), (-30, "ok")],
)
def test_the_engine_by_its_heartbeat(site: Site, age_s: float, status: str) -> None:
    beat(site, age_s)
    engine = site.stranger().get("/readyz").json["engine"]
    assert engine == {"status": status, "age_s": max(0.0, round(age_s, 1))}


def test_what_the_engine_could_not_take_in_is_said_for_a_day(site: Site) -> None:
    beat(site, 0)
    at = site.clock.ms - DAY_MS + 1000
    row = {"batch_id": 7, "source": "x", "readings": 3, "set_aside_at": at}
    with site.db.write() as conn:
        conn.execute(insert(undigested).values(row))
    answer = site.stranger().get("/readyz").json
    assert answer["engine"] == {"status": "degraded", "age_s": 0.0, "undigested": 1}
    assert answer["status"] == "degraded"
    site.clock.step(1)
    assert "undigested" not in site.stranger().get("/readyz").json["engine"]


def test_an_engine_that_never_lived(site: Site) -> None:
    answer = site.stranger().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["engine"] == {"status": "down", "age_s": None}
    assert answer.json["database"]["status"] == "ok"
    assert answer.json["redis"] == {"status": "down", "age_s": None}
    assert answer.json["status"] == "degraded"


def test_without_the_store_it_is_not_ready(site: Site) -> None:
    with site.db.write() as conn:
        conn.exec_driver_sql("DROP TABLE engine_state")
    answer = site.stranger().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"]["status"] == "down"
    assert answer.json["status"] == "down"
    assert "engine_state" not in answer.text


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (("CONFIG", "SET", "maxmemory", "1"), "used memory"),
        (("REPLICAOF", "127.0.0.1", "1"), "read only replica"),
    ],
)
def test_a_redis_that_refuses_writes_is_degraded(
    tmp_path: Path,
    sqlite_template: Path,
    clock: FixedClock,
    valkey: Valkey,
    spoilt: tuple[str, ...],
    why: str,
) -> None:
    settings = Settings(data_dir=tmp_path, demo=False, redis_url=valkey.url)
    shutil.copy(sqlite_template, tmp_path / "pudong.db")
    site = Site(settings, clock)
    try:
        redis = site.services.redis
        assert site.stranger().get("/readyz").json["redis"]["status"] == "ok"
        redis.run(lambda client: client.config_set("maxmemory-policy", "noeviction"))
        redis.run(lambda client: client.execute_command(*spoilt))
        answer = site.stranger().get("/readyz")
        assert (answer.status_code, answer.json["status"]) == (200, "degraded")
        assert answer.json["redis"]["status"] == "degraded"
        assert answer.json["redis"]["why"].startswith("refuses writes") and why in answer.text
        text = site.person(Role.OPERATOR).get("/metrics").text
        assert 'yiping_up{part="redis"} 0.5' in text.splitlines()
    finally:
        site.close()


def test_probes_are_shared_for_a_second(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_S", 60.0)
    stranger = site.stranger()
    beat(site, 0)
    assert stranger.get("/readyz").json["engine"]["status"] == "ok"
    beat(site, 500)
    assert stranger.get("/readyz").json["engine"]["status"] == "ok"


def test_metrics_for_operators_and_by_key(site: Site) -> None:
    beat(site, 2)
    ensure_source(site.db, site.services.catalogue, "one-more", site.clock.ms)
    secret = keys.add_key(site.db, "prometheus", keys.KeyKind.METRICS, None, site.clock.ms)
    scraper = site.stranger().get("/metrics", Authorization=f"Bearer {secret}")
    text = site.person(Role.OPERATOR).get("/metrics").text
    assert scraper.status_code == 200
    for line in (
        'yiping_up{part="database"} 1.0',
        'yiping_up{part="redis"} 0.0',
        'yiping_age_seconds{part="engine"} 2.0',
        f"yiping_sources {len(site.services.catalogue.sources) + 1}",
        "yiping_keys_in_force 1",
        "yiping_sessions 1",
    ):
        assert line in text.splitlines(), line
    for line in text.splitlines():
        name, value = line.rsplit(" ", 1)
        assert name.startswith("yiping_") and float(value) >= 0


def test_other_keys_do_not_open_the_metrics(site: Site) -> None:
    now = site.clock.ms
    ingest = keys.add_key(site.db, "feed", keys.KeyKind.INGEST, "air-stations", now)
    screen = keys.add_key(site.db, "hall", keys.KeyKind.SCREEN, None, now)
    revoked = keys.add_key(site.db, "old", keys.KeyKind.METRICS, None, now)
    keys.revoke_key(site.db, "old", now)
    for secret in (ingest, screen, revoked, "", "x"):
        answer = site.stranger().get("/metrics", Authorization=f"Bearer {secret}")
        assert answer.status_code == 401, secret
