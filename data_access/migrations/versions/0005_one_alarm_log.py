"""why a state ended, by which cut-off it was raised, and what things were called then"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# what is recorded of a place where the demonstration speaks now was the demonstration's
_OF_DEMO = """
UPDATE state_history SET demo = {true} WHERE EXISTS (SELECT 1 FROM latest
 WHERE latest.street_code = state_history.street_code AND latest.sign = state_history.sign
 AND latest.demo)
"""


def upgrade() -> None:
    op.add_column("state_history", sa.Column("cutoff", sa.Float(), nullable=True))
    op.add_column("state_history", sa.Column("cause", sa.String(length=12), nullable=True))
    op.add_column(
        "state_history",
        sa.Column("demo", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(_OF_DEMO.format(true="1" if sqlite else "TRUE"))
    op.create_table(
        "terms",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", "since"),
    )


def downgrade() -> None:
    op.drop_table("terms")
    for name in ("demo", "cause", "cutoff"):
        op.drop_column("state_history", name)
