"""Demonstration accounts: file and store agree at every start, and both go with DEMO=0."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor

from data_access.accounts import users
from data_access.accounts.sessions import find_session, start_session, token_hash
from data_access.demo.demo_accounts import FILE, DemoAccount, ensure_demo_accounts
from data_access.settings import Settings
from data_access.store.db import Database
from domain.actor import PEOPLE, Role
from domain.catalogue import Catalogue
from tests.clocks import FixedClock


def ensure(
    db: Database, settings: Settings, catalogue: Catalogue, demo: bool = True
) -> list[DemoAccount]:
    return ensure_demo_accounts(
        db, settings.model_copy(update={"demo": demo}), catalogue, FixedClock()
    )


def logs_in(db: Database, account: DemoAccount) -> bool:
    return users.authenticate(db, account["username"], account["password"]) is not None


def test_one_for_each_role(db: Database, db_settings: Settings, catalogue: Catalogue) -> None:
    made = ensure(db, db_settings, catalogue)
    path = db_settings.data_dir / FILE
    assert json.loads(path.read_text()) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [account["role"] for account in made] == [str(role) for role in PEOPLE]
    assert len({account["password"] for account in made}) == len(PEOPLE)
    for account in made:
        assert set(account) == {"username", "password", "role", "department"}
        assert logs_in(db, account)
        is_department = account["role"] == Role.DEPARTMENT
        assert (account["department"] in catalogue.department) == is_department


def test_they_are_the_same_at_the_next_start(
    db: Database, db_settings: Settings, catalogue: Catalogue
) -> None:
    made = ensure(db, db_settings, catalogue)
    with db.write() as conn:
        hashed = token_hash(start_session(conn, made[0]["username"], 0))
    assert ensure(db, db_settings, catalogue) == made
    assert find_session(db, hashed, 1) is not None, "nobody is thrown out by a restart"


def test_what_differs_is_mended(db: Database, db_settings: Settings, catalogue: Catalogue) -> None:
    made = ensure(db, db_settings, catalogue)
    users.set_password(db, made[1]["username"], "changed behind the file")
    users.set_disabled(db, made[2]["username"], True)
    assert ensure(db, db_settings, catalogue) == made
    assert all(logs_in(db, account) for account in made)
    (db_settings.data_dir / FILE).write_text("{not json")
    fresh = ensure(db, db_settings, catalogue)
    assert {a["password"] for a in fresh}.isdisjoint(a["password"] for a in made)
    assert all(logs_in(db, account) for account in fresh)
    assert not any(logs_in(db, account) for account in made)


def test_demo_0_takes_them_away(db: Database, db_settings: Settings, catalogue: Catalogue) -> None:
    users.add_user(db, "wang", "a long enough password", Role.LEADER, None, 0)
    made = ensure(db, db_settings, catalogue)
    with db.write() as conn:
        hashed = token_hash(start_session(conn, made[0]["username"], 0))
    assert ensure(db, db_settings, catalogue, demo=False) == []
    assert not (db_settings.data_dir / FILE).exists()
    assert [user.username for user in users.list_users(db)] == ["wang"]
    assert find_session(db, hashed, 1) is None


def test_two_starts_at_once(db: Database, db_settings: Settings, catalogue: Catalogue) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: ensure(db, db_settings, catalogue), range(2))
    assert first == second
    assert all(logs_in(db, account) for account in first)
