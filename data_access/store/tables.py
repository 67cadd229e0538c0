"""The tables, as SQLAlchemy Core. `street_code` or `unit` is the distribution column.

Instants are epoch milliseconds (BIGINT). What readings say is kept by their own key: a place (a
street code or the district's own) and a sign. What is made of it is kept by unit (`Unit.key`; a
place is its code) and indicator, so that what is made of other facts lies beside it.
Raw readings live in one table per observed local day, made on demand (see `readings.day_table`),
so that retention is a DROP and costs the same whatever the history.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    true,
)

metadata = MetaData()

_serial = BigInteger().with_variant(Integer, "sqlite")

sources = Table(
    "sources",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("name_zh", String(120), nullable=False),
    Column("name_en", String(160), nullable=False),
    Column("department", String(64)),
    Column("cadence_s", Integer, nullable=False),
    Column("kind", String(8), nullable=False),  # live | demo | replay
    Column("in_catalogue", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_received", BigInteger),
    Column("last_observed", BigInteger),
    Column("accepted", BigInteger, nullable=False, server_default="0"),
    Column("duplicates", BigInteger, nullable=False, server_default="0"),
    Column("quarantined", BigInteger, nullable=False, server_default="0"),
    Column("missing", Text, nullable=False, server_default=""),  # what it sends for no value
    Column("retired_at", BigInteger),  # epoch ms; nothing is taken from it since
    Column("expected", Boolean, nullable=False, server_default=true()),  # False: an archive
)

batches = Table(
    "batches",
    metadata,
    Column("id", _serial, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False, server_default="reading"),  # of the facts in it
    Column("source", String(64), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("days", Text, nullable=False),  # comma-separated local days (YYYYMMDD) with new rows
    sqlite_autoincrement=True,
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _serial, primary_key=True, autoincrement=True),
    Column("received_at", BigInteger, nullable=False),
    Column("source", String(64), nullable=False),
    Column("via", String(16), nullable=False),  # api | file | replay | engine
    Column("reason", String(40), nullable=False),  # a code of domain.facts.fact.Reason
    Column("detail", String(300), nullable=False),
    Column("payload", Text, nullable=False),
    Index("ix_quarantine_source", "source", "id"),
    sqlite_autoincrement=True,
)


def _reading_key() -> tuple[Column[Any], ...]:
    """The columns that identify a reading, as the key of what is kept beside it."""
    return (
        Column("sign", String(16), primary_key=True),
        Column("observed_at", BigInteger, primary_key=True),
        Column("street_code", String(12), primary_key=True),
        Column("source", String(64), primary_key=True),
        Column("point", String(64), primary_key=True),
    )


provisional = Table(
    "provisional",  # readings that may still change, by their key
    metadata,
    *_reading_key(),
    Index("ix_provisional_source", "source"),
    Index("ix_provisional_at", "observed_at"),
    sqlite_with_rowid=False,
)

tellings = Table(
    "tellings",  # each telling of a reading that has a revision: what was said, and what stands
    metadata,
    *_reading_key(),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("value", Float, nullable=False),
    Column("weight", Float),
    Column("denominator", Float),
    Column("received_at", BigInteger),  # NULL: its batch is no longer known
    Index("ix_tellings_source", "source"),
    Index("ix_tellings_at", "observed_at"),
    sqlite_with_rowid=False,
)

undigested = Table(
    "undigested",  # batches that the engine cannot take in: their rows count nowhere
    metadata,
    Column("batch_id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(64), nullable=False),
    Column("readings", Integer, nullable=False),
    Column("set_aside_at", BigInteger, nullable=False),
)

source_days = Table(
    "source_days",  # which source has spoken of which day, as long as days are remembered
    metadata,
    Column("source", String(64), primary_key=True),
    Column("day", String(8), primary_key=True),  # local, YYYYMMDD
    Column("by_file", Boolean, nullable=False),  # not over HTTP alone
    Column("folded_to", BigInteger, nullable=False),  # last batch without raw readings; 0 = none
    Index("ix_source_days_day", "day"),
)

remembered = Table(
    "remembered",  # readings of days whose raw readings are gone (see remembered.py)
    metadata,
    Column("source", String(64), primary_key=True),
    Column("day", String(8), primary_key=True),
    Column("sign", String(16), primary_key=True),
    Column("mark", BigInteger, primary_key=True, autoincrement=False),  # the last batch in it
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("readings", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_remembered_day", "day", "mark"),
)

archives = Table(
    "archives",  # when files last brought something of a sign's past
    metadata,
    Column("sign", String(16), primary_key=True),
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),  # of thirty days
    Column("received_at", BigInteger, nullable=False),
)

point_latest = Table(
    "point_latest",  # what each point said last, by the key of its readings
    metadata,
    Column("street_code", String(12), primary_key=True),
    Column("sign", String(16), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("point", String(64), primary_key=True),
    Column("observed_at", BigInteger, nullable=False),
    Column("value", Float, nullable=False),
    Column("weight", Float),
    Column("denominator", Float),
)

latest = Table(
    "latest",
    metadata,
    Column("unit", String(96), primary_key=True),
    Column("indicator", String(64), primary_key=True),
    Column("value", Float),
    Column("observed_at", BigInteger),  # newest contributing observation
    Column("numerator", Float),
    Column("denominator", Float),
    Column("children", Integer, nullable=False),  # contributing points or streets
    Column("state", String(10), nullable=False),  # as judged while fresh
    Column("since", BigInteger),
    Column("threshold_version", Integer),
    Column("demo", Boolean, nullable=False),
    Index("ix_latest_sign", "indicator", "unit"),
    sqlite_with_rowid=False,  # read whole, in the order of its key
)


def _rollup(name: str, *judged: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("unit", String(96), primary_key=True),
        Column("indicator", String(64), primary_key=True),
        Column("bucket", BigInteger, primary_key=True),  # start of the bucket
        Column("numerator", Float, nullable=False),
        Column("denominator", Float, nullable=False),
        Column("count", Integer, nullable=False),  # samples
        Column("sum", Float, nullable=False),
        Column("min", Float, nullable=False),
        Column("max", Float, nullable=False),
        Column("demo", Boolean, nullable=False),
        *judged,
        sqlite_with_rowid=False,
    )


def _hours(name: str) -> Column[float]:
    """Hours of the bucket: those with a judged sample, or the part of them in a state."""
    return Column(name, Float, nullable=False, server_default="0")


rollup_minute = _rollup(
    "rollup_minute",
    Column("severity", SmallInteger),  # 0 normal … 3 alarm, as judged; NULL = not judged
)
rollup_hour = _rollup("rollup_hour", *map(_hours, ("known", "attention", "warning", "alarm")))
rollup_day = _rollup("rollup_day", *map(_hours, ("known", "attention", "warning", "alarm")))

state_history = Table(
    "state_history",
    metadata,
    Column("unit", String(96), primary_key=True),
    Column("indicator", String(64), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("value", Float),
    Column("threshold_version", Integer, nullable=False),
    Column("cutoff", Float),  # the edge of a graded state there and then
    Column("cause", String(12)),  # a domain.state.Cause; NULL = a value
    Column("demo", Boolean, nullable=False, server_default=false()),
    # episodes are read newest first by whatever they are filtered by (see episodes.py)
    Index("ix_episode_state", "state", "since", "unit", "indicator"),
    Index("ix_episode_sign", "indicator", "state", "since", "unit"),
    Index("ix_episode_place", "unit", "state", "since", "indicator"),
    Index("ix_episode_series", "unit", "indicator", "state", "since"),
)

terms = Table(
    "terms",  # how signs, places and departments stood in the catalogue, since when
    metadata,
    Column("kind", String(12), primary_key=True),  # sign | place | department
    Column("code", String(64), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("body", Text, nullable=False),  # JSON
)

index_history = Table(
    "index_history",
    metadata,
    Column("unit", String(96), primary_key=True),
    Column("bucket", BigInteger, primary_key=True),  # minute
    Column("value", Float),
    Column("low", Float),
    Column("blind", Boolean),  # fewer than half of the signs were known; NULL: not written down
)

notes = Table(
    "notes",
    metadata,
    Column("id", _serial, primary_key=True, autoincrement=True),
    Column("unit", String(96), nullable=False),
    Column("indicator", String(64), nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("to_at", BigInteger, nullable=False),
    Column("text", String(500), nullable=False),
    Column("author", String(80), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger),  # a note is never deleted
    Column("withdrawn_by", String(80)),
    Index("ix_notes_series", "indicator", "unit", "from_at"),
    sqlite_autoincrement=True,
)

frames = Table(
    "frames",  # what a view showed, for its replay
    metadata,
    Column("view", String(32), primary_key=True),
    Column("at", BigInteger, primary_key=True),  # minute
    Column("body", LargeBinary, nullable=False),  # the snapshot's JSON, gzip
)

engine_state = Table(
    "engine_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("view", String(32), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the snapshot's JSON, not compressed
)

users = Table(
    "users",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(16), nullable=False),  # leader | department | operator | admin
    Column("department", String(64)),
    Column("demo", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),  # sha256 of the cookie's token
    Column("username", String(64)),  # None for a screen
    Column("screen", String(64)),  # name of the screen key, None for a person
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("ix_sessions_username", "username"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_hash", String(64), primary_key=True),  # sha256 of a 256-bit random key
    Column("name", String(64), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),  # ingest | screen
    Column("source", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(200), nullable=False),
    Column("result", String(16), nullable=False),  # ok | denied | failed
    Column("address", String(64), nullable=False),
    # read newest first by whatever it is filtered by (see audit.py)
    Index("ix_audit_at", "at", "id"),
    Index("ix_audit_action", "action", "at", "id"),
    Index("ix_audit_who", "who", "at", "id"),
    sqlite_autoincrement=True,
)

throttle = Table(
    "throttle",
    metadata,
    Column("bucket", String(120), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
