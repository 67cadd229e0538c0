"""answers to reports; corrections that a person words"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("public_reports", sa.Column("answer", sa.String(length=300), nullable=True))
    for lang in ("zh", "en"):
        column = sa.Column(f"text_{lang}", sa.String(length=300), nullable=True)
        op.add_column("public_corrections", column)
