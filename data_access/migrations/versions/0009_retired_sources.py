"""sources that are retired, and those of which nothing is expected"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ARCHIVES = """
UPDATE sources SET expected = :no
WHERE kind = 'replay' OR (kind = 'live' AND in_catalogue = :no AND last_received IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM api_keys WHERE api_keys.source = sources.code))
"""


def upgrade() -> None:
    op.add_column("sources", sa.Column("retired_at", sa.BigInteger(), nullable=True))
    expected = sa.Column("expected", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("sources", expected)
    no = sa.bindparam("no", False, type_=sa.Boolean())
    op.execute(sa.text(ARCHIVES).bindparams(no))


def downgrade() -> None:
    op.drop_column("sources", "expected")
    op.drop_column("sources", "retired_at")
