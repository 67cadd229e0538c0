"""what is made of facts is kept by unit and indicator: renamed and widened, no row is touched

On SQLite a declared length binds nothing, so the names alone change. On PostgreSQL a wider VARCHAR
is a change of the catalogue. Either costs the same whatever the history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEYS = (("street_code", "unit", 12, 96), ("sign", "indicator", 16, 64))
_TABLES = (
    *("latest", "rollup_minute", "rollup_hour", "rollup_day", "state_history", "notes"),
    "index_history",  # of a place alone
)


def _each() -> list[tuple[str, str, str, int, int]]:
    keys = [(table, *key) for table in _TABLES for key in _KEYS]
    return [key for key in keys if key[:2] != ("index_history", "sign")]


def _alter(table: str, name: str, new: str, width: int, wanted: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {name} TO {new}")
        return
    op.alter_column(
        table,
        name,
        new_column_name=new,
        existing_type=sa.String(length=width),
        type_=sa.String(length=wanted),
        existing_nullable=False,
    )


def upgrade() -> None:
    for table, old, new, width, wanted in _each():
        _alter(table, old, new, width, wanted)


def downgrade() -> None:
    for table, old, new, width, wanted in _each():
        _alter(table, new, old, wanted, width)
