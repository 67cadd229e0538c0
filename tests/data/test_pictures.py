"""The newest picture, wherever it lies: Redis and the store may each have fallen behind."""

from data_access.caching.redis_client import RedisAway
from data_access.store import engine_state
from data_access.store.db import Database
from data_access.views.pictures import AGES_AFTER_MS, VIEW, Pictures, pack_picture
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.picture import Picture
from tests.clocks import FixedClock

LEADER = Actor("leader", Role.LEADER)


class Link:
    """A Redis that holds what it is told, or is away."""

    def __init__(self) -> None:
        self.held: bytes | None = None
        self.away = False

    def get(self, _key: str) -> bytes | None:
        if self.away:
            raise RedisAway("gone")
        return self.held


def empty(catalogue: Catalogue, version: int, as_of: int) -> bytes:
    codes, weights = (catalogue.code,), catalogue.weights[-1]
    return pack_picture(Picture(version, as_of, catalogue.version, (), codes, ((),), weights))


def test_the_newest_of_both_is_shown(db: Database, catalogue: Catalogue, clock: FixedClock) -> None:
    link = Link()
    pictures = Pictures(db, link, catalogue, clock)  # type: ignore[arg-type]

    def shown() -> int | None:
        pictures._asked_at = -1.0  # as if half a second had passed
        found = pictures.now(LEADER)
        return None if found is None else found.version

    def store(version: int) -> None:
        with db.write() as conn:
            body = empty(catalogue, version, clock.ms)
            engine_state.write_published(db, conn, VIEW, version, clock.ms, body)

    assert shown() is None
    store(1)
    assert shown() == 1
    link.held = empty(catalogue, 5, clock.ms)
    assert shown() == 5
    link.away = True  # the store's copy is older: time does not run backwards
    assert shown() == 5
    link.away = False  # Redis answers with what it had, and only the store is written to
    clock.step(AGES_AFTER_MS / 1000 + 1)
    store(9)
    assert shown() == 9
    link.held = b"junk"
    assert shown() == 9
