"""Alembic's environment: online only, one transaction for each upgrade."""

from alembic import context
from sqlalchemy import create_engine, pool

from data_access.store.tables import metadata


def run() -> None:
    """Run the migrations against the URL handed over by `data_access.store.db.migrate`."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
