"""the publication store's first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_present()
    _create_released()
    op.create_table(
        "public_reports",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("handled_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def _create_present() -> None:
    op.create_table(
        "public_views",
        sa.Column("view", sa.String(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("view"),
    )
    op.create_table(
        "public_state",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_released() -> None:
    op.create_table(
        "public_values",
        sa.Column("sign", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=4), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sign", "place", "period", "start"),
    )
    op.create_index("ix_public_period", "public_values", ["period", "start", "place"])
    op.create_table(
        "public_manifests",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("at"),
    )
    op.create_table(
        "public_corrections",
        sa.Column("sign", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=4), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("old", sa.Float(), nullable=True),
        sa.Column("new", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("sign", "place", "period", "start", "at"),
    )
