"""What the engine says to the outside, on time, whatever else it is doing."""

from collections.abc import Callable
from time import monotonic

from data_access.caching.redis_client import open_redis
from data_access.public.store import migrate_public, open_public
from data_access.settings import Settings, build_id
from data_access.store.db import Database
from domain.clock import Clock, Steadiness, is_due, to_ms
from engine.city import City
from engine.publication import Publication
from engine.publisher import Publisher

PUBLISH_EVERY_MS = 450


class LockLost(Exception):
    """Another engine may have taken over the store."""


class Voice:
    """Publishes when it is time, whatever else is going on."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        db: Database,
        city: Callable[[], City],
        mine: Callable[[], bool],
    ) -> None:
        now = to_ms(clock())
        self._steadiness = Steadiness(lambda: to_ms(clock()), monotonic)
        self._publisher = Publisher(db, open_redis(settings), build_id(), now)
        self._publication = Publication(
            *(db, open_public(settings, read_only=False), city().catalogue),
            prepare=lambda: migrate_public(settings),  # a lost public store must not stop the desks
            steady=self._steadiness.look,
        )
        self._city, self._clock, self._mine = city, clock, mine
        self._published_at = 0

    def speak(self) -> None:
        """Publish when due."""
        now = to_ms(self._clock())
        if not is_due(now, self._published_at, PUBLISH_EVERY_MS):
            return
        if not self._mine():
            raise LockLost
        self._steadiness.look()
        self._publisher.publish(self._city(), now)
        self._published_at = now
        self._publication.step(now)
