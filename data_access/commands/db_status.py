"""`python app.py db status`: where the store is, at which migration, and how much it holds."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select
from sqlalchemy.engine import make_url

from data_access.settings import Settings
from data_access.store.db import alembic_config, open_database
from data_access.store.tables import metadata


def main(settings: Settings) -> int:
    """Print it; 0 when the schema is the newest, else 1."""
    newest = ScriptDirectory.from_config(alembic_config(settings)).get_current_head()
    db = open_database(settings)
    with db.read() as conn:
        current = MigrationContext.configure(conn).get_current_revision()
        present = set(inspect(conn).get_table_names())
        counts = {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name in present
        }
    db.close()
    print(f"store    {make_url(settings.db_url).render_as_string(hide_password=True)}")
    print(f"schema   {current or 'none'} (newest: {newest})")
    for name, rows in sorted(counts.items()):
        print(f"{rows:12,} {name}")
    return 0 if current == newest else 1
