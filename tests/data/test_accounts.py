"""Accounts, sessions and keys in the store: the same on SQLite and on PostgreSQL."""

import pytest

from data_access.accounts import keys, sessions, users
from data_access.accounts.keys import KeyKind
from data_access.accounts.passwords import hash_password, verify_password
from data_access.accounts.sessions import IDLE_MS, SCREEN_MS, token_hash
from data_access.accounts.users import AccountError
from data_access.store.db import Database
from domain.actor import Actor, Role
from tests.clocks import FixedClock

PASSWORD = "a long enough password"


def add(db: Database, name: str = "wang", role: Role = Role.LEADER) -> users.User:
    department = "water" if role is Role.DEPARTMENT else None
    return users.add_user(db, name, PASSWORD, role, department, 1_000)


def test_an_account_comes_back_as_it_was_made(db: Database) -> None:
    made = add(db, "Wáng.Fāng", Role.DEPARTMENT)
    assert users.find_user(db, "wáng.fāng") == made
    assert users.list_users(db) == [made]
    assert made.actor == Actor("wáng.fāng", Role.DEPARTMENT, "water")
    assert users.authenticate(db, "WÁNG.FĀNG", PASSWORD) == made
    assert users.authenticate(db, "wáng.fāng", PASSWORD + "x") is None
    assert users.authenticate(db, "nobody", PASSWORD) is None


@pytest.mark.parametrize(
    ("name", "password", "role", "department", "field"),
    [
        ("", PASSWORD, Role.LEADER, None, "username"),
        ("x" * 65, PASSWORD, Role.LEADER, None, "username"),
        ("a b", PASSWORD, Role.LEADER, None, "username"),
        ("-x", PASSWORD, Role.LEADER, None, "username"),
        ("a\0", PASSWORD, Role.LEADER, None, "username"),
        ("ok", "short", Role.LEADER, None, "password"),
        ("ok", "x" * 300, Role.LEADER, None, "password"),
        ("ok", PASSWORD, Role.SCREEN, None, "role"),
        ("ok", PASSWORD, Role.DEPARTMENT, None, "department"),
        ("ok", PASSWORD, Role.LEADER, "water", "department"),
        ("taken", PASSWORD, Role.LEADER, None, "username"),
        ("TAKEN", PASSWORD, Role.LEADER, None, "username"),
    ],
)
def test_wrong_accounts_name_the_field(
    db: Database, name: str, password: str, role: Role, department: str | None, field: str
) -> None:
    add(db, "taken")
    with pytest.raises(AccountError, match=f"^{field}: "):
        users.add_user(db, name, password, role, department, 1)
    assert len(users.list_users(db)) == 1


def test_changes_of_nobody_are_refused(db: Database) -> None:
    with pytest.raises(AccountError, match="nobody"):
        users.set_password(db, "nobody", PASSWORD)
    with pytest.raises(AccountError, match="nobody"):
        users.set_disabled(db, "nobody", True)


def test_a_disabled_account_can_be_opened_again(db: Database) -> None:
    add(db)
    users.set_disabled(db, "wang", True)
    assert users.authenticate(db, "wang", PASSWORD) is None
    users.set_disabled(db, "wang", False)
    assert users.authenticate(db, "wang", PASSWORD) is not None


def test_passwords_are_argon2id_and_salted() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first != second and first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(first, PASSWORD) and not verify_password(first, "x")
    assert not verify_password(None, PASSWORD)
    assert not verify_password("not a hash", PASSWORD)
    assert not verify_password(first, "x" * 10_000)


def test_a_session_from_begin_to_end(db: Database, clock: FixedClock) -> None:
    add(db)
    with db.write() as conn:
        token = sessions.start_session(conn, "wang", clock.ms)
    hashed = token_hash(token)
    found = sessions.find_session(db, hashed, clock.ms)
    assert found is not None
    assert (found.actor, found.valid_until) == (Actor("wang", Role.LEADER), clock.ms + IDLE_MS)
    assert sessions.find_session(db, token, clock.ms) is None, "the store knows the hash only"
    assert sessions.find_session(db, hashed, clock.ms + IDLE_MS - 1) is not None
    assert sessions.find_session(db, hashed, clock.ms + IDLE_MS) is None
    sessions.touch_session(db, found, clock.ms + IDLE_MS - 1)
    assert sessions.find_session(db, hashed, clock.ms + IDLE_MS) is not None
    with db.write() as conn:
        sessions.end_session(conn, hashed)
    assert sessions.find_session(db, hashed, clock.ms) is None


