"""Thirty days of everything that was ever public, in the hands of somebody who knows the rules."""

import random
from collections import Counter

import pytest

from data_access.db import Database, open_database
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from tests.clocks import FixedClock
from tests.data.observer import Loot, Observer
from tests.data.watched_city import COUNTS, SHARE, WatchedCity, month_of_trouble, small_city

SEED = 20261123
DAYS = 30


def watched(db: Database, settings: Settings, catalogue: Catalogue, days: int) -> WatchedCity:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    small = small_city(catalogue)
    start = FixedClock().ms // DAY_MS * DAY_MS - small.offset_ms
    city = WatchedCity(db, settings, small, start, chance)
    city.live(days, month_of_trouble(chance, city.streets, start, days))
    city.public.close()
    return city


def test_a_month_of_every_answer_gives_no_small_count_and_no_mean_of_few(
    settings: Settings, catalogue: Catalogue
) -> None:
    import shutil, time
    from data_access.db import migrate
    migrate(settings)
    db = open_database(settings)
    t=time.time()
    city = watched(db, settings, catalogue, DAYS)
    t1=time.time()
    loot = Observer(city).rob()
    print(t1-t, time.time()-t1)
    told = Counter((f.sign, f.period, f.mark) for f in city.figures)
    for k in sorted(told): print(k, told[k])
    print(loot.small, loot.equations, len(loot.recovered), len(loot.narrowed), len(loot.told_means), len(loot.recovered_means))
    assert loot.nothing
    db.close()
