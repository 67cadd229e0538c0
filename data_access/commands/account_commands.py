"""The commands `user` and `key`: accounts of people and keys of machines, from a shell."""

import argparse
import getpass
import sys
import time
from collections.abc import Sequence

from data_access.accounts import keys, users
from data_access.accounts.audit import Entry, Result, write_audit
from data_access.accounts.keys import KeyKind
from data_access.accounts.passwords import make_password
from data_access.accounts.revocation import announce
from data_access.accounts.users import AccountError
from data_access.catalogue.loader import CatalogueError, load_catalogue
from data_access.demo.demo_takeover import DEMO_KEYS, SETTLE_S, silence_demo, take_over
from data_access.intake.door import Busy
from data_access.intake.sources import RetiredSource, declare_missing, ensure_source, expect
from data_access.settings import Settings
from data_access.store.db import Database, migrate, open_database
from domain.actor import PEOPLE, Role
from domain.clock import Clock, from_ms, to_ms, utc_now

DEMO_PREFIX = DEMO_KEYS  # kept for the demonstration's accounts and keys


def main(argv: Sequence[str], settings: Settings, clock: Clock = utc_now) -> int:
    """Carry out `user …` or `key …`; 0 when done, 1 when refused (the reason is on stderr)."""
    args = _parser().parse_args(argv)
    migrate(settings)
    db = open_database(settings)
    try:
        command = _Command(db, settings, to_ms(clock()))
        getattr(command, f"{args.noun}_{args.verb}")(args)
    except AccountError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        db.close()
    return 0


class _Command:
    """One run of a command; a method for each noun and verb."""

    def __init__(self, db: Database, settings: Settings, now_ms: int) -> None:
        self.db = db
        self.settings = settings
        self.now_ms = now_ms

    def user_add(self, args: argparse.Namespace) -> None:
        if users.normal_name(args.username).startswith(DEMO_PREFIX):
            raise AccountError(f"username: names beginning with {DEMO_PREFIX} are reserved")
        self._check_department(args.department)
        password, made = _password(args)
        user = users.add_user(
            self.db, args.username, password, Role(args.role), args.department, self.now_ms
        )
        self._audit("user.add", f"{user.username} ({user.role})")
        print(f"account {user.username} ({user.role})")
        if made:
            print(f"password: {password}")

    def user_list(self, _args: argparse.Namespace) -> None:
        for user in users.list_users(self.db):
            marks = [m for m, on in (("disabled", user.disabled), ("demo", user.demo)) if on]
            print("\t".join([user.username, user.role, user.department or "-", *marks]))

    def user_disable(self, args: argparse.Namespace) -> None:
        users.set_disabled(self.db, args.username, True)
        self._ended("user.disable", args.username)

    def user_enable(self, args: argparse.Namespace) -> None:
        users.set_disabled(self.db, args.username, False)
        self._ended("user.enable", args.username)

    def user_password(self, args: argparse.Namespace) -> None:
        password, made = _password(args)
        users.set_password(self.db, args.username, password)
        self._ended("user.password", args.username)
        if made:
            print(f"password: {password}")

    def key_add(self, args: argparse.Namespace) -> None:
        kind = next(k for k in KeyKind if getattr(args, k.value))
        if args.name.startswith(DEMO_PREFIX):
            raise AccountError(f"name: names beginning with {DEMO_PREFIX} are reserved")
        if kind is KeyKind.INGEST and args.source:
            self._register(args.source)
            self._expect(args.source)
            self._take_over(args.source)
            self._declare(args.source, args.missing)
        secret = keys.add_key(self.db, args.name, kind, args.source, self.now_ms)
        self._audit("key.add", f"{args.name} ({kind})")
        print(f"key {args.name} ({kind}); it cannot be shown again", file=sys.stderr)
        print(screen_address(self.settings, secret) if kind is KeyKind.SCREEN else secret)

    def key_list(self, _args: argparse.Namespace) -> None:
        for key in keys.list_keys(self.db):
            made = from_ms(key.created_at).date().isoformat()
            state = "revoked" if key.revoked_at is not None else "in force"
            print("\t".join([key.name, key.kind, key.source or "-", made, state]))

    def key_revoke(self, args: argparse.Namespace) -> None:
        keys.revoke_key(self.db, args.name, self.now_ms)
        self._ended("key.revoke", args.name)

    def _register(self, source: str) -> None:
        """A key may be made before its source has ever reported."""
        try:
            ensure_source(self.db, load_catalogue(self.settings.city), source, self.now_ms)
        except CatalogueError:
            raise
        except ValueError as error:
            raise AccountError(str(error)) from error

    def _declare(self, source: str, missing: list[str] | None) -> None:
        """What the source sends for no value; a key made without saying so changes nothing."""
        if missing is None:
            return
        try:
            declare_missing(self.db, source, missing)
        except ValueError as error:
            raise AccountError(str(error)) from error
        self._audit("source.missing", f"{source}: {', '.join(missing)}")

    def _expect(self, source: str) -> None:
        try:
            expect(self.db, source)
        except RetiredSource as retired:
            raise AccountError(str(retired)) from retired

    def _take_over(self, source: str) -> None:
        """A source that the demonstration holds becomes the real system's."""
        kind = silence_demo(self.db, source, self.now_ms)
        if kind == "replay":
            raise AccountError(f"source: {source} is a replay; a real system needs another code")
        if kind != "demo":
            return
        time.sleep(SETTLE_S)
        try:
            take_over(self.db, load_catalogue(self.settings.city), source)
        except Busy as busy:
            raise AccountError(f"{busy}; run the same command again") from busy
        self._audit("source.take_over", source)
        print(f"{source} is live now; what was demonstrated is removed", file=sys.stderr)

    def _check_department(self, code: str | None) -> None:
        if code is None:
            return
        known = load_catalogue(self.settings.city).department
        if code not in known:
            raise AccountError(f"department: {code} is not one of {', '.join(sorted(known))}")

    def _ended(self, action: str, name: str) -> None:
        announce(self.settings)
        self._audit(action, name)
        print(f"{action}: {name}")

    def _audit(self, action: str, what: str) -> None:
        who = f"shell:{getpass.getuser()}"
        with self.db.write() as conn:
            write_audit(conn, Entry(self.now_ms, who, action, what, Result.OK, "local"))


