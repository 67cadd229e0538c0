"""`python app.py db …`: lay the stores out, and make ready what must stand before a start."""

import sys
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy.exc import ArgumentError, DatabaseError

from data_access.catalogue.loader import load_catalogue
from data_access.commands import db_status
from data_access.commands.check import More, check_city
from data_access.demo.demo_accounts import ensure_demo_accounts
from data_access.intake.sources import ensure_sources
from data_access.maps.boundaries import load_map
from data_access.public.store import migrate_public, public_url
from data_access.settings import Settings
from data_access.store.db import migrate, open_database
from domain.catalogue import Catalogue
from domain.clock import to_ms, utc_now
from engine.demo.behaviour_files import has_behaviour
from engine.demo.bootstrap import ensure_demo_keys
from engine.demo.ending import end_demo


def main(action: str, settings: Settings, more: Sequence[More] = ()) -> int:
    """Do `migrate`, `status`, `prepare` (for a start) or `public`; the exit code.

    `more`: what else a city has to stand up to, beside its own check.
    """
    match action:
        case "status":
            return db_status.main(settings)
        case "public":
            return _prepare_public(settings, more)
    name = "DATABASE_URL"
    try:
        migrate(settings)
        name = "PUBLIC_DATABASE_URL"
        migrate_public(settings)
    except (ArgumentError, DatabaseError) as fault:
        print(f"{name}: {getattr(fault, 'orig', None) or fault}", file=sys.stderr)
        # a start goes on without the public store: the engine lays it out once it answers
        if action == "migrate" or name == "DATABASE_URL" or isinstance(fault, ArgumentError):
            return 1
    if action == "prepare":
        prepare(settings, more)
    return 0


def _prepare_public(settings: Settings, more: Sequence[More]) -> int:
    """A file of our own is laid out; the schema of a server is the engine's to make."""
    checked_city(settings, more)
    if public_url(settings).startswith("sqlite"):
        migrate_public(settings)
    return 0


def prepare(settings: Settings, more: Sequence[More] = ()) -> None:
    """Everything that must stand before the first process starts; harmless to repeat."""
    catalogue = checked_city(settings, more)
    with closing(open_database(settings)) as db:
        ensure_sources(db, catalogue, to_ms(utc_now()))
        if not (settings.demo and has_behaviour(catalogue)):
            end_demo(settings, db)
        # both take back what they gave when DEMO=0
        ensure_demo_accounts(db, settings, catalogue)
        ensure_demo_keys(db, settings, catalogue)


def checked_city(settings: Settings, more: Sequence[More] = ()) -> Catalogue:
    """The city's catalogue, checked as `city lint` does; ValueError (MAP: …) when the map that
    the settings ask for cannot be shown."""
    catalogue = load_catalogue(settings.city)
    check_city(catalogue, *more)
    try:
        load_map(settings, catalogue)
    except ValueError as fault:
        raise ValueError(f"MAP: {fault}") from fault
    return catalogue
