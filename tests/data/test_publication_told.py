"""Counts and rates of the district: one picture, told once, over the same streets, of enough."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from data_access.public import releases
from data_access.public.store import open_public
from data_access.series.closed_samples import samples
from data_access.settings import Settings
from data_access.store.db import open_database
from data_access.store.tables import rollup_hour
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from engine.publication import Publication
from tests.clocks import FixedClock
from tests.data.published_city import COUNT, MEASURE, RARE, RATE, PublishedCity

OPEN, RESCUE = "ENV-14", "SAF-11"  # a count of what is still open; a mean over people
CLOSE_MS = 91 * MINUTE_MS


@pytest.fixture
def city(
    settings: Settings, sqlite_template: Path, catalogue: Catalogue
) -> Iterator[PublishedCity]:
    """Over SQLite alone: the rules ask nothing of the database that the store's tests do not."""
    settings.data_dir.mkdir(parents=True)
    shutil.copy(sqlite_template, settings.data_dir / "pudong.db")
    made = PublishedCity(open_database(settings), settings, catalogue)
    yield made
    made.public.close()
    made.db.close()


@pytest.fixture
def day(city: PublishedCity, clock: FixedClock) -> int:
    return city.midnight(clock.ms) - DAY_MS


def speak(city: PublishedCity, sign: str, at: int, counts: dict[str, int]) -> None:
    """The streets' counts at an instant, and the district's total of them."""
    values = {place: float(count) for place, count in counts.items()}
    city.samples(sign, at, {**values, city.catalogue.code: float(sum(counts.values()))})


