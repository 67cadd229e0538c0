"""The command `source`: which sources there are, and which of them are out of service."""

import argparse
import getpass
import sys
from collections.abc import Sequence

from data_access.accounts.audit import Entry, Result, write_audit
from data_access.intake.sources import UnknownSource, registered, set_retired
from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from domain.clock import Clock, from_ms, to_ms, utc_now


def main(argv: Sequence[str], settings: Settings, clock: Clock = utc_now) -> int:
    """Carry out `source …`; 0 when done, 1 when refused (the reason is on stderr)."""
    args = _parser().parse_args(argv)
    migrate(settings)
    db = open_database(settings)
    try:
        if args.verb == "list":
            _list(db)
        else:
            _turn(db, args.verb, args.code, to_ms(clock()))
    except UnknownSource as unknown:
        print(unknown, file=sys.stderr)
        return 1
    finally:
        db.close()
    return 0


def _list(db: Database) -> None:
    for row in registered(db):
        standing = "in service" if row.expected else "archive"
        if row.retired_at is not None:
            standing = f"retired {from_ms(row.retired_at).date().isoformat()}"
        print("\t".join([row.code, row.kind, standing, row.name.zh]))


def _turn(db: Database, verb: str, code: str, now_ms: int) -> None:
    """Retire or restore, and write it down; what stands so already is only said."""
    retire = verb == "retire"
    if not set_retired(db, code, now_ms if retire else None):
        print(f"{code} is {'retired already' if retire else 'in service'}")
        return
    who = f"shell:{getpass.getuser()}"
    with db.write() as conn:
        write_audit(conn, Entry(now_ms, who, f"source.{verb}", code, Result.OK, "local"))
    print(f"source.{verb}: {code}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py source", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="every registered source, one a line")
    told = {
        "retire": "take a source out of service: it is refused from now on and missed nowhere",
        "restore": "take a retired source back",
    }
    for verb, text in told.items():
        verbs.add_parser(verb, help=text).add_argument("code", help="code of the source")
    return parser