def test_a_role_taken_away_counts_at_once(db: Database, clock: FixedClock) -> None:
    from sqlalchemy import update

    from data_access.store.tables import users as table

    add(db, role=Role.ADMIN)
    with db.write() as conn:
        hashed = token_hash(sessions.start_session(conn, "wang", clock.ms))
        conn.execute(update(table).values(role="leader"))
    found = sessions.find_session(db, hashed, clock.ms)
    assert found is not None and found.actor.role is Role.LEADER


def test_sessions_that_are_over_are_forgotten(db: Database, clock: FixedClock) -> None:
    add(db)
    keys.add_key(db, "hall", KeyKind.SCREEN, None, clock.ms)
    with db.write() as conn:
        sessions.start_session(conn, "wang", clock.ms)
        screen = sessions.start_screen(conn, "hall", clock.ms)
    with db.write() as conn:
        assert sessions.forget_expired(conn, clock.ms + IDLE_MS - 1) == 0
        assert sessions.forget_expired(conn, clock.ms + IDLE_MS) == 1
    assert sessions.find_session(db, token_hash(screen), clock.ms + IDLE_MS) is not None
    with db.write() as conn:
        assert sessions.forget_expired(conn, clock.ms + SCREEN_MS) == 1


def test_a_key_from_begin_to_end(db: Database, clock: FixedClock) -> None:
    secret = keys.add_key(db, "air", KeyKind.INGEST, "air-stations", clock.ms)
    assert len(secret) >= 43
    found = keys.find_key(db, secret, KeyKind.INGEST)
    assert found == keys.Key("air", KeyKind.INGEST, "air-stations", clock.ms, None)
    assert keys.find_key(db, secret, KeyKind.SCREEN) is None
    assert keys.find_key(db, secret + "x", KeyKind.INGEST) is None
    assert keys.find_key(db, "\udcff", KeyKind.INGEST) is None
    keys.revoke_key(db, "air", clock.ms + 5)
    assert keys.find_key(db, secret, KeyKind.INGEST) is None
    assert [key.revoked_at for key in keys.list_keys(db)] == [clock.ms + 5]
    with pytest.raises(AccountError, match="no key air in force"):
        keys.revoke_key(db, "air", clock.ms)
    with pytest.raises(AccountError, match="already"):
        keys.add_key(db, "air", KeyKind.INGEST, "air-stations", clock.ms)


@pytest.mark.parametrize(
    ("name", "kind", "source", "field"),
    [
        ("", KeyKind.SCREEN, None, "name"),
        ("a b", KeyKind.SCREEN, None, "name"),
        ("x", KeyKind.INGEST, None, "source"),
        ("x", KeyKind.SCREEN, "air-stations", "source"),
    ],
)
def test_wrong_keys_name_the_field(
    db: Database, name: str, kind: KeyKind, source: str | None, field: str
) -> None:
    with pytest.raises(AccountError, match=f"^{field}: "):
        keys.add_key(db, name, kind, source, 1)


def test_revoking_a_screen_key_ends_its_sessions(db: Database, clock: FixedClock) -> None:
    keys.add_key(db, "hall", KeyKind.SCREEN, None, clock.ms)
    with db.write() as conn:
        hashed = token_hash(sessions.start_screen(conn, "hall", clock.ms))
    found = sessions.find_session(db, hashed, clock.ms)
    assert found is not None and found.actor == Actor("hall", Role.SCREEN)
    keys.revoke_key(db, "hall", clock.ms)
    assert sessions.find_session(db, hashed, clock.ms) is None