def marks(city: PublishedCity, sign: str, period: str, start: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, row in city.released(sign, period, start).items():
        name = row.mark if place != city.catalogue.code else f"district {row.mark}"
        found[name] = found.get(name, 0) + 1
    return found


def test_a_street_that_fell_silent_is_in_no_total_of_its_day(city: PublishedCity, day: int) -> None:
    counts = dict.fromkeys(city.streets, 9)
    counts[city.streets[0]] = 3
    rest = {p: n for p, n in counts.items() if p != city.streets[0]}
    speak(city, COUNT, day + 12 * HOUR_MS, counts)
    city.publication.publish(day + 13 * HOUR_MS + 20 * MINUTE_MS)
    assert city.shown(COUNT)["value"] == sum(counts.values())
    speak(city, COUNT, day + 23 * HOUR_MS + 50 * MINUTE_MS, rest)
    city.publication.publish(day + DAY_MS + HOUR_MS + MINUTE_MS)
    told = city.shown(COUNT)
    assert (told["value"], told["state"], told["mark"]) == (None, "unknown", "withheld")
    city.publication.publish(day + DAY_MS + CLOSE_MS)
    assert marks(city, COUNT, "day", day) == {"district withheld": 1, "withheld": 36}
    assert city.released(COUNT, "hour", day + 23 * HOUR_MS) == {}


def test_what_comes_late_changes_nothing_that_was_told(city: PublishedCity, day: int) -> None:
    counts = dict.fromkeys(city.streets, 9)
    at, district = day + 23 * HOUR_MS + 50 * MINUTE_MS, city.catalogue.code
    speak(city, COUNT, at, counts)
    city.publication.publish(day + DAY_MS + HOUR_MS + MINUTE_MS)
    speak(city, COUNT, at, {**counts, city.streets[0]: 12})  # kept, and sent before the close
    city.publication.publish(day + DAY_MS + HOUR_MS + 2 * MINUTE_MS)
    city.publication.publish(day + DAY_MS + CLOSE_MS)
    assert city.shown(COUNT)["value"] == 36 * 9
    assert city.released(COUNT, "hour", day + 23 * HOUR_MS)[district].value == 36 * 9
    assert city.released(COUNT, "day", day)[district].value == 36 * 9
    assert marks(city, COUNT, "day", day) == {"district exact": 1, "withheld": 36}


def test_what_comes_late_makes_a_day_whole_that_nothing_was_told_of(
    city: PublishedCity, day: int
) -> None:
    counts = dict.fromkeys(city.streets, 9)
    at, district = day + 23 * HOUR_MS + 50 * MINUTE_MS, city.catalogue.code
    speak(city, COUNT, day + 12 * HOUR_MS, counts)
    city.publication.publish(day + 13 * HOUR_MS + 20 * MINUTE_MS)
    speak(city, COUNT, at, {p: 9 for p in city.streets[1:]})
    city.publication.publish(day + DAY_MS + HOUR_MS + MINUTE_MS)
    assert city.shown(COUNT)["value"] is None
    speak(city, COUNT, at, counts)
    city.publication.publish(day + DAY_MS + CLOSE_MS)
    assert marks(city, COUNT, "day", day) == {"district exact": 1, "rounded": 36}
    assert city.released(COUNT, "hour", day + 23 * HOUR_MS)[district].value == 36 * 9


def test_a_street_alone_is_told_by_no_hour(city: PublishedCity, day: int) -> None:
    for count in (3, 57):
        hour = day + (20 if count == 3 else 23) * HOUR_MS
        speak(city, COUNT, hour + 50 * MINUTE_MS, {city.streets[4]: count})
        city.publication.publish(hour + 2 * HOUR_MS + MINUTE_MS)
        assert city.shown(COUNT)["value"] is None
        assert city.released(COUNT, "hour", hour) == {}
    city.publication.publish(day + DAY_MS + CLOSE_MS)
    total = city.released(COUNT, "day", day)[city.catalogue.code]
    assert (total.mark, total.value, total.low, total.high) == ("rounded", 55, 53, 57)
    assert marks(city, COUNT, "day", day)["withheld"] == 36


@pytest.mark.parametrize(("sign", "days"), [(COUNT, 1), (OPEN, 7)])
def test_totals_of_other_streets_lie_apart(
    city: PublishedCity, day: int, sign: str, days: int
) -> None:
    first, told = day - 10 * DAY_MS + 12 * HOUR_MS, []
    speak(city, sign, first, dict.fromkeys(city.streets, 2))
    for hours in (0, 2, 24 * days - 1, 24 * days + 1, 24 * days + 3):
        if hours:
            speak(city, sign, first + hours * HOUR_MS, dict.fromkeys(city.streets[1:], 2))
        # each time another engine, as after a restart
        publication = Publication(city.db, city.public, city.catalogue, settle_ms=0)
        publication.publish(first + (hours + 1) * HOUR_MS + 31 * MINUTE_MS)
        told.append(city.shown(sign)["value"])
    assert told == [72, None, None, 70, 70]


def test_a_set_of_streets_is_not_begun_while_others_join(city: PublishedCity, day: int) -> None:
    first = day + 12 * HOUR_MS
    speak(city, COUNT, first, dict.fromkeys(city.streets[:20], 2))
    speak(city, COUNT, first + 15 * MINUTE_MS, dict.fromkeys(city.streets, 2))
    told = []
    for minutes in (76, 91):
        city.publication.publish(first + minutes * MINUTE_MS)
        told.append(city.shown(COUNT)["value"])
    assert told == [None, 72]


def test_nothing_new_is_told_while_sources_send_what_they_have_kept(
    city: PublishedCity, day: int
) -> None:
    first = day + 12 * HOUR_MS
    speak(city, COUNT, first, dict.fromkeys(city.streets, 2))
    starting = Publication(city.db, city.public, city.catalogue)
    starting.publish(first + 76 * MINUTE_MS)
    assert city.shown(COUNT)["value"] is None
    starting.publish(first + 80 * MINUTE_MS)
    assert city.shown(COUNT)["value"] == 72


def test_after_midnight_nothing_is_told_until_every_street_speaks_of_the_day(
    city: PublishedCity, day: int
) -> None:
    late = city.streets[0]
    speak(city, COUNT, day - 10 * MINUTE_MS, dict.fromkeys(city.streets, 2))
    # its value of the day before is not stale yet, and would be carried into the new day
    city.samples(COUNT, day + 5 * MINUTE_MS, dict.fromkeys(city.streets[1:], 5.0))
    city.samples(COUNT, day + 5 * MINUTE_MS, {city.catalogue.code: 35 * 5.0 + 2})
    city.publication.publish(day + 81 * MINUTE_MS)
    assert city.shown(COUNT)["value"] == 72
    assert city.shown(COUNT)["at"] == "2026-11-21T16:00:00.000Z"
    city.samples(COUNT, day + 20 * MINUTE_MS, {late: 4.0, city.catalogue.code: 35 * 5.0 + 4})
    city.publication.publish(day + 96 * MINUTE_MS)
    assert city.shown(COUNT)["value"] == 35 * 5 + 4


def test_a_mean_over_few_people_is_told_nowhere(city: PublishedCity, day: int) -> None:
    """Its hours add up to more, but they are the same people."""
    district, places = city.catalogue.code, city.streets[:5]
    for mass, told in ((5.0, None), (6.0, 12.0)):
        start = day + (0 if told is None else DAY_MS)
        for hour in range(20, 24):
            at = start + hour * HOUR_MS
            city.samples(RESCUE, at, dict.fromkeys(places, 12.0), mass=mass)
            city.samples(RESCUE, at, {district: 12.0}, mass=5 * mass)
        city.publication.publish(start + DAY_MS + HOUR_MS + MINUTE_MS)
        assert city.shown(RESCUE)["value"] == told
        hour_row = city.released(RESCUE, "hour", start + 23 * HOUR_MS)
        assert [r.value for r in hour_row.values()] == ([] if told is None else [12.0])
        city.publication.publish(start + DAY_MS + CLOSE_MS)
        whole = city.released(RESCUE, "day", start).pop(district)
        assert (whole.mark, whole.value) == ("withheld" if told is None else "exact", told)
        assert marks(city, RESCUE, "day", start)["withheld"] == 36
    assert RESCUE not in str(city.view("streets")) and MEASURE in str(city.view("streets"))


def test_a_street_without_a_case_looks_like_one_with_few(city: PublishedCity, day: int) -> None:
    big, second, few = city.streets[:3]
    at = day + 23 * HOUR_MS
    city.samples(RATE, at, {big: 60.0}, mass=900)
    city.samples(RATE, at, {second: 60.0}, mass=40)
    city.samples(RATE, at, {few: 50.0}, mass=4)
    city.publication.publish(day + DAY_MS + CLOSE_MS)
    rows = city.released(RATE, "day", day)
    told = [p for p in city.streets if rows[p].mark != "withheld"]
    assert told == [big], "the second is left out too: else the district's rate gives the few away"
    assert len({tuple(rows[p])[4:8] for p in city.streets[1:]}) == 1


def test_a_week_of_rare_counts_whose_days_have_changed_is_told_as_a_total(
    city: PublishedCity, day: int
) -> None:
    monday, district = day - 6 * DAY_MS, city.catalogue.code
    for week in (0, 1):
        for n in range(7):
            start = monday + (week * 7 + n) * DAY_MS
            city.counts(RARE, start, [n % 2, 2, 0, *([3] * 33)])
            city.publication.publish(start + DAY_MS + CLOSE_MS - 2 * MINUTE_MS)
            city.publication.publish(start + DAY_MS + CLOSE_MS)
            if week and n == 3:
                city.counts(RARE, start, [0, 0, 0, *([3] * 33)])
    first, second = (city.released(RARE, "week", monday + n * 7 * DAY_MS) for n in (0, 1))
    assert first[district].value == second[district].value == 7 * 101 + 3
    assert {first[p].mark for p in city.streets} == {"few", "rounded", "exact"}
    assert {second[p].mark for p in city.streets} == {"withheld"}


def test_what_a_landed_version_has_released_stays(
    city: PublishedCity, day: int, settings: Settings
) -> None:
    district = city.catalogue.code
    mean = (COUNT, district, "hour", day + 23 * HOUR_MS, "exact", 322.0, 318.0, 324.0, False, day)
    row = (COUNT, district, "day", day - DAY_MS, "exact", 300.0, 300.0, 300.0, False, day)
    with city.public.write() as out:
        releases.release(city.public, out, [mean, row])
        releases.remember(city.public, out, **{f"day:{day - DAY_MS}": day, "hours": day})
    for start in (day - DAY_MS, day):
        city.counts(COUNT, start, [9] * 36)
    city.publication.publish(day + DAY_MS + CLOSE_MS)
    store = open_public(settings)
    with store.read() as conn:
        starts = [day - DAY_MS, day + 23 * HOUR_MS, day]
        kept = {**releases.released(conn, "day", starts), **releases.released(conn, "hour", starts)}
    store.close()
    assert kept[COUNT, district, day - DAY_MS][1] == 300
    assert kept[COUNT, district, day + 23 * HOUR_MS][1:4] == (322, 318, 324)
    assert kept[COUNT, district, day][1] == 322, "a day says what its last hour said"
    assert marks(city, COUNT, "day", day)["withheld"] == 36


def test_hours_in_which_an_older_value_holds_are_no_samples(city: PublishedCity, day: int) -> None:
    """A week of daily counts is read from the hours, most of which have no sample of their own."""
    place = city.streets[0]
    city.samples("ENV-21", day + 8 * HOUR_MS, {place: 3.0})
    with city.db.write() as conn:
        row = conn.execute(select(rollup_hour).where(rollup_hour.c.unit == place)).one()
        held = {**row._mapping, "bucket": row.bucket + HOUR_MS, "sum": 0, "count": 0}
        conn.execute(rollup_hour.insert().values(**held))
    asked = [(place, "ENV-21", day, day + DAY_MS)]
    with city.db.read() as conn:
        found = [(sample.bucket, sample.value) for *_, sample in samples(conn, asked, "hour")]
    assert found == [(day + 8 * HOUR_MS, 3.0)]