def screen_address(settings: Settings, secret: str) -> str:
    """The full address that opens the wall page with a screen key."""
    named = [h.strip() for h in settings.trusted_hosts.split(",") if h.strip()]
    if settings.behind_proxy and named:
        return f"https://{named[0].lstrip('.')}/screen?key={secret}"
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not bound
    host = named[0].lstrip(".") if named else everywhere.get(settings.host, settings.host)
    return f"http://{host}:{settings.port}/screen?key={secret}"


def _password(args: argparse.Namespace) -> tuple[str, bool]:
    """The password, typed twice or piped in; made here (True) with --generate or for silence."""
    if args.generate:
        return make_password(), True
    if not sys.stdin.isatty():
        piped = sys.stdin.readline().rstrip("\r\n")
        return (piped, False) if piped else (make_password(), True)
    password = getpass.getpass("password (empty = make one): ")
    if not password:
        return make_password(), True
    if getpass.getpass("once more: ") != password:
        raise AccountError("password: the two are not the same")
    return password, False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    nouns = parser.add_subparsers(dest="noun", required=True)
    user = nouns.add_parser("user", help="accounts of people").add_subparsers(
        dest="verb", required=True
    )
    add = user.add_parser("add", help="make an account; the password is asked for or piped in")
    add.add_argument("username")
    add.add_argument("--role", required=True, choices=[str(role) for role in PEOPLE])
    add.add_argument("--department", help="code of the department (role department only)")
    change = user.add_parser("password", help="give an account a new password")
    change.add_argument("username")
    for with_password in (add, change):
        with_password.add_argument("--generate", action="store_true", help="make and print one")
    for verb in ("disable", "enable"):
        user.add_parser(verb).add_argument("username")
    user.add_parser("list")
    key = nouns.add_parser("key", help="keys of machines").add_subparsers(
        dest="verb", required=True
    )
    made = key.add_parser("add", help="make a key; it is printed once, on the last line")
    made.add_argument("name")
    kind = made.add_mutually_exclusive_group(required=True)
    kind.add_argument("--ingest", action="store_true", help="for the intake of one source")
    kind.add_argument("--screen", action="store_true", help="for a wall: prints its address")
    kind.add_argument("--metrics", action="store_true", help="for reading /metrics")
    made.add_argument("--source", help="the source for which an ingest key speaks")
    made.add_argument(
        "--missing",
        action="append",
        metavar="VALUE",
        help="what the source sends when it has no value, as --missing=-9999; may be repeated",
    )
    key.add_parser("revoke").add_argument("name")
    key.add_parser("list")
    return parser
