"""How snapshots reach a web process: pushed by Redis; from the store when Redis is away."""

import logging
import sqlite3
import threading
from collections.abc import Mapping
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from dashboard.wire.hub import Hub
from data_access.caching.redis_client import RedisAway, RedisLink
from data_access.store.condition import condition_of
from data_access.store.db import Database
from data_access.views.snapshots import (
    live_name,
    published_snapshot,
    published_version,
    unpack_delta,
    unpack_snapshot,
)

log = logging.getLogger(__name__)

POLL_S = 1.0
QUIET_S = 6.0  # the engine speaks every 5 s; after this we look for ourselves


class Feed:
    """One thread (a greenlet under gevent) that keeps the hubs of a process up to date."""

    def __init__(self, hubs: Mapping[str, Hub], city: str, redis: RedisLink, db: Database) -> None:
        self._hubs = {live_name(city, view): hub for view, hub in hubs.items()}
        self._redis = redis
        self._db = db
        self._stop = threading.Event()
        self._troubles: set[str] = set()
        self.source = "none"  # redis | store | none: where the newest snapshot came from

    def start(self) -> None:
        """Take a first look, then keep looking in the background."""
        for name, hub in self._hubs.items():
            self._look(name, hub)
        threading.Thread(target=self._run, name="live-feed", daemon=True).start()

    def stop(self) -> None:
        """Ask the thread to end; it does within a second."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except RedisAway as error:
                self._say("redis", f"Redis is away ({error}); reading the store each second")
            except Exception:
                log.exception("live: the feed stumbled and goes on")
            self._poll_store()
            self._stop.wait(POLL_S)

    def _listen(self) -> None:
        subscription = self._redis.subscribe(*self._hubs)
        try:
            # what was published before we subscribed is not lost: look once, now
            for name, hub in self._hubs.items():
                self._refresh(name, hub)
            self._over("redis", "Redis is back")
            while not self._stop.is_set():
                message = subscription.next(POLL_S)
                if message is not None:
                    self._take(*message)
                for name, hub in self._hubs.items():
                    if hub.snapshot is None or monotonic() - hub.heard_at > QUIET_S:
                        self._refresh(name, hub)
        finally:
            subscription.close()

    def _take(self, name: str, payload: bytes) -> None:
        hub, delta = self._hubs[name], unpack_delta(payload)
        if delta is None:
            log.warning("live: a message on %s is not a delta; looking for ourselves", name)
            self._refresh(name, hub)
            return
        snapshot = unpack_snapshot(self._redis.get(name))
        if snapshot is not None:
            self.source = "redis"
            hub.adopt(snapshot, delta)
            return
        self._read_store(hub)  # the key was evicted: whoever missed something finds it here
        hub.push(delta)

    def _look(self, name: str, hub: Hub) -> None:
        try:
            self._refresh(name, hub)
        except RedisAway:
            self._read_store(hub)

    def _refresh(self, name: str, hub: Hub) -> None:
        """The snapshot from Redis; from the store when Redis has none (it began empty)."""
        snapshot = unpack_snapshot(self._redis.get(name))
        if snapshot is None or not snapshot.newer_than(hub.snapshot):
            self._read_store(hub)
            return
        self.source = "redis"
        hub.adopt(snapshot)

    def _poll_store(self) -> None:
        for hub in self._hubs.values():
            if not self._stop.is_set():
                self._read_store(hub)

    def _read_store(self, hub: Hub) -> None:
        try:
            version = published_version(self._db, hub.view)
            shown = hub.snapshot
            if version is None or (shown is not None and shown.version == version):
                return
            snapshot = published_snapshot(self._db, hub.view)
        except (SQLAlchemyError, sqlite3.Error) as error:
            why = condition_of(error) or type(error).__name__
            self._say("store", f"the store cannot be read: {self._db.name} {why}")
            return
        self._over("store", "the store can be read again")
        if snapshot is not None and snapshot.newer_than(hub.snapshot):
            self.source = "store"
            hub.adopt(snapshot)

    def _say(self, what: str, text: str) -> None:
        """Log once when something is lost …"""
        if what not in self._troubles:
            self._troubles.add(what)
            log.warning("live: %s", text)

    def _over(self, what: str, text: str) -> None:
        """… and once when it is back."""
        if what in self._troubles:
            self._troubles.discard(what)
            log.warning("live: %s", text)
