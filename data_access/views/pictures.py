"""The picture of the moment on its way from the engine to the web: Redis first, the store behind.

It travels as msgpack of plain rows. Bytes that are not exactly that are "no picture", never an
exception: what sits in Redis is not trusted.
"""

import threading
import zlib
from time import monotonic

import msgspec

from data_access.caching.redis_client import RedisAway, RedisLink
from data_access.store.db import Database
from data_access.views.snapshots import stored_body
from domain.actor import Actor, Forbidden
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms
from domain.picture import Cell, Picture
from domain.weights import Weights

VIEW = "picture"
KEEP_S = 0.5  # one process asks for a new one no more often
AGES_AFTER_MS = 10_000  # the engine publishes at least every five seconds

_Rows = tuple[tuple[Cell | None, ...], ...]
_Wire = tuple[int, int, str, tuple[str, ...], tuple[str, ...], _Rows, Weights]
_encoder = msgspec.msgpack.Encoder()
_decoder: "msgspec.msgpack.Decoder[_Wire]" = msgspec.msgpack.Decoder(_Wire)


def picture_key(city: str) -> str:
    """The Redis key of a city's newest picture."""
    return f"yiping:{city}:{VIEW}"


def pack_picture(picture: Picture) -> bytes:
    """The bytes of a picture, compressed lightly: it is read by machines next door."""
    p = picture
    body = _encoder.encode((p.version, p.as_of, p.catalogue, p.signs, p.places, p.cells, p.weights))
    return zlib.compress(body, 1)


def unpack_picture(raw: bytes | None) -> Picture | None:
    """The picture in `raw`, or None when it is absent or anything but a picture."""
    if not raw:
        return None
    try:
        found = Picture(*_decoder.decode(zlib.decompress(raw)))
    except (zlib.error, msgspec.DecodeError):
        return None
    even = all(len(row) == len(found.signs) for row in found.cells)
    return found if even and len(found.cells) == len(found.places) else None


class Pictures:
    """One process's newest picture; safe for threads and greenlets."""

    def __init__(self, db: Database, link: RedisLink, catalogue: Catalogue, clock: Clock) -> None:
        self._db = db
        self._link = link
        self._catalogue = catalogue
        self._clock = clock
        self._lock = threading.Lock()
        self._raw: dict[str, bytes] = {}  # what was last looked at, by where it came from
        self._found: Picture | None = None
        self._asked_at = -KEEP_S

    def now(self, actor: Actor | None) -> Picture | None:
        """The picture of this moment; None before the engine has made one.

        Every signed-in person may see it, and so may a wall; Forbidden for anybody else.
        """
        if actor is None:
            raise Forbidden("the picture of the moment")
        with self._lock:
            if monotonic() - self._asked_at >= KEEP_S:
                self._renew()
                self._asked_at = monotonic()
            found = self._found
        now_ms = to_ms(self._clock())
        if found is None or now_ms - found.as_of <= AGES_AFTER_MS:
            return found
        return found.aged(now_ms, self._catalogue)

    def _renew(self) -> None:
        try:
            raw = self._link.get(picture_key(self._catalogue.city))
        except RedisAway:
            raw = None
        self._take("redis", raw)
        held = self._found
        # a Redis that answers but is no longer written to must not hide what the store has
        if raw is None or held is None or to_ms(self._clock()) - held.as_of > AGES_AFTER_MS:
            self._take("store", stored_body(self._db, VIEW))

    def _take(self, origin: str, raw: bytes | None) -> None:
        """Hold the picture in `raw`, unless it is older than the one that is held."""
        if raw is None or raw == self._raw.get(origin):
            return
        found, held = unpack_picture(raw), self._found
        self._raw[origin] = raw
        if found is None or found.catalogue != self._catalogue.version:
            return
        if held is None or found.version >= held.version:
            self._found = found
