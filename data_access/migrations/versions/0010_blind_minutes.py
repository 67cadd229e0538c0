"""whether a minute's index was made of too little to say how a place is"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("index_history", sa.Column("blind", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("index_history", "blind")
