"""`python app.py db …`: lay the stores out, and make ready what must stand before a start."""

import sys
from contextlib import closing

from sqlalchemy.exc import ArgumentError, OperationalError

from data_access import db_status
from data_access.boundaries import checked_map
from data_access.db import Database, migrate, open_database
from data_access.demo_accounts import ensure_demo_accounts
from data_access.demo_removal import remove_demo
from data_access.public.releases import forget_everything
from data_access.public.store import migrate_public, open_public, public_url
from data_access.settings import Settings
from data_access.sources import ensure_sources
from domain.clock import to_ms, utc_now
from engine.demo.bootstrap import FILE, ensure_demo_keys, read_keys
from engine.demo.process import STATE_FILE
from engine.demo.real import replay_sources


def main(action: str, settings: Settings) -> int:
    """Do `migrate`, `status`, `prepare` (for a start) or `public`; the exit code."""
    match action:
        case "status":
            return db_status.main(settings)
        case "public":
            return _prepare_public(settings)
    name = "DATABASE_URL"
    try:
        migrate(settings)
        name = "PUBLIC_DATABASE_URL"
        migrate_public(settings)
    except (ArgumentError, OperationalError) as fault:
        print(f"{name}: {getattr(fault, 'orig', None) or fault}", file=sys.stderr)
        # a start goes on without the public store: the engine lays it out once it answers
        if action == "migrate" or name == "DATABASE_URL" or isinstance(fault, ArgumentError):
            return 1
    if action == "prepare":
        prepare(settings)
    return 0


def _prepare_public(settings: Settings) -> int:
    """A file of our own is laid out; the schema of a server is the engine's to make."""
    if public_url(settings).startswith("sqlite"):
        migrate_public(settings)
    return 0


def prepare(settings: Settings) -> None:
    """Everything that must stand before the first process starts; harmless to repeat."""
    catalogue = checked_map(settings)
    with closing(open_database(settings)) as db:
        ensure_sources(db, catalogue, to_ms(utc_now()))
        if not settings.demo:
            _end_demo(settings, db)
        # both take back what they gave when DEMO=0
        ensure_demo_accounts(db, settings, catalogue)
        ensure_demo_keys(db, settings, catalogue)


def _end_demo(settings: Settings, db: Database) -> None:
    """DEMO=0 on a store that was a demonstration: nothing invented may stay in it."""
    fed = {*read_keys(settings.data_dir / FILE), *replay_sources(settings)}
    removed = remove_demo(db, fed)
    (settings.data_dir / STATE_FILE).unlink(missing_ok=True)
    if removed:
        with closing(open_public(settings, read_only=False)) as public:
            forget_everything(public)
        print(f"DEMO=0: what {len(removed)} demonstration sources had said is removed")
