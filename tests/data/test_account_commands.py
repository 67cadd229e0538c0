"""`user …` and `key …` as a shell runs them."""

import io

import pytest

from data_access.accounts import keys, users
from data_access.accounts.audit import newest
from data_access.accounts.keys import KeyKind
from data_access.accounts.revocation import generation, news_path
from data_access.commands.account_commands import main, screen_address
from data_access.intake.sources import source_codes
from data_access.settings import Settings
from data_access.store.db import Database
from domain.actor import Role

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard input that is no terminal; empty unless a test writes into it."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdin", stream)
    return stream


def type_in(stream: io.StringIO, text: str) -> None:
    stream.write(text)
    stream.seek(0)


def test_an_account_with_a_piped_password(
    db: Database, db_settings: Settings, typed: io.StringIO, capsys: Captured
) -> None:
    type_in(typed, "a long enough password\n")
    assert main(["user", "add", "wang", "--role", "admin"], db_settings) == 0
    assert "password" not in capsys.readouterr().out
    user = users.authenticate(db, "wang", "a long enough password")
    assert user is not None and user.role is Role.ADMIN
    assert [(e.action, e.object) for e in newest(db)] == [("user.add", "wang (admin)")]


@pytest.mark.parametrize("generate", [True, False])
def test_an_account_with_a_password_made_here(
    db: Database, db_settings: Settings, typed: io.StringIO, capsys: Captured, generate: bool
) -> None:
    command = ["user", "add", "li", "--role", "leader", *(["--generate"] if generate else [])]
    assert main(command, db_settings) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert users.authenticate(db, "li", last.removeprefix("password: ")) is not None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ["add", "demo-x", "--role", "leader"],
            "username: names beginning with demo- are reserved",
        ),
        (
            ["add", "x", "--role", "department", "--department", "no"],
            "department: no is not one of",
        ),
        (["add", "x", "--role", "department"], "department: needed"),
        (["password", "nobody"], "there is no account nobody"),
        (["disable", "nobody"], "there is no account nobody"),
    ],
)
def test_refused_accounts(
    db: Database,
    db_settings: Settings,
    typed: io.StringIO,
    capsys: Captured,
    arguments: list[str],
    reason: str,
) -> None:
    assert main(["user", *arguments], db_settings) == 1
    assert reason in capsys.readouterr().err
    assert users.list_users(db) == []


def test_a_department_account_and_the_list(
    db: Database, db_settings: Settings, typed: io.StringIO, capsys: Captured
) -> None:
    add = ["user", "add", "zhao", "--role", "department", "--department", "transport"]
    assert main(add, db_settings) == 0
    assert main(["user", "disable", "zhao"], db_settings) == 0
    capsys.readouterr()
    assert main(["user", "list"], db_settings) == 0
    assert capsys.readouterr().out.splitlines() == ["zhao\tdepartment\ttransport\tdisabled"]
    assert main(["user", "enable", "zhao"], db_settings) == 0
    assert generation(news_path(db_settings)) == 2, "other processes are told"


def test_a_screen_key_prints_its_address_last(
    db: Database, db_settings: Settings, capsys: Captured
) -> None:
    assert main(["key", "add", "lobby", "--screen"], db_settings) == 0
    address = capsys.readouterr().out.splitlines()[-1]
    base, _, secret = address.partition("/screen?key=")
    assert base == "http://127.0.0.1:8050"
    assert keys.find_key(db, secret, KeyKind.SCREEN) is not None


def test_an_ingest_key_prints_itself_alone_and_makes_its_source(
    db: Database, db_settings: Settings, capsys: Captured
) -> None:
    assert main(["key", "add", "mine", "--ingest", "--source", "my-meters"], db_settings) == 0
    out = capsys.readouterr().out.splitlines()
    key = keys.find_key(db, out[-1], KeyKind.INGEST)
    assert len(out) == 1 and key is not None and key.source == "my-meters"
    assert "my-meters" in source_codes(db)
    known = ["key", "add", "air", "--ingest", "--source", "air-stations"]
    assert main(known, db_settings) == 0, "a source of the catalogue"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["add", "x", "--ingest"], "source: needed"),
        (["add", "x", "--ingest", "--source", "No Code!"], "source: "),
        (["add", "a b", "--screen"], "name: "),
        (["revoke", "nothing"], "no key nothing in force"),
    ],
)
def test_refused_keys(
    db: Database, db_settings: Settings, capsys: Captured, arguments: list[str], reason: str
) -> None:
    assert main(["key", *arguments], db_settings) == 1
    captured = capsys.readouterr()
    assert reason in captured.err and not captured.out
    assert keys.list_keys(db) == []


def test_keys_are_listed_without_their_secrets_and_revoked(
    db: Database, db_settings: Settings, capsys: Captured
) -> None:
    main(["key", "add", "scrape", "--metrics"], db_settings)
    secret = capsys.readouterr().out.strip()
    main(["key", "list"], db_settings)
    listed = capsys.readouterr().out
    assert listed.startswith("scrape\tmetrics\t-\t") and listed.endswith("\tin force\n")
    assert secret not in listed
    assert main(["key", "revoke", "scrape"], db_settings) == 0
    assert keys.find_key(db, secret, KeyKind.METRICS) is None


@pytest.mark.parametrize(
    ("about", "base"),
    [
        ({}, "http://127.0.0.1:8050"),
        ({"host": "::", "port": 9000}, "http://[::1]:9000"),
        ({"trusted_hosts": "wall.example.cn,other"}, "http://wall.example.cn:8050"),
        ({"trusted_hosts": ".example.cn", "behind_proxy": True}, "https://example.cn"),
    ],
)
def test_the_address_that_a_wall_is_given(about: dict[str, object], base: str) -> None:
    settings = Settings().model_copy(update=about)
    assert screen_address(settings, "k") == f"{base}/screen?key=k"


def test_what_is_no_command(db_settings: Settings, capsys: Captured) -> None:
    for wrong in (["user"], ["key", "add", "x"], ["user", "add", "x"], ["nonsense"]):
        with pytest.raises(SystemExit) as stopped:
            main(wrong, db_settings)
        assert stopped.value.code == 2
    capsys.readouterr()
