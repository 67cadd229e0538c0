"""states in roll-ups, notes, frames"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_HOURS = ("known", "attention", "warning", "alarm")


def upgrade() -> None:
    op.add_column("rollup_minute", sa.Column("severity", sa.SmallInteger(), nullable=True))
    for table in ("rollup_hour", "rollup_day"):
        for name in _HOURS:
            op.add_column(
                table, sa.Column(name, sa.Float(), nullable=False, server_default=sa.text("'0'"))
            )
    op.create_table(
        "notes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("street_code", sa.String(length=12), nullable=False),
        sa.Column("sign", sa.String(length=16), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notes_series", "notes", ["sign", "street_code", "from_at"])
    op.create_table(
        "frames",
        sa.Column("view", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("view", "at"),
    )


def downgrade() -> None:
    op.drop_table("frames")
    op.drop_index("ix_notes_series", table_name="notes")
    op.drop_table("notes")
    for table in ("rollup_hour", "rollup_day"):
        for name in _HOURS:
            op.drop_column(table, name)
    op.drop_column("rollup_minute", "severity")
