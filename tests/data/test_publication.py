"""What the engine publishes: true at its edges, minimal between versions, the same everywhere."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from data_access.caching.redis_client import RedisLink, open_redis
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_sources
from data_access.series import rollups, states
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import batches, latest, rollup_minute
from data_access.views.snapshots import live_name, published_snapshot, unpack_delta, unpack_snapshot
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, to_rfc3339
from domain.facts.reading import Reading
from domain.indicator import Bounds, Thresholds
from engine.loop import Engine
from engine.publisher import Publisher
from engine.retention import EVERY_MS, PAIRS_A_TURN, Retention
from tests.clocks import FixedClock
from tests.data.raw_days import drop_raw

STREET = "310115005"


class City:
    """An engine and its publisher on one store, driven by hand."""

    def __init__(
        self, db: Database, catalogue: Catalogue, redis: RedisLink, clock: FixedClock
    ) -> None:
        self.db, self.catalogue, self.clock = db, catalogue, clock
        ensure_sources(db, catalogue, clock.ms)
        self.engine = Engine(db, catalogue, clock.ms)
        self.publisher = Publisher(db, redis, "test", clock.ms)

    def send(self, sign: str, value: float, street: str | None = STREET, ago_s: int = 0) -> None:
        source = self.catalogue.sign[sign].source
        at = to_rfc3339(self.clock.ms - ago_s * 1000) or ""
        row = Reading(source=source, sign=sign, street=street, observed_at=at, value=value)
        outcome = intake.accept(
            READING, self.db, self.catalogue, source, [row], self.clock.ms, "api"
        )
        assert outcome.accepted == 1

    def publish(self) -> int | None:
        while self.engine.turn():
            pass
        return self.publisher.publish(self.engine.city, self.clock.ms)

    def snapshot(self) -> dict[str, Any]:
        found = published_snapshot(self.db, "screen")
        assert found is not None
        return dict(json.loads(found.body))

    def sign(self, code: str) -> dict[str, Any]:
        return next(s for s in self.snapshot()["signs"] if s["code"] == code)


@pytest.fixture
def redis(valkey: Any, db_settings: Settings) -> Any:
    link = open_redis(db_settings.model_copy(update={"redis_url": valkey.url}))
    yield link
    link.close()


@pytest.fixture
def city(db: Database, catalogue: Catalogue, redis: RedisLink, clock: FixedClock) -> City:
    return City(db, catalogue, redis, clock)


def test_an_empty_city_knows_nothing_and_says_so(city: City) -> None:
    assert city.publish() is not None
    snapshot = city.snapshot()
    assert len(snapshot["signs"]) == len(city.catalogue.signs)
    assert {(s["state"], s["freshness"], s["value"]) for s in snapshot["signs"]} == {
        ("unknown", "never", None)
    }
    assert snapshot["index"] is None and snapshot["data_time"] is None
    assert snapshot["index_excluded"] == len(city.catalogue.signs)
    assert {s["state"] for s in snapshot["streets"]} == {"unknown"}
    assert snapshot["sources"]["never"] == len(city.catalogue.sources)
    assert snapshot["demo"] is False and snapshot["alerts"] == []


def test_a_reading_beyond_its_threshold_is_an_alarm_with_place_owner_and_threshold(
    city: City,
) -> None:
    city.send("FAC-13", 32.0)
    city.publish()
    snapshot = city.snapshot()
    cell = city.sign("FAC-13")
    assert (cell["value"], cell["state"], cell["freshness"]) == (32.0, "alarm", "live")
    assert cell["street"] == STREET and cell["since"] == to_rfc3339(city.clock.ms)
    street = next(s for s in snapshot["streets"] if s["code"] == STREET)
    assert (street["state"], street["sign"]) == ("alarm", "FAC-13")
    assert snapshot["alerts"] == [
        {
            "sign": "FAC-13",
            "street": STREET,
            "state": "alarm",
            "value": 32.0,
            "since": to_rfc3339(city.clock.ms),
            "threshold": 25.0,
            "side": "high",
            "clear": None,
            "department": city.catalogue.sign["FAC-13"].department,
            "places": 1,
        }
    ]
    lost = sum(d["points"] for d in snapshot["detractors"])
    assert snapshot["index"] == 100 - lost == 98.0
    assert snapshot["sources"]["live"] == 1


def test_a_value_that_has_come_back_is_told_with_the_line_that_clears_it(city: City) -> None:
    """24.5 of a sign where more is worse is not "24.5 ≤ 25": the alarm is not cleared yet."""
    city.send("FAC-13", 32.0)
    city.publish()
    city.clock.step(60)
    city.send("FAC-13", 24.5)
    city.publish()
    snapshot = city.snapshot()
    (alert,) = snapshot["alerts"]
    told = {key: alert[key] for key in ("state", "value", "threshold", "side", "clear")}
    assert told == {
        "state": "alarm", "value": 24.5, "threshold": 25.0, "side": "high", "clear": 23.75
    }  # fmt: skip
    assert {key: city.sign("FAC-13")[key] for key in told} == told


def test_an_alert_names_the_threshold_that_its_state_was_judged_by(
    db: Database, catalogue: Catalogue, redis: RedisLink, clock: FixedClock
) -> None:
    """Thresholds change at local midnight; the newest sample is of a minute before."""
    old = catalogue.sign["FAC-13"].thresholds[-1]
    edges = Bounds(None, 30.0), Bounds(None, 35.0), Bounds(None, 40.0)
    versions = replace(old, valid_to="2026-11-24"), Thresholds(99, "2026-11-24", None, *edges)
    signs = tuple(
        replace(sign, thresholds=versions) if sign.code == "FAC-13" else sign
        for sign in catalogue.signs
    )
    clock.step(14 * 3600 - 30)  # 23:59:30 in Pudong
    city = City(db, replace(catalogue, signs=signs), redis, clock)

    def told() -> tuple[str, float, int]:
        city.publish()
        (alert,) = city.snapshot()["alerts"]
        with db.read() as conn:
            version = conn.scalar(select(latest.c.threshold_version).where(latest.c.unit == STREET))
        return alert["state"], alert["threshold"], int(version or 0)

    city.send("FAC-13", 32.0)
    assert told() == ("alarm", 25.0, old.version)
    clock.step(60)
    assert told() == ("alarm", 25.0, old.version)
    city.send("FAC-13", 32.0)
    assert told() == ("attention", 30.0, 99)
    with db.read() as conn:
        changes = [
            (row.since, row.state, row.threshold_version)
            for row in states.history_of(conn, STREET, "FAC-13", 0)
        ]
    midnight = clock.ms - 30_000
    assert changes == [
        (midnight - 30_000, "alarm", old.version),
        (midnight, "attention", 99),  # what stands is judged anew when they come into force
    ]


@pytest.mark.parametrize(
    ("age_s", "freshness", "state"),
    [
        (0, "live", "normal"),
        (120, "live", "normal"),
        (121, "late", "normal"),
        (180, "late", "normal"),
        (181, "stale", "unknown"),
    ],
)
def test_a_value_ages_at_its_edges_without_any_news(
    city: City, age_s: int, freshness: str, state: str
) -> None:
    city.send("FAC-13", 3.0)  # every 60 s, stale after 180 s
    city.publish()
    city.clock.step(age_s)
    city.publish()
    cell = city.sign("FAC-13")
    assert (cell["freshness"], cell["state"], cell["value"]) == (freshness, state, 3.0)
    domain = next(d for d in city.snapshot()["domains"] if d["code"] == "facilities")
    assert domain[state] == (1 if state == "normal" else domain["signs"])


def test_a_clock_that_runs_ahead_keeps_no_value_alive_for_longer(city: City) -> None:
    city.send("FAC-13", 30.0, ago_s=-240)  # four minutes in the future, stale after three
    city.publish()
    cell = city.sign("FAC-13")
    assert cell["observed_at"] == cell["since"] == to_rfc3339(city.clock.ms)
    assert city.snapshot()["data_time"] == city.snapshot()["as_of"]
    for age_s, freshness in ((120, "live"), (1, "late"), (60, "stale")):
        city.clock.step(age_s)
        city.publish()
        assert city.sign("FAC-13")["freshness"] == freshness
    city.send("FAC-13", 3.0, ago_s=-239)
    city.publish()
    assert city.sign("FAC-13")["freshness"] == "live"


def test_a_district_value_says_how_many_streets_it_stands_on(city: City) -> None:
    streets = [s.code for s in city.catalogue.counted[:3]]
    for street in streets:
        city.send("FAC-13", 3.0, street)
    city.send("FAC-13", 3.0, next(s.code for s in city.catalogue.streets if not s.counts))
    city.publish()
    assert city.sign("FAC-13")["reporting"] == [3, 3]
    city.clock.step(181)
    city.send("FAC-13", 3.0, streets[0])
    city.publish()
    cell = city.sign("FAC-13")
    assert (cell["freshness"], cell["reporting"]) == ("live", [1, 3])
    assert city.sign("OPS-03")["reporting"] is None
    city.send("FAC-13", 4.0, None)
    city.publish()
    cell = city.sign("FAC-13")
    assert (cell["value"], cell["reporting"]) == (4.0, None)  # the district speaks for itself


def test_nothing_new_is_not_published_until_the_heartbeat(city: City) -> None:
    assert city.publish() is not None
    assert city.publish() is None
    city.clock.step(4.9)
    assert city.publish() is None
    city.clock.step(0.1)
    assert city.publish() is not None


def test_redis_carries_the_same_bytes_and_the_delta_only_what_changed(
    city: City, redis: RedisLink
) -> None:
    city.send("FAC-13", 3.0)
    first = city.publish()
    name = live_name(city.catalogue.city, "screen")
    heard = redis.subscribe(name)
    while heard.next(0.1) is not None:
        pass
    city.clock.step(1)
    city.send("FAC-13", 12.0)
    second = city.publish()
    kept = unpack_snapshot(redis.get(name))
    assert kept is not None and kept.version == second
    assert json.loads(kept.body) == city.snapshot()
    message = next(m for m in iter(lambda: heard.next(1.0), 0) if m is not None)
    delta = unpack_delta(message[1])
    assert delta is not None and (delta.prev, delta.version) == (first, second)
    body = json.loads(delta.body)
    assert [s["code"] for s in body["signs"]] == ["FAC-13"]
    assert [s["code"] for s in body["streets"]] == [STREET]
    assert "trends" not in body and "catalogue" not in body
    heard.close()


def test_versions_go_on_after_a_restart(city: City, redis: RedisLink) -> None:
    city.publish()
    first = city.snapshot()["version"]
    again = Publisher(city.db, redis, "test", city.clock.ms)
    assert again.publish(city.engine.city, city.clock.ms) == first + 1


def test_redis_away_leaves_the_stored_copy(
    db: Database, catalogue: Catalogue, clock: FixedClock, db_settings: Settings
) -> None:
    gone = open_redis(db_settings.model_copy(update={"redis_url": "unix:///nonexistent/valkey"}))
    city = City(db, catalogue, gone, clock)
    city.send("FAC-13", 30.0)
    city.publish()
    assert city.sign("FAC-13")["state"] == "alarm"


def test_an_old_file_makes_no_source_live(city: City) -> None:
    source = city.catalogue.sign["FAC-13"].source
    city.send("FAC-13", 3.0, ago_s=365 * 86_400)
    city.publish()
    n = len(city.catalogue.sources)
    counts = {"live": 0, "late": 0, "stale": 1, "never": n - 1, "undigested": 0}
    assert city.snapshot()["sources"] == counts, source
    city.send("FAC-13", 3.0)
    city.clock.step(1)
    city.publish()
    assert city.snapshot()["sources"]["live"] == 1


def test_every_total_adds_up(city: City) -> None:
    for n, sign in enumerate(city.catalogue.signs):
        if n % 3 and sign.at_street and not sign.derived:
            edge = sign.thresholds[0].alarm
            value = sign.typical if n % 2 else (edge.high if edge.high is not None else edge.low)
            city.send(sign.code, float(value or 0), ago_s=(n % 5) * 60)
    city.publish()
    snapshot = city.snapshot()
    states = ("normal", "attention", "warning", "alarm", "unknown")
    for domain in snapshot["domains"]:
        assert sum(domain[s] for s in states) == domain["signs"]
    for state in states:
        cells = sum(1 for s in snapshot["signs"] if s["state"] == state)
        assert cells == sum(d[state] for d in snapshot["domains"])
    lost = sum(d["points"] for d in snapshot["detractors"])
    assert snapshot["index"] == pytest.approx(max(0, 100 - lost))
    assert sum(snapshot["sources"].values()) == len(city.catalogue.sources)


def test_retention_drops_whole_days_and_old_minutes_only(
    db: Database,
    catalogue: Catalogue,
    clock: FixedClock,
    redis: RedisLink,
    db_settings: Settings,
    open_again: Callable[[], Database],
) -> None:
    city = City(db, catalogue, redis, clock)
    city.send("FAC-13", 3.0)
    city.publish()
    old = [
        ("310115", "FAC-13", clock.ms - age * DAY_MS, 1.0, 1.0, 1, 1.0, 1.0, 1.0, False, 0)
        for age in (8, 6)
    ]
    with db.write() as conn:
        rollups.write_minutes(db, conn, old)
    retention = Retention(db, db_settings, catalogue)
    assert drop_raw(retention, clock.ms, city.engine.cursor) == []
    rounds = len(catalogue.signs) * (len(catalogue.streets) + 1) // PAIRS_A_TURN + 3
    for _ in range(rounds):
        clock.step(EVERY_MS / 1000)
        retention.step(clock.ms, city.engine.cursor)
    with db.read() as conn:
        kept = list(conn.scalars(select(rollup_minute.c.bucket)))
    assert old[0][2] not in kept and old[1][2] in kept
    clock.step(3 * DAY_MS / 1000)
    assert drop_raw(retention, clock.ms, city.engine.cursor) == ["20261123"]
    with db.read() as conn:
        assert conn.scalars(select(batches.c.id)).all() == []


def test_what_the_engine_has_not_taken_in_is_never_dropped(
    db: Database, catalogue: Catalogue, clock: FixedClock, redis: RedisLink, db_settings: Settings
) -> None:
    city = City(db, catalogue, redis, clock)
    city.send("FAC-13", 3.0, ago_s=60)
    clock.step(30 * DAY_MS / 1000)
    assert drop_raw(Retention(db, db_settings, catalogue), clock.ms, city.engine.cursor) == []
    assert city.engine.turn() == 1
