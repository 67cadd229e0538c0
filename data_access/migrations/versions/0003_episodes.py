"""episodes are read by key, whatever they are filtered by"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_episode_state": ["state", "since", "street_code", "sign"],
    "ix_episode_sign": ["sign", "state", "since", "street_code"],
    "ix_episode_place": ["street_code", "state", "since", "sign"],
    "ix_episode_series": ["street_code", "sign", "state", "since"],
}


def upgrade() -> None:
    op.drop_index("ix_state_history_since", table_name="state_history")
    for name, columns in _INDEXES.items():
        op.create_index(name, "state_history", columns)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name="state_history")
    op.create_index("ix_state_history_since", "state_history", ["since"])
