"""batches say of which kind the facts in them are"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Column("kind", sa.String(length=32), nullable=False, server_default="reading")
    op.add_column("batches", kind)


def downgrade() -> None:
    op.drop_column("batches", "kind")
