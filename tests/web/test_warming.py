"""After a start rankings are warm: the first reader's answer is there, and it is only theirs."""

import logging
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event

from dashboard.desks.rankings.rank_question import Question
from dashboard.desks.rankings.standings import asked as settled
from dashboard.desks.rankings.standings import standings, usual
from dashboard.warming import READERS, Warmer
from data_access.caching import cache
from data_access.caching.redis_client import RedisLink, open_redis
from data_access.settings import Settings
from data_access.store.db import Database, open_database
from data_access.store.tables import rollup_day
from domain.actor import Actor, Forbidden, Role
from domain.clock import DAY_MS
from tests.clocks import FixedClock
from tests.conditions import eventually
from tests.fixtures.valkey import Valkey
from tests.web.conftest import prepared
from tests.web.site import Site, Visitor

DAYS = 30
SAID = (8_000.0, 100.0, 1, 1.0, 1.0, 1.0, False, 24.0, 0.0, 0.0)
Start = Callable[[], tuple[Warmer, Event]]


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, valkey: Valkey) -> Settings:
    """A store and a Redis that processes share."""
    folder = prepared(tmp_path / "web", sqlite_template)
    return folder.model_copy(update={"redis_url": valkey.url})


@pytest.fixture
def started(settings: Settings, clock: FixedClock) -> Iterator[Site]:
    """A web process that has just started."""
    site = Site(settings, clock)
    yield site
    site.close()


@pytest.fixture
def month(started: Site) -> None:
    """A month of days to make rankings of."""
    city, dice = started.services.catalogue, random.Random(5)
    today = city.zone.day_start(started.clock.ms)
    rows = [
        (place.code, sign.code, today - back * DAY_MS, *SAID, dice.random())
        for place in city.streets
        for sign in city.signs
        for back in range(DAYS)
        if sign.at_street
    ]
    with started.db.write() as conn:
        started.db.upsert(conn, rollup_day, rows)


@pytest.fixture
def start(started: Site, settings: Settings, clock: FixedClock) -> Iterator[Start]:
    """Starts another warmer, with connections of its own as in a process of its own."""
    opened: list[tuple[Database, RedisLink]] = []
    city = started.services.catalogue

    def another() -> tuple[Warmer, Event]:
        db, link, stop = open_database(settings), open_redis(settings), Event()
        cache.attach(db, link, settings, city.version, clock)
        opened.append((db, link))
        return Warmer(db, link, city, clock, stop), stop

    yield another
    for db, link in opened:
        link.close()
        db.close()


@contextmanager
def asked(db: Database) -> Iterator[list[str]]:
    """What is asked of the tiers meanwhile."""
    found: list[str] = []

    def heard(statement: str) -> None:
        if "rollup_" in statement:
            found.append(statement)

    def listen(raw: sqlite3.Connection, *_: object) -> None:
        raw.set_trace_callback(heard)

    event.listen(db.engine, "checkout", listen)
    yield found
    event.remove(db.engine, "checkout", listen)


def opens(visitor: Visitor, output: str, question: dict[str, str]) -> None:
    page = "street" if output.startswith("street") else "rankings"
    assert visitor.callback(output, {f"{page}-question.data": question}).status_code == 200


PAGES = [
    ("rankings-answer.data", {}),
    ("rankings-answer.data", {"of": "towns", "period": "28d"}),
    ("rankings-answer.data", {"of": "towns", "measure": "OPS-02"}),
    ("rankings-answer.data", {"of": "departments"}),
    ("street-group.data", {"code": "310115005"}),
]


@pytest.mark.usefixtures("month")
def test_the_first_question_after_a_start_asks_no_tier(started: Site, start: Start) -> None:
    reader = started.person(Role.LEADER)
    warmer, _ = start()
    assert warmer.look() is True
    for output, question in PAGES:
        with asked(started.db) as tiers:
            opens(reader, output, question)
        assert tiers == [], question
    started.services.redis.run(lambda client: client.flushall())
    for output, question in PAGES:
        with asked(started.db) as tiers:
            opens(reader, output, question)
        assert tiers, question  # else the test would see nothing


def test_what_is_kept_gives_nobody_more(started: Site, start: Start) -> None:
    warmer, _ = start()
    assert warmer.look() is True
    city, now = started.services.catalogue, started.clock.ms
    with pytest.raises(Forbidden):
        standings(started.db, Actor("wall", Role.SCREEN), city, settled(Question(), city), now)
    assert {actor.role for actor in READERS} == {Role.LEADER, Role.OPERATOR, Role.ADMIN}
    assert all(question.receipt is None for question in usual(city))  # receipts are people's own


def test_one_of_all_warmers_asks_once_in_five_minutes(
    started: Site, start: Start, clock: FixedClock
) -> None:
    (one, _), (other, _) = start(), start()
    assert [one.look(), other.look(), one.look()] == [True, None, None]
    clock.step(300)
    assert [other.look(), one.look()] == [True, None]


def test_a_redis_that_has_forgotten_is_filled_again(
    started: Site, start: Start, valkey: Valkey
) -> None:
    warmer, _ = start()
    assert warmer.look() is True
    valkey.kill()
    assert warmer.look() is None  # nobody keeps anything: nothing is asked
    valkey.start()
    eventually(warmer.look)


def test_a_store_that_fails_is_asked_again_later(
    started: Site, start: Start, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    warmer, _ = start()
    file = Path(settings.db_url.removeprefix("sqlite:///"))
    away = file.rename(file.with_suffix(".away"))
    with caplog.at_level(logging.ERROR, "yiping.warming"):
        assert warmer.look() is False
    (said,) = caplog.records
    assert said.getMessage().startswith("rankings are not warm: ") and said.exc_info is None
    away.rename(file)
    eventually(warmer.look)


def test_a_stop_is_heard_between_two_questions(started: Site, start: Start) -> None:
    warmer, stop = start()
    stop.set()
    assert warmer.look() is False
    other, _ = start()
    eventually(other.look)  # the mark has not outlived its warmer
