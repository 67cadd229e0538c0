"""A city whose clocks change twice a year: its days, weeks and scores are those of its clocks."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.readings import day_tables
from data_access.intake.sources import ensure_source
from data_access.series.series_query import Ask, course
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import rollup_day, rollup_hour
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, to_rfc3339
from domain.facts.reading import Reading
from domain.publication import week_days, week_start
from domain.span import Span
from domain.zone import Zone
from engine.loop import Engine
from tests.data.published_city import COUNT, PublishedCity
from tests.data.test_scores import blocks_of

CHICAGO = Zone.named("America/Chicago")
CHANGES = [("2025-03-09", 23), ("2025-11-02", 25)]
SIGN = "ENV-03"  # hourly, stale after three hours
LEADER = Actor("l", Role.LEADER)


@pytest.fixture
def chicago(catalogue: Catalogue) -> Catalogue:
    return replace(catalogue, zone=CHICAGO, version="summer-time")


def send_every_hour(db: Database, city: Catalogue, from_ms: int, to_ms: int) -> None:
    """A district value: normal, but an alarm in the first hour of every local day."""
    source = city.sign[SIGN].source
    ensure_source(db, city, source, to_ms)
    rows = [
        Reading(
            source=source,
            sign=SIGN,
            street=None,
            observed_at=to_rfc3339(at) or "",
            value=500.0 if city.zone.local(at).hour == 0 else 49.0,
        )
        for at in range(from_ms, to_ms, HOUR_MS)
    ]
    assert intake.accept(READING, db, city, source, rows, to_ms, "api").rejected == ()


@pytest.mark.parametrize(("date", "hours"), CHANGES)
def test_a_day_row_holds_the_hours_of_its_local_day(
    db: Database, chicago: Catalogue, date: str, hours: int
) -> None:
    day = CHICAGO.date_start(date)
    first, end = CHICAGO.next_day(day, -2), CHICAGO.next_day(day, 3)
    send_every_hour(db, chicago, first, end + 6 * HOUR_MS)
    engine = Engine(db, chicago, end + 6 * HOUR_MS)
    while engine.turn():
        pass
    engine.roll(end + 6 * HOUR_MS, force=True)
    with db.read() as conn:
        rows = {r.bucket: r for r in conn.execute(select(rollup_day))}
        buckets = sorted(conn.scalars(select(rollup_hour.c.bucket).where(
            rollup_hour.c.bucket >= day, rollup_hour.c.bucket < day + hours * HOUR_MS
        )))  # fmt: skip
        raw = day_tables(conn)
    whole = {bucket: row for bucket, row in rows.items() if bucket < end}
    wanted = {CHICAGO.next_day(day, n): 24 for n in range(-2, 3)} | {day: hours}
    assert {bucket: row.count for bucket, row in whole.items()} == wanted
    assert {bucket: round(row.known, 6) for bucket, row in whole.items()} == wanted
    assert {bucket: row.alarm for bucket, row in whole.items()} == {
        bucket: pytest.approx(1.0) for bucket in wanted
    }
    assert buckets == [day + n * HOUR_MS for n in range(hours)]
    assert raw == [CHICAGO.local(start).strftime("%Y%m%d") for start in sorted([*wanted, end])]


@pytest.mark.parametrize("date", [date for date, _ in CHANGES])
def test_scores_and_courses_go_by_local_days(db: Database, chicago: Catalogue, date: str) -> None:
    day = CHICAGO.date_start(date)
    first, end = CHICAGO.next_day(day, -6), CHICAGO.next_day(day, 5)
    send_every_hour(db, chicago, first, end + 6 * HOUR_MS)
    engine = Engine(db, chicago, end + 6 * HOUR_MS)
    while engine.turn():
        pass
    engine.roll(end + 6 * HOUR_MS, force=True)
    days = CHICAGO.days(first, end)
    span = Span.of(first, end, end, chicago.zone)
    blocks = blocks_of(db, chicago, chicago.code, span)
    assert [start for start, _ in blocks] == days
    cut = Span.of(first + 5 * HOUR_MS, end - 5 * HOUR_MS, end, chicago.zone, whole_days=False)
    blocks = blocks_of(db, chicago, chicago.code, cut)
    assert [start for start, _ in blocks] == days
    long_ago = CHICAGO.next_day(first, -400)  # too long for hours
    asked = Ask(chicago.code, SIGN, long_ago, end, 7 * DAY_MS, 365 * DAY_MS, end, end)
    line = course(db, LEADER, chicago, asked).line
    assert (line.tier, line.start, len(line.values)) == ("day", long_ago, 400 + len(days))
    assert [value is not None for value in line.values] == [False] * 400 + [True] * len(days)


@pytest.fixture
def published(db: Database, db_settings: Settings, chicago: Catalogue) -> Iterator[PublishedCity]:
    made = PublishedCity(db, db_settings, chicago)
    yield made
    made.public.close()


@pytest.mark.parametrize(("date", "hours"), CHANGES)
def test_a_week_is_closed_when_its_last_local_day_is(
    published: PublishedCity, chicago: Catalogue, date: str, hours: int
) -> None:
    city = published
    monday = week_start(CHICAGO.date_start(date), CHICAGO)
    days = week_days(monday, CHICAGO)
    pause = (chicago.publication.close_ms if chicago.publication else 0) + MINUTE_MS
    for day in days:
        end = CHICAGO.next_day(day)
        values = dict.fromkeys(city.streets, 50.0) | {chicago.code: 50.0 * len(city.streets)}
        city.samples(COUNT, end - 1, values)
        city.publication.publish(end + pause - 2 * MINUTE_MS)
        assert city.released(COUNT, "day", day) == {}, "not before its last hour"
        city.publication.publish(end + pause)
        total = city.released(COUNT, "day", day)[chicago.code]
        assert total.value == 50 * len(city.streets)
    assert CHICAGO.next_day(days[-1]) - monday == (7 * 24 + hours - 24) * HOUR_MS
    week = city.released(COUNT, "week", monday)[chicago.code]
    assert week.value == 7 * 50 * len(city.streets)
