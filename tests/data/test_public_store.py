"""What the publication step writes: late, rounded, once, the same after a crash."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from data_access.public import releases, store
from data_access.public.tables import (
    public_corrections,
    public_manifests,
    public_reports,
    public_values,
)
from data_access.settings import ROOT, Settings
from data_access.store.db import Database
from data_access.store.tables import batches
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.privacy import Mark, Row, Shown
from engine.publication import Publication
from tests.clocks import FixedClock
from tests.data.published_city import (
    BANDED,
    COUNT,
    MEASURE,
    PRIVATE,
    RARE,
    RATE,
    PublishedCity,
    poisson,
)
from tests.unit.privacy_attack import bounds


@pytest.fixture
def city(db: Database, db_settings: Settings, catalogue: Catalogue) -> Iterator[PublishedCity]:
    made = PublishedCity(db, db_settings, catalogue)
    yield made
    made.public.close()


@pytest.fixture
def now(clock: FixedClock) -> int:
    return clock.ms  # 10:00


def test_a_present_value_is_told_an_hour_late(city: PublishedCity, now: int) -> None:
    district, sign = city.catalogue.code, "TRA-01"
    assert city.catalogue.sign[sign].slot_ms == 5 * MINUTE_MS
    for ago, value in ((70, 40.0), (65, 41.0), (60, 42.0), (5, 43.0)):
        city.samples(sign, now - ago * MINUTE_MS, {district: value}, severity=1)
    city.publication.publish(now)
    told = city.shown(sign)
    assert (told["value"], told["state"], told["freshness"]) == (41.0, "attention", "live")
    assert told["at"] == city.view("public")["as_of"] == "2026-11-23T01:00:00.000Z"
    assert city.view("public")["counts"]["attention"] == 1


def test_nothing_of_a_sign_that_is_not_public_leaves_the_house(
    city: PublishedCity, now: int
) -> None:
    signs = city.catalogue.signs
    places = [city.catalogue.code, *city.streets[:3]]
    for sign in signs:
        for ago in (2 * HOUR_MS, DAY_MS):
            city.samples(sign.code, now - ago, dict.fromkeys(places, 7.0), mass=100)
    city.publication.publish(now)
    rules = city.catalogue.publication
    assert rules is not None
    hidden = {s.code for s in signs if not s.public}
    assert {row[0] for row in city.everything()} & hidden == set(rules.bands)
    views = str(city.view("public")) + str(city.view("streets"))
    assert not [code for code in hidden if code in views]
    assert all(row[2] == "day" and row[5] is None for row in city.everything() if row[0] in hidden)


def test_a_days_counts_are_released_once_and_late_readings_change_nothing(
    city: PublishedCity, now: int
) -> None:
    day = city.midnight(now) - DAY_MS
    counts = [0, 3, 5, 12, *([30] * 32)]
    city.counts(COUNT, day, counts)
    city.publication.publish(day + DAY_MS + 89 * MINUTE_MS)
    assert city.released(COUNT, "day", day) == {}
    city.publication.publish(day + DAY_MS + 91 * MINUTE_MS)
    rows = city.released(COUNT, "day", day)
    assert rows[city.catalogue.code].value == sum(counts)
    told = [(rows[p].mark, rows[p].value, rows[p].low, rows[p].high) for p in city.streets[:4]]
    assert told == [
        ("exact", 0, 0, 0),
        ("few", None, 1, 4),
        ("rounded", 5, 5, 7),
        ("rounded", 10, 8, 12),
    ]
    before = city.everything()
    city.counts(COUNT, day, [9] * 36)
    city.publication.publish(now)
    city.publication.publish(now + DAY_MS)
    assert set(before) <= set(city.everything())
    assert {row.released_at for row in city.released(COUNT, "day", day).values()} == {before[0][-1]}
    with city.public.read() as conn:
        assert conn.execute(select(func.count()).select_from(public_corrections)).scalar() == 0


def test_a_measure_that_changes_later_is_logged_and_stays_as_it_was_told(
    city: PublishedCity, now: int
) -> None:
    day, district = city.midnight(now) - DAY_MS, city.catalogue.code
    city.samples(MEASURE, day + HOUR_MS, {district: 30.0})
    city.publication.publish(now)
    city.samples(MEASURE, day + 2 * HOUR_MS, {district: 50.0})
    for later in (1, 1, 2):
        city.samples(MEASURE, day + later * DAY_MS, {district: 20.0})
        city.publication.publish(now + later * DAY_MS)
    assert city.released(MEASURE, "day", day)[district].value == 30
    with city.public.read() as conn:
        logged = [
            tuple(row)[:4] + tuple(row)[5:7] for row in conn.execute(select(public_corrections))
        ]
    assert logged == [(MEASURE, district, "day", day, 30.0, 40.0)]


def test_rates_bands_and_what_is_too_rare_for_a_day(city: PublishedCity, now: int) -> None:
    monday = city.midnight(now) - 7 * DAY_MS
    district, (first, second, third) = city.catalogue.code, city.streets[:3]
    for n in range(7):
        day = monday + n * DAY_MS
        city.counts(RARE, day, [1, 0, 2, *([0] * 33)])
        city.samples(RATE, day + DAY_MS - 1, {first: 98.4}, mass=1000)
        city.samples(RATE, day + DAY_MS - 1, {second: 98.4}, mass=100)
        city.samples(RATE, day + DAY_MS - 1, {third: 90.0}, mass=20)
        city.samples(BANDED, day + HOUR_MS, {district: 210.0, first: 12.0})
        city.publication.publish(day + DAY_MS + 2 * HOUR_MS)
    rates = city.released(RATE, "day", monday)
    assert [(rates[p].mark, rates[p].value) for p in (first, second, third)] == [
        ("rounded", 98),
        ("withheld", None),
        ("withheld", None),
    ]
    bands = city.released(BANDED, "day", monday)
    assert list(bands) == [district]
    assert (bands[district].mark, bands[district].low, bands[district].high) == ("band", 200, 249)
    days = city.released(RARE, "day", monday)
    assert list(days) == [district] and days[district].value == 3
    week = city.released(RARE, "week", monday)
    assert week[district].value == 21
    assert {week[p].mark for p in city.streets} <= {"exact", "rounded", "unlisted"}
    assert week[first].mark in ("rounded", "unlisted")


def test_ended_anywhere_it_goes_on_with_the_same_result(
    city: PublishedCity,
    now: int,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(1)
    monday = city.midnight(now) - 7 * DAY_MS
    for n in range(7):
        for sign in (COUNT, RARE):
            city.counts(sign, monday + n * DAY_MS, [poisson(chance, 3) for _ in city.streets])
    real, ended = releases.remember, 0

    def dies(db: Database, conn: Any, **values: int) -> None:
        nonlocal ended
        real(db, conn, **values)
        if chance.random() < 0.6:
            ended += 1
            raise KeyboardInterrupt

    monkeypatch.setattr(releases, "remember", dies)
    for _ in range(200):
        try:
            Publication(city.db, city.public, catalogue, settle_ms=0).publish(now)
        except KeyboardInterrupt:
            continue
        break
    assert ended > 3
    monkeypatch.undo()
    interrupted = city.everything()
    with city.public.write() as conn:
        conn.execute(public_values.delete())
        conn.execute(text("DELETE FROM public_state"))
    Publication(city.db, city.public, catalogue, settle_ms=0).publish(now)
    assert interrupted and city.everything() == interrupted
    assert {row[2] for row in interrupted} >= {"day", "week"}


def test_a_changed_rule_makes_a_new_manifest_and_the_old_ones_stay(
    city: PublishedCity, now: int, catalogue: Catalogue
) -> None:
    from dataclasses import replace

    assert catalogue.publication is not None
    slower = replace(catalogue, publication=replace(catalogue.publication, delay_min=120))
    for n, rules in enumerate((catalogue, catalogue, slower, catalogue)):
        Publication(city.db, city.public, rules).publish(now + n * MINUTE_MS)
    with city.public.read() as conn:
        bodies = list(conn.scalars(select(public_manifests.c.body).order_by("at")))
    assert len(bodies) == 3 and bodies[0] == bodies[2] != bodies[1]
    assert '"delay_minutes":120' in bodies[1] and PRIVATE in bodies[0]


def test_a_day_stays_open_while_its_readings_come_in(city: PublishedCity, now: int) -> None:
    day = city.midnight(now) - DAY_MS
    city.counts(COUNT, day, [9] * 36)
    with city.db.write() as conn:
        conn.execute(
            batches.insert().values(source="x", received_at=now, accepted=1, days="20261122")
        )
    city.publication.publish(now)
    assert city.released(COUNT, "day", day) == {}
    city.publication.publish(now + 2 * MINUTE_MS)
    assert len(city.released(COUNT, "day", day)) == 37


def test_a_small_total_of_one_street_is_not_told(city: PublishedCity, now: int) -> None:
    district = city.catalogue.code
    for streets in (city.streets[:1], city.streets[:2]):
        city.samples(COUNT, now - 2 * HOUR_MS, {**dict.fromkeys(streets, 1.0), district: 2.0})
        city.publication.publish(now)
        assert (city.shown(COUNT)["value"] is None) == (len(streets) == 1)


def test_somebody_who_has_everything_that_was_ever_published(city: PublishedCity, now: int) -> None:
    """Days, weeks, totals and history of two months: no suppressed count is narrowed to one."""
    chance = random.Random(7)
    true: dict[tuple[str, str, int], int] = {}
    monday = city.midnight(now) - 28 * DAY_MS
    means = {COUNT: 4.0, "ENF-04": 0.5, "ENV-18": 1.5}
    means = {code: mean for code, mean in means.items() if city.catalogue.sign[code].at_street}
    for n in range(28):
        day = monday + n * DAY_MS
        for code, mean in means.items():
            counts = [poisson(chance, mean * chance.choice((0.3, 1, 2))) for _ in city.streets]
            city.counts(code, day, counts)
            true.update({(code, p, day): c for p, c in zip(city.streets, counts, strict=True)})
        city.publication.publish(day + DAY_MS + 2 * HOUR_MS)
    suppressed = recovered = narrowed = 0
    for code in means:
        for n in range(28):
            rows = city.released(code, "day", monday + n * DAY_MS)
            cells = [_shown(rows[p]) for p in city.streets]
            if cells[0].mark is Mark.WITHHELD:
                continue
            row = Row(_shown(rows[city.catalogue.code]), tuple(cells))
            for place, cell, (low, high) in zip(city.streets, cells, bounds(row), strict=True):
                count = true[code, place, monday + n * DAY_MS]
                assert low <= count <= high
                if 1 <= count <= 4:
                    suppressed += 1
                    recovered += low == high
                    narrowed += cell.mark is Mark.FEW and (low, high) != (1, 4)
    assert suppressed > 500
    assert (recovered, narrowed) == (0, 0)
    weeks = [city.released(COUNT, "week", monday + n * 7 * DAY_MS) for n in range(4)]
    assert all(week[city.catalogue.code].mark == "exact" for week in weeks)


def _shown(row: Any) -> Shown:
    return Shown(Mark(row.mark), row.value, row.low, row.high)


@pytest.mark.postgres
def test_the_public_role_reads_the_publication_and_nothing_else(
    postgresql_url: str, settings: Settings, catalogue: Catalogue
) -> None:
    mine = settings.model_copy(update={"database_url": postgresql_url})
    store.migrate_public(mine)
    owner = store.open_public(mine, read_only=False)
    script = (ROOT / "deploy" / "public-role.sql").read_text()
    statements = [
        line
        for line in script.replace(":password", "'secret'").split(";\n")
        if "\\" not in line and line.strip()
    ]
    with owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("DROP ROLE IF EXISTS yiping_public"))
        conn.execute(text("CREATE ROLE yiping_public LOGIN"))
        for statement in statements:
            conn.execute(text(statement))
    owner.close()
    visitor = postgresql_url.replace("postgres@", "yiping_public@")
    site = settings.model_copy(update={"public_database_url": visitor})
    try:
        reader = store.open_public(site)
        with reader.read() as conn:
            assert list(conn.execute(select(public_values))) == []
        for forbidden in ("SELECT * FROM public.latest", "SELECT * FROM public_reports"):
            with pytest.raises(DBAPIError), reader.read() as conn:
                conn.execute(text(forbidden))
        reader.close()
        writer = store.open_public(site, read_only=False)
        with writer.write() as conn:
            conn.execute(public_reports.insert().values(at=1, figure="x", text="y").inline())
        with pytest.raises(DBAPIError), writer.write() as conn:
            conn.execute(public_values.delete())
        writer.close()
    finally:
        admin = create_engine(mine.db_url, isolation_level="AUTOCOMMIT")
        with admin.connect() as conn:
            conn.execute(text("DROP OWNED BY yiping_public"))
            conn.execute(text("DROP ROLE yiping_public"))
        admin.dispose()


def test_hours_and_reports_go_by_the_rule_and_days_stay(city: PublishedCity, now: int) -> None:
    rules, place = city.catalogue.publication, city.catalogue.code
    assert rules is not None
    old = now - (rules.keep_hours_days + 3) * DAY_MS + HOUR_MS
    rows: list[releases.ValueRow] = [
        (MEASURE, place, period, old + n * DAY_MS, "exact", 1.0, 1.0, 1.0, False, now)
        for period in ("hour", "day")
        for n in range(6)
    ]
    gone = now - (rules.keep_reports_days + 1) * DAY_MS
    with city.public.write() as conn:
        releases.release(city.public, conn, rows)
        releases.remember(city.public, conn, **{f"day:{gone}": gone, "days": gone})
        for at in (gone, now):
            conn.execute(public_reports.insert().inline().values(at=at, figure="x", text="x"))
    left = []
    for minute in range(5):  # a day of it at each step
        city.publication.publish(now + minute * MINUTE_MS)
        left.append(sum(1 for row in city.everything() if row[2] == "hour"))
    assert left == [5, 4, 3, 3, 3]
    assert sum(1 for row in city.everything() if row[2] == "day") == 6
    with city.public.read() as conn:
        assert conn.execute(select(public_reports.c.at)).scalars().all() == [now]
        assert releases.remembered(conn, f"day:{gone}") is None
        assert releases.remembered(conn, "days") == gone
