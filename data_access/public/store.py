"""The way to the publication store: another SQLite file, or another schema of PostgreSQL.

The public site is given PUBLIC_DATABASE_URL, whose role may read these tables and nothing else
(deploy/public-role.sql); the engine, which alone writes here, may use DATABASE_URL.
"""

from typing import Any

from data_access.settings import ROOT, Settings
from data_access.store.db import Database, open_store

SCHEMA = "yiping_public"


def public_url(settings: Settings) -> str:
    """SQLAlchemy URL of the publication store."""
    return settings.public_db_url


def open_public(settings: Settings, *, read_only: bool = True) -> Database:
    """Open the publication store; `read_only` connections cannot change a row."""
    return open_store(
        public_url(settings), settings.data_dir, read_only=read_only, search_path=SCHEMA
    )


def migrate_public(settings: Settings) -> None:
    """Bring the publication store to its newest schema; harmless when it is there already."""
    from alembic import command

    command.upgrade(_alembic(settings), "head")


def _alembic(settings: Settings) -> Any:
    from alembic.config import Config

    if public_url(settings).startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "data_access" / "public" / "migrations"))
    config.attributes["url"] = public_url(settings)
    return config
