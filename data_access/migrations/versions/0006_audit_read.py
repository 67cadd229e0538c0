"""the audit log is read by time, by action and by person"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_audit_at": ["at", "id"],
    "ix_audit_action": ["action", "at", "id"],
    "ix_audit_who": ["who", "at", "id"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "audit", columns)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="audit")
