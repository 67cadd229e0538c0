"""Published views: their keys, their bytes in Redis and their row in the database.

A snapshot and a delta travel as one line of JSON (what the web must know without opening them),
a newline, and the body: gzipped JSON for a snapshot, plain JSON for a delta. Bytes that are not
exactly that are `None`, never an exception: what sits in Redis is not trusted.
"""

import gzip
import zlib
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import published
from domain.clock import to_rfc3339

MAX_BODY = 16 << 20  # bytes of JSON in one snapshot, opened


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a view, ready to send: `packed` is the gzip of `body`."""

    version: int
    etag: str  # without quotes
    as_of: str  # RFC 3339
    body: bytes
    packed: bytes

    def newer_than(self, other: "Snapshot | None") -> bool:
        """Whether this one should replace `other`; a younger clock beats a counter begun anew."""
        if other is None:
            return True
        return self.version > other.version or self.as_of > other.as_of


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed from version `prev` to `version`."""

    version: int
    prev: int
    etag: str
    body: bytes


class _Head(msgspec.Struct):
    version: int
    etag: str
    as_of: str


class _DeltaHead(msgspec.Struct):
    version: int
    prev: int
    etag: str


_head = msgspec.json.Decoder(_Head)
_delta_head = msgspec.json.Decoder(_DeltaHead)


def etag_of(version: int, body: bytes) -> str:
    """The entity tag of a snapshot, the same from Redis and from the store."""
    return f"{version}-{zlib.crc32(body):08x}"


def live_name(city: str, view: str) -> str:
    """The Redis key of a view's newest snapshot, and the name of the channel of its deltas."""
    return f"yiping:{city}:live:{view}"


def pack_snapshot(version: int, etag: str, as_of: str, body: bytes) -> bytes:
    """The bytes for Redis: header line + gzip of `body` (JSON)."""
    head = msgspec.json.encode(_Head(version, etag, as_of))
    return head + b"\n" + gzip.compress(body, compresslevel=6, mtime=0)


def unpack_snapshot(raw: bytes | None) -> Snapshot | None:
    """The snapshot in `raw`, or None when it is absent, torn, forged or too large."""
    if not raw:
        return None
    line, _, packed = raw.partition(b"\n")
    try:
        head = _head.decode(line)
        opener = zlib.decompressobj(wbits=31)
        body = opener.decompress(packed, MAX_BODY)
    except (msgspec.DecodeError, UnicodeDecodeError, zlib.error):
        return None
    if not opener.eof or opener.unused_data or not _plain(head.etag) or not _plain(head.as_of):
        return None
    return Snapshot(head.version, head.etag, head.as_of, body, packed)


def pack_delta(version: int, prev: int, etag: str, body: bytes) -> bytes:
    """The bytes to publish: header line + JSON."""
    return msgspec.json.encode(_DeltaHead(version, prev, etag)) + b"\n" + body


def unpack_delta(raw: bytes) -> Delta | None:
    """The delta in `raw`, or None when it is not one."""
    line, mark, body = raw.partition(b"\n")
    try:
        head = _delta_head.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Delta(head.version, head.prev, head.etag, body) if mark else None


@uncached("one row by its key, asked because the cache is away")
def published_version(db: Database, view: str) -> int | None:
    """The version in table `published`; None before the first. Cheaper than the whole row."""
    query = select(published.c.version).where(published.c.view == view)
    with db.read() as conn:
        row = conn.execute(query).one_or_none()
    return None if row is None else int(row.version)


@uncached("one row by its key, asked because the cache is away")
def published_snapshot(db: Database, view: str) -> Snapshot | None:
    """The newest snapshot from table `published` (for when Redis is away), or None."""
    query = select(published).where(published.c.view == view)
    with db.read() as conn:
        row = conn.execute(query).one_or_none()
    if row is None:
        return None
    body = bytes(row.body)
    etag = etag_of(row.version, body)
    packed = gzip.compress(body, compresslevel=6, mtime=0)
    return Snapshot(int(row.version), etag, to_rfc3339(row.as_of) or "", body, packed)


@uncached("one row by its key, asked because the cache is away")
def stored_body(db: Database, view: str) -> bytes | None:
    """What table `published` holds of a view, as it was written; None before the first."""
    query = select(published.c.body).where(published.c.view == view)
    with db.read() as conn:
        body = conn.execute(query).scalar_one_or_none()
    return None if body is None else bytes(body)


def _plain(text: str) -> bool:
    """Whether `text` may stand in a header: printable ASCII without a quote."""
    return text.isascii() and text.isprintable() and '"' not in text
