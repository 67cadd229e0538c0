"""Thirty days of everything that was ever public, in the hands of somebody who knows the rules."""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from data_access.series.closed_samples import last_samples
from data_access.settings import Settings
from data_access.store.db import open_database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.privacy import Rates
from domain.publication import Kind
from domain.telling import Part, Picture, exact_whole
from engine import publication_told
from engine.publication_people import People
from engine.publication_pictures import Pictures
from tests.clocks import FixedClock
from tests.data.observer import Observer
from tests.data.watched_city import COUNTS, DAILY, MEAN, Silence, WatchedCity, small_city, trouble

SEED = 20261123
DAYS = 30

Troubles = Callable[[random.Random, list[str], int], list[Silence]]
Watch = Callable[[int, Troubles], WatchedCity]


@pytest.fixture
def watch(settings: Settings, sqlite_template: Path, catalogue: Catalogue) -> Watch:
    """So many days of a small city, by the real intake, engine and publication over SQLite."""

    def watched(days: int, troubles: Troubles) -> WatchedCity:
        print(f"seed {SEED}")
        settings.data_dir.mkdir(parents=True)
        shutil.copy(sqlite_template, settings.data_dir / "pudong.db")
        small, chance = small_city(catalogue), random.Random(SEED)
        start = FixedClock().ms // DAY_MS * DAY_MS - small.zone.grid_ms
        db = open_database(settings)
        city = WatchedCity(db, settings, small, start, chance)
        city.live(days, troubles(chance, city.streets, start))
        city.public.close()
        db.close()
        return city

    return watched


def test_a_month_of_every_answer_gives_no_small_count_and_no_mean_of_few(watch: Watch) -> None:
    city = watch(DAYS, partial(trouble, days=DAYS))
    loot = Observer(city).rob()
    assert loot.nothing, loot
    # there was something to rob, and the page was no desert for it
    assert loot.small > 400 and loot.equations > 500 and city.corrections == 0
    told = Counter((f.sign, f.period, f.mark) for f in city.figures)
    for sign in COUNTS:
        assert told[sign, "day", "exact"] > DAYS // 2, told
        assert told[sign, "present", "exact"] > (DAYS // 2 if sign == DAILY else 12 * DAYS)
    assert told["ENF-01", "day", "few"] > 50 and told["SAF-10", "week", "rounded"] > 5
    assert told["OPS-03", "day", "rounded"] > 50 and told[MEAN, "present", "exact"] > 0


# The same observer where one rule is left out. What a publication tells there is what it told
# before there were these rules.


def careless_whole(
    picture: Picture, kind: Kind, rates: Rates, *, alone: bool = False, few: bool = False
) -> float | None:
    streets = {"": Part(0, 0), **picture.streets} if alone else picture.streets
    least = Rates(least=0) if few else rates
    return exact_whole(picture._replace(streets=streets), kind, least)


def last_of_the_day(self, teller, sign, found, told, start):  # type: ignore[no-untyped-def]
    """A street counts in its day with its last sample, however old."""
    asked = [(place, sign.code, start, start + DAY_MS) for place in self._streets]
    last = {place: sample.value for place, _, sample in last_samples(teller._conn, asked)}
    row = self._release(sign, last, start)
    return row.total, row.cells


def silent(_: random.Random, streets: list[str], start: int) -> list[Silence]:
    """One street falls silent in the evening; what another has kept comes before the close."""
    evening, night = start + 19 * HOUR_MS, start + DAY_MS
    return [
        Silence(streets[0], evening, night + 9 * HOUR_MS, False),
        Silence(streets[1], evening + DAY_MS, night + DAY_MS + 40 * MINUTE_MS, True),
    ]


def alone(_: random.Random, streets: list[str], start: int) -> list[Silence]:
    """One street alone has an interface yet."""
    return [Silence(street, start, start + 9 * DAY_MS, False) for street in streets[1:]]


def late(_: random.Random, streets: list[str], start: int) -> list[Silence]:
    """Every night another street speaks late."""
    nights = [start + (n + 1) * DAY_MS for n in range(len(streets))]
    return [
        Silence(street, night - 20 * MINUTE_MS, night + 100 * MINUTE_MS, False)
        for street, night in zip(streets, nights, strict=True)
    ]


REAL_PICTURE = Pictures._picture
Patch = tuple[object, str, object]
ANY_STREETS: Patch = (publication_told, "follows", lambda *_: True)
LEAKS: dict[str, tuple[Troubles, list[Patch]]] = {
    "a silent street in its day": (silent, [ANY_STREETS, (People, "_count", last_of_the_day)]),
    "totals of other streets at once": (silent, [ANY_STREETS]),
    "the day before with the day": (
        late,
        [(Pictures, "_picture", lambda *a: REAL_PICTURE(*a)._replace(mixed=False))],
    ),
    "a street alone": (
        alone,
        [(publication_told, "exact_whole", partial(careless_whole, alone=True))],
    ),
    "a mean over few": (
        silent,
        [(publication_told, "exact_whole", partial(careless_whole, few=True))],
    ),
}


@pytest.mark.parametrize("left_out", LEAKS)
def test_where_a_rule_is_left_out_the_same_observer_gets_something(
    left_out: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles, patches = LEAKS[left_out]
    for place, name, careless in patches:
        monkeypatch.setattr(place, name, careless)
    loot = Observer(watch(2, troubles)).rob()
    print(len(loot.recovered), len(loot.narrowed), len(loot.told_means), loot.small)
    found = loot.told_means if left_out == "a mean over few" else loot.recovered
    assert found, loot
