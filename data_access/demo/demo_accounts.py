"""Demonstration accounts: one for each role, known to the file that a visitor is pointed to."""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from data_access.accounts import users
from data_access.accounts.passwords import make_password
from data_access.caching.cache import uncached
from data_access.settings import Settings
from data_access.store.db import Database
from domain.actor import PEOPLE, Role
from domain.catalogue import Catalogue
from domain.clock import Clock, to_ms, utc_now

FILE = "demo-accounts.json"


class DemoAccount(TypedDict):
    """One entry of the file."""

    username: str
    password: str
    role: str
    department: str | None


@uncached("a command")
def ensure_demo_accounts(
    db: Database, settings: Settings, catalogue: Catalogue, clock: Clock = utc_now
) -> list[DemoAccount]:
    """Make file and store agree: the same accounts at every start, none at all when DEMO=0.

    A password changed in the store goes back to what the file says; a lost file means new
    passwords. Several processes may call this at once.
    """
    path = settings.data_dir / FILE
    with _alone(settings.data_dir):
        if not settings.demo:
            path.unlink(missing_ok=True)
            users.remove_demo_users(db)
            return []
        kept = {entry["role"]: entry for entry in _read(path)}
        wanted = [_account(role, kept.get(str(role)), catalogue) for role in PEOPLE]
        _write(path, wanted)
        if not all(_agrees(db, entry) for entry in wanted):
            users.remove_demo_users(db)
            for entry in wanted:
                _create(db, entry, to_ms(clock()))
        return wanted


def _account(role: Role, kept: DemoAccount | None, catalogue: Catalogue) -> DemoAccount:
    return {
        "username": f"demo-{role}",
        "password": kept["password"] if kept else make_password(),
        "role": str(role),
        "department": _busiest_department(catalogue) if role is Role.DEPARTMENT else None,
    }


def _busiest_department(catalogue: Catalogue) -> str:
    """The department that owns most sources: the one whose pages show most."""
    owners = Counter(source.department for source in catalogue.sources)
    return max(catalogue.departments, key=lambda d: owners[d.code]).code


def _agrees(db: Database, entry: DemoAccount) -> bool:
    found = users.authenticate(db, entry["username"], entry["password"])
    return (
        found is not None
        and found.demo
        and found.role == entry["role"]
        and found.department == entry["department"]
    )


def _create(db: Database, entry: DemoAccount, now_ms: int) -> None:
    users.add_user(
        db,
        entry["username"],
        entry["password"],
        Role(entry["role"]),
        entry["department"],
        now_ms,
        demo=True,
    )


def _read(path: Path) -> list[DemoAccount]:
    """What the file holds; nothing when it is missing or not ours to understand."""
    try:
        entries = json.loads(path.read_text())
        return [
            DemoAccount(
                username=str(e["username"]),
                password=str(e["password"]),
                role=str(e["role"]),
                department=e["department"],
            )
            for e in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write(path: Path, entries: list[DemoAccount]) -> None:
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(text)
    fresh.replace(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f"{FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
