"""`@cached_query`: typed answers of the database, kept in Redis for a moment.

One computation at a time per key, over threads and processes; an answer past its time is served at
once while one caller renews it. Without Redis, answers come from the database, one computation at
a time, and say that they are `degraded`. A cache problem is never an error. Values are bytes of
msgspec, decoded into the function's return type; never pickle.

    @cached_query(ttl=5, stale_ttl=60)
    def rows_of_sign(db: Database, actor: Actor, sign: str) -> tuple[Row, ...]: ...

`rows_of_sign(db, actor, "pm25")` is the answer; `rows_of_sign.detailed(...)` says also how
old it is. The first argument is the database; caching begins when `attach` gives it a store.
An actor counts as its role and department in the key, a catalogue as its city and version.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from hashlib import blake2b
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints
from weakref import WeakKeyDictionary

import msgspec

from data_access.caching.cache_store import Backend, CacheStore, Life
from data_access.caching.redis_client import RedisLink
from data_access.settings import Settings
from data_access.store.db import Database
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.clock import Clock, utc_now

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

_stores: "WeakKeyDictionary[Database, CacheStore]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """An answer and how it came about."""

    value: R
    computed_at: int | None  # epoch ms; None when nothing is cached here
    stale: bool = False  # past its time, being renewed
    degraded: bool = False  # Redis is away


class CachedQuery(Generic[P, R]):
    """A query function whose answers are kept; call it like the function."""

    def __init__(self, fn: Callable[Concatenate[Database, P], R], life: Life, version: int) -> None:
        update_wrapper(self, fn)
        self._fn = fn
        self._life = life
        self._version = version
        self._signature = inspect.signature(fn)
        self._name = f"{fn.__module__}.{fn.__qualname__}"

    def __call__(self, db: Database, *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer, kept or computed."""
        return self.detailed(db, *args, **kwargs).value

    def detailed(self, db: Database, *args: P.args, **kwargs: P.kwargs) -> Answer[R]:
        """The answer with its age and whether it is stale or degraded."""
        store = _stores.get(db)
        if store is None:
            return Answer(self._fn(db, *args, **kwargs), None)

        def compute() -> bytes:
            return msgspec.msgpack.encode(self._fn(db, *args, **kwargs))

        key = self._key(db, *args, **kwargs)
        found = store.find(key, self._life, compute)
        # also a computed answer goes through the codec: a wrong return annotation fails at once
        value = self._decoder.decode(found.entry.value)
        return Answer(value, found.entry.computed_at, found.stale, found.degraded)

    def _key(self, db: Database, *args: P.args, **kwargs: P.kwargs) -> str:
        bound = self._signature.bind(db, *args, **kwargs)
        bound.apply_defaults()
        told = [_told(value) for value in list(bound.arguments.values())[1:]]
        try:
            content = msgspec.msgpack.encode([self._version, self._shape, told])
        except TypeError as error:
            raise TypeError(f"{self._name}: an argument cannot be part of a key: {error}") from None
        return f"{self._name}:{blake2b(content, digest_size=16).hexdigest()}"

    @cached_property
    def _returns(self) -> Any:
        return get_type_hints(self._fn)["return"]

    @cached_property
    def _decoder(self) -> "msgspec.msgpack.Decoder[R]":
        return msgspec.msgpack.Decoder(self._returns)

    @cached_property
    def _shape(self) -> bytes:
        """Changes when the return type does: an older release's entries are not ours."""
        schema = msgspec.json.encode(msgspec.json.schema(self._returns), order="deterministic")
        return blake2b(schema, digest_size=8).digest()


def cached_query(
    ttl: float, stale_ttl: float = 0.0, *, version: int = 1
) -> Callable[[Callable[Concatenate[Database, P], R]], CachedQuery[P, R]]:
    """Keep a query's answers `ttl` seconds, and serve them `stale_ttl` more while renewing.

    Raise `version` when the meaning of the answer changes but its type does not.
    """
    if ttl <= 0 or stale_ttl < 0:
        raise ValueError("ttl must be positive, stale_ttl not negative")

    def wrap(fn: Callable[Concatenate[Database, P], R]) -> CachedQuery[P, R]:
        return CachedQuery(fn, Life(ttl, stale_ttl), version)

    return wrap


def uncached(reason: str) -> Callable[[F], F]:
    """Mark a query that must not be cached, and say why."""
    if not reason.strip():
        raise ValueError("uncached: give a reason")

    def mark(fn: F) -> F:
        fn.__dict__["__uncached__"] = reason
        return fn

    return mark


@uncached("no query: it is what begins caching")
def attach(
    db: Database, link: RedisLink, settings: Settings, catalogue: str, clock: Clock = utc_now
) -> CacheStore:
    """Begin caching the queries of `db`; `catalogue` is the catalogue's version."""
    prefix = f"yiping:{settings.city}:query:{catalogue}:"
    store = CacheStore(_backend(link), link, settings.secret(), prefix, clock)
    _stores[db] = store
    return store


def _backend(link: RedisLink) -> Backend:
    """flask-caching's Redis backend over our client, without its pickle."""
    # imported here: only web processes cache, and it brings all of Flask along
    from cachelib.serializers import RedisSerializer
    from flask_caching.backends.rediscache import RedisCache

    class Bytes(RedisSerializer):
        """Bytes in, bytes out."""

        def dumps(self, value: bytes, protocol: int = 0) -> bytes:
            return value

        def loads(self, value: bytes | None) -> bytes | None:
            return value

    class BytesCache(RedisCache):
        serializer = Bytes()

    backend: Backend = BytesCache(host=link.client)
    return backend


def _told(value: object) -> object:
    """What of an argument belongs into the key."""
    if isinstance(value, Actor):
        return ["actor", value.role, value.department]
    if isinstance(value, Catalogue):
        return ["catalogue", value.city, value.version]
    return value
