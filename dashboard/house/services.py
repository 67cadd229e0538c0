"""What every page, callback and API needs, made once a process and handed down."""

from dataclasses import dataclass, field
from typing import Any

import flask

from dashboard.house.denials import Denials
from dashboard.house.identities import Identities
from dashboard.threads.writer import Writer
from dashboard.words.labels import use_wording
from data_access.accounts.revocation import news_path
from data_access.caching import cache
from data_access.caching.redis_client import RedisLink, open_redis
from data_access.catalogue.loader import load_catalogue
from data_access.settings import Settings
from data_access.store.db import Database, open_database
from data_access.views.pictures import Pictures
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now

_NAME = "yiping"


@dataclass(frozen=True, eq=False)
class Services:
    """The parts of a web process."""

    settings: Settings
    catalogue: Catalogue
    db: Database
    redis: RedisLink
    pictures: Pictures
    clock: Clock
    identities: Identities
    writer: Writer
    denials: Denials
    secret: bytes = field(repr=False)

    @property
    def now_ms(self) -> int:
        """The present instant in epoch ms."""
        return to_ms(self.clock())

    def attach_to(self, server: flask.Flask) -> None:
        """Make `current_services` find this object in requests to `server`."""
        server.extensions[_NAME] = self

    def close(self) -> None:
        """Give connections back; for tests and commands, a web process simply ends."""
        self.redis.close()
        self.db.close()


def build_services(settings: Settings, clock: Clock = utc_now) -> Services:
    """Open what the settings name; CatalogueError or ValueError (SECRET_KEY) when it is wrong."""
    catalogue = load_catalogue(settings.city)
    use_wording(catalogue.wording)
    db = open_database(settings)
    link = open_redis(settings)
    cache.attach(db, link, settings, catalogue.version, clock)
    writer = Writer(settings, db)
    return Services(
        settings=settings,
        catalogue=catalogue,
        db=db,
        redis=link,
        pictures=Pictures(db, link, catalogue, clock),
        clock=clock,
        identities=Identities(news_path(settings)),
        writer=writer,
        denials=Denials(writer),
        secret=settings.secret(),
    )


def current_services() -> Services:
    """The services of the application that answers the present request."""
    found: Any = flask.current_app.extensions[_NAME]
    if not isinstance(found, Services):
        raise TypeError("the application was not made by create_app")
    return found
