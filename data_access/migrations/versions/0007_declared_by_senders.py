"""what senders declare: values that stand for none, readings that may still change"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("missing", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "provisional",
        sa.Column("sign", sa.String(length=16), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("street_code", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("point", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sign", "observed_at", "street_code", "source", "point"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_provisional_source", "provisional", ["source"])
    op.create_index("ix_provisional_at", "provisional", ["observed_at"])


def downgrade() -> None:
    op.drop_table("provisional")
    op.drop_column("sources", "missing")
