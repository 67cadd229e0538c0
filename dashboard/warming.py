"""The warm-up: whoever opens a ranking first after a start finds its answer computed.

A process of its own, for the web answers from one thread each, and an engine that waits is late.
It asks what readers will ask, as the roles that ask it, through the same cached queries: the
answers lie under the keys of such readers' own questions, and nobody sees more by it.
"""

import logging
import sqlite3
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from dashboard.desks.rankings.standings import asked, standings, usual
from data_access.caching import cache
from data_access.caching.redis_client import RedisAway, RedisLink, open_redis
from data_access.catalogue.loader import load_catalogue
from data_access.settings import Settings
from data_access.store.condition import log_failure
from data_access.store.db import Database, open_database
from data_access.store.stopping import stopping
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now
from domain.span import STEP_MS

log = logging.getLogger("yiping.warming")

LOOK_S = 5.0  # between two looks whether there is something to do
RETRY_S = 30.0  # after a failure of the store
CLAIM_S = 60  # so long a warmer that has died keeps others away
# a department's account finds the sums warm; its own ranking over them takes a moment
READERS = tuple(Actor("warming", role) for role in (Role.LEADER, Role.OPERATOR, Role.ADMIN))


class Warmer:
    """Asks the usual questions once in five minutes, and again when Redis has forgotten.

    What is asked changes every five minutes, since a ranking says until when it holds. One of all
    warmers that share a Redis asks: whoever has put the mark of these minutes there.
    """

    def __init__(
        self, db: Database, link: RedisLink, city: Catalogue, clock: Clock, stop: Event
    ) -> None:
        self._db, self._link, self._city = db, link, city
        self._clock, self._stop = clock, stop

    def look(self) -> bool | None:
        """Ask if it is time to. True: done; None: nothing to do; False: to be tried again."""
        now_ms = to_ms(self._clock())
        mark = f"yiping:{self._city.city}:warm:{self._city.version}:{now_ms // STEP_MS}"
        if not self._put(mark, CLAIM_S, only_if_new=True):
            return None
        done = False
        try:
            done = self._ask_all(now_ms)
        except (SQLAlchemyError, sqlite3.Error, OSError) as fault:
            log_failure(log, "rankings are not warm", self._db.name, fault)
        finally:
            self._put(mark, STEP_MS // 1000 if done else 1)
        return done

    def _ask_all(self, now_ms: int) -> bool:
        for actor in READERS:
            for question in usual(self._city):
                if self._stop.is_set():
                    return False
                standings(self._db, actor, self._city, asked(question, self._city), now_ms)
        return True

    def _put(self, mark: str, seconds: int, *, only_if_new: bool = False) -> bool:
        try:
            return bool(self._link.run(lambda c: c.set(mark, b"1", ex=seconds, nx=only_if_new)))
        except RedisAway:
            return False  # nothing can be kept warm


def run(settings: Settings, clock: Clock = utc_now) -> None:
    """Keep the usual rankings warm until SIGTERM."""
    city = load_catalogue(settings.city)
    db, link = open_database(settings), open_redis(settings)
    cache.attach(db, link, settings, city.version, clock)
    with stopping() as stop:
        warmer = Warmer(db, link, city, clock, stop.event)
        while not stop.event.wait(RETRY_S if warmer.look() is False else LOOK_S):
            pass
    link.close()
    db.close()
