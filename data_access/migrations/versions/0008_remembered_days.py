"""days whose raw readings are gone stay known; archives count from when they were loaded"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    days = op.create_table(
        "source_days",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=8), nullable=False),
        sa.Column("by_file", sa.Boolean(), nullable=False),
        sa.Column("folded_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day"),
    )
    op.create_index("ix_source_days_day", "source_days", ["day"])
    op.create_table(
        "remembered",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=8), nullable=False),
        sa.Column("sign", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "sign", "mark", "page"),
    )
    op.create_index("ix_remembered_day", "remembered", ["day", "mark"])
    op.create_table(
        "archives",
        sa.Column("sign", sa.String(length=16), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sign", "from_ms"),
    )
    # how the batches that are still listed came is not known: taken to have come by file, their
    # days are folded up, which costs a little and loses nothing
    live = sa.text(
        "SELECT b.source, b.days FROM batches b JOIN sources s ON s.code = b.source"
        " WHERE s.kind = 'live'"
    )
    known = {
        (source, day)
        for source, listed in op.get_bind().execute(live)
        for day in listed.split(",")
        if day
    }
    rows = [
        {"source": source, "day": day, "by_file": True, "folded_to": 0}
        for source, day in sorted(known)
    ]
    if rows:
        op.bulk_insert(days, rows)


def downgrade() -> None:
    op.drop_table("archives")
    op.drop_table("remembered")
    op.drop_table("source_days")
