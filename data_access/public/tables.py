"""The publication store's tables. Nothing in them is internal; the public site opens nothing else.

Instants are epoch milliseconds. A place is a street code or the district's own code.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()
_serial = BigInteger().with_variant(Integer, "sqlite")

public_views = Table(
    "public_views",
    metadata,
    Column("view", String(16), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""The present, ready to send: JSON by view."""

public_values = Table(
    "public_values",
    metadata,
    Column("sign", String(16), primary_key=True),
    Column("place", String(12), primary_key=True),
    Column("period", String(4), primary_key=True),  # hour | day | week
    Column("start", BigInteger, primary_key=True),
    Column("mark", String(8), nullable=False),  # domain.privacy.Mark
    Column("value", Float),
    Column("low", Float),  # counts: bounds; measures of a day: their extremes
    Column("high", Float),
    Column("demo", Boolean, nullable=False),
    Column("released_at", BigInteger, nullable=False),
    Index("ix_public_period", "period", "start", "place"),
)
"""Closed periods: written once, never changed."""

public_manifests = Table(
    "public_manifests",
    metadata,
    Column("at", BigInteger, primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("body", Text, nullable=False),
)

public_corrections = Table(
    "public_corrections",
    metadata,
    Column("sign", String(16), primary_key=True),
    Column("place", String(12), primary_key=True),
    Column("period", String(4), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("old", Float),
    Column("new", Float),
    Column("text_zh", String(300)),  # what a person wrote; then there is no old and no new
    Column("text_en", String(300)),
)
"""What a released value would be today; the value itself stays as it was released."""

public_reports = Table(
    "public_reports",
    metadata,
    Column("id", _serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("figure", String(40), nullable=False),
    Column("text", String(600), nullable=False),
    Column("handled_at", BigInteger),
    Column("handled_by", String(80)),
    Column("answer", String(300)),
    sqlite_autoincrement=True,
)

public_state = Table(
    "public_state",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
