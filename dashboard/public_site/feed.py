"""How a new version reaches the site: one look at the store a second, one read a minute."""

import logging
import sqlite3
import threading

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from dashboard.public_site.content import Published, read_published
from dashboard.wire.hub import Hub
from data_access.public import queries
from data_access.store.db import Database
from data_access.views.snapshots import Snapshot, etag_of, pack_snapshot, unpack_snapshot
from domain.catalogue import Catalogue
from domain.publication import Publication

log = logging.getLogger(__name__)

POLL_S = 1.0


class PublicFeed:
    """Keeps the newest publication of a process; a store that is away leaves the last one."""

    def __init__(self, db: Database, catalogue: Catalogue, rules: Publication, hub: Hub) -> None:
        self._db = db
        self._catalogue = catalogue
        self._rules = rules
        self._hub = hub
        self._stop = threading.Event()
        self.lost = False  # the store cannot be read now
        self.now: Published | None = None

    def start(self) -> None:
        """Take a first look, then keep looking in the background."""
        self.look()
        threading.Thread(target=self._run, name="public-feed", daemon=True).start()

    def stop(self) -> None:
        """Ask the thread to end; it does within a second."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            self.look()

    def look(self) -> None:
        """Adopt a newer version when there is one; never raises."""
        try:
            version = queries.newest_version(self._db)
            if version is not None and (self.now is None or version != self.now.version):
                self._adopt()
            self.lost = False
        except (SQLAlchemyError, sqlite3.Error, msgspec.DecodeError, KeyError, ValueError) as fault:
            if not self.lost:
                log.warning("public: cannot be read, the last publication stays: %s", fault)
            self.lost = True

    def _adopt(self) -> None:
        now = read_published(self._db, self._catalogue, self._rules)
        found = queries.view_body(self._db, "public")
        if now is None or found is None:
            return
        self.now = now
        self._hub.adopt(_snapshot(*found))


def _snapshot(version: int, body: bytes) -> Snapshot:
    as_of = str(msgspec.json.decode(body)["as_of"])
    packed = unpack_snapshot(pack_snapshot(version, etag_of(version, body), as_of, body))
    if packed is None:
        raise ValueError("the public view is not a snapshot")
    return packed
