"""Accounts of people. Names are kept as given and compared without regard to case or width."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from data_access.accounts import sessions
from data_access.accounts.passwords import hash_password, verify_password
from data_access.caching.cache import uncached
from data_access.store.db import Database
from data_access.store.tables import users
from domain.actor import PEOPLE, Actor, Role

_NAME = re.compile(r"[\w][\w.@-]{0,63}")


class AccountError(ValueError):
    """An account command that cannot be carried out; the message names the field and the reason."""


@dataclass(frozen=True, slots=True)
class User:
    """One account, without its password."""

    username: str
    role: Role
    department: str | None
    demo: bool
    disabled: bool
    created_at: int  # epoch ms

    @property
    def actor(self) -> Actor:
        """The caller that this account stands for."""
        return Actor(self.username, self.role, self.department)


def normal_name(username: str) -> str:
    """The one spelling of a login name: NFKC, folded, without spaces around it."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


@uncached("a command")
def add_user(
    db: Database,
    username: str,
    password: str,
    role: Role,
    department: str | None,
    now_ms: int,
    *,
    demo: bool = False,
) -> User:
    """Create an account; AccountError names the field that is wrong."""
    name = normal_name(username)
    if not _NAME.fullmatch(name):
        raise AccountError("username: 1 to 64 letters, digits or . @ _ - are needed")
    if role not in PEOPLE:
        raise AccountError(f"role: one of {', '.join(PEOPLE)} is needed")
    if (department is not None) != (role is Role.DEPARTMENT):
        raise AccountError("department: needed for the role department, and only there")
    hashed = _hashed(password)
    with db.write() as conn:
        if _row(conn, name) is not None:
            raise AccountError(f"username: {name} exists already")
        conn.execute(
            insert(users).values(
                username=name,
                password_hash=hashed,
                role=str(role),
                department=department,
                demo=demo,
                disabled=False,
                created_at=now_ms,
            )
        )
    return User(name, role, department, demo, False, now_ms)


@uncached("decides who is who")
def find_user(db: Database, username: str) -> User | None:
    """The account of that name, disabled or not."""
    with db.read() as conn:
        row = _row(conn, normal_name(username))
    return None if row is None else _user(row)


@uncached("a command of the shell")
def list_users(db: Database) -> list[User]:
    """Every account by name."""
    with db.read() as conn:
        return [_user(row) for row in conn.execute(select(users).order_by(users.c.username))]


@uncached("a password is checked afresh")
def authenticate(db: Database, username: str, password: str) -> User | None:
    """The account when the password is right and it is not disabled; equally slow if unknown."""
    with db.read() as conn:
        row = _row(conn, normal_name(username))
    right = verify_password(None if row is None else row.password_hash, password)
    return _user(row) if right and row is not None and not row.disabled else None


@uncached("a command")
def set_password(db: Database, username: str, password: str) -> None:
    """Give an account a new password and end its sessions; AccountError when there is none."""
    _change(db, username, password_hash=_hashed(password))


@uncached("a command")
def set_disabled(db: Database, username: str, disabled: bool) -> None:
    """Shut an account (ending its sessions) or open it again; AccountError when there is none."""
    _change(db, username, disabled=disabled)


@uncached("a command")
def remove_demo_users(db: Database) -> list[str]:
    """Delete every demonstration account with its sessions; their names."""
    with db.write() as conn:
        found = select(users.c.username).where(users.c.demo).order_by(users.c.username)
        names = list(conn.execute(found).scalars())
        for name in names:
            sessions.end_sessions_of(conn, name)
        conn.execute(delete(users).where(users.c.demo))
    return names


def _change(db: Database, username: str, **values: Any) -> None:
    name = normal_name(username)
    with db.write() as conn:
        changed = conn.execute(update(users).where(users.c.username == name).values(**values))
        if changed.rowcount == 0:
            raise AccountError(f"username: there is no account {name}")
        sessions.end_sessions_of(conn, name)


def _hashed(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise AccountError(str(error)) from error


def _row(conn: Connection, name: str) -> Row[Any] | None:
    return conn.execute(select(users).where(users.c.username == name)).first()


def _user(row: Row[Any]) -> User:
    return User(
        row.username, Role(row.role), row.department, row.demo, row.disabled, row.created_at
    )
