"""A second kind of fact, that of docs/adding.md: it goes through the same door as readings.

Its struct, its check, its table: the rest (key, account, quarantine, duplicates, corrections,
mapping files, replays, the interface's description) is what readings have.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Table, insert, inspect, select
from werkzeug.test import TestResponse

import domain.facts
from dashboard.api.openapi import document
from data_access.accounts.keys import KeyKind, add_key
from data_access.catalogue.loader import load_catalogue
from data_access.demo.demo_removal import remove_demo
from data_access.intake import kinds, readings, registry
from data_access.intake.kind import Kind
from data_access.intake.sources import create_source
from data_access.loads import ingest, replay
from data_access.mappings.mapping import MappingError, load_mapping
from data_access.store.tables import batches, quarantine, sources
from domain.clock import HOUR_MS, to_rfc3339
from tests.adding import blocks, written
from tests.web.site import Site

PATH = "/api/v1/permits"
STRUCT, KIND = "domain/facts/permit.py", "data_access/intake/kinds/permit.py"
MIGRATION = "data_access/migrations/versions/0014_permits.py"
MAPPING = blocks("A fact")["data_access/catalogue/pudong/mappings/permits.toml"]


@pytest.fixture
def permits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kind[Any]]:
    """The kind, its modules where the document puts them; gone again afterwards."""
    for package, path in ((domain.facts, STRUCT), (kinds, KIND)):
        made = written("A fact", path, tmp_path / "with_permits" / package.__name__)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(made.parent)])
    found = registry.found()["permit"]
    monkeypatch.setitem(registry.KINDS, found.name, found)
    yield found
    for package in (domain.facts, kinds):
        del sys.modules[f"{package.__name__}.permit"]


@pytest.fixture
def site(permits: Kind[Any], request: pytest.FixtureRequest) -> Site:
    """An application that knows of permits before it is built."""
    made: Site = request.getfixturevalue("plain_site")
    migrate(made)
    create_source(made.db, "permits", "live", made.clock.ms)
    return made


def migrate(site: Site, way: str = "upgrade") -> None:
    """Run the document's migration on the store of a site."""
    step: dict[str, Any] = {}
    exec(blocks("A fact")[MIGRATION], step)  # noqa: S102
    with site.db.write() as conn, Operations.context(MigrationContext.configure(conn)):
        step[way]()


@pytest.fixture
def plain_site(tmp_path: Path, sqlite_template: Path, clock: Any) -> Iterator[Site]:
    from tests.web.conftest import prepared

    made = Site(prepared(tmp_path / "web", sqlite_template), clock)
    yield made
    made.close()


def permit(site: Site, **changes: Any) -> dict[str, Any]:
    at = to_rfc3339(site.clock.ms // HOUR_MS * HOUR_MS)
    plain = {"source": "permits", "number": "A1", "observed_at": at, "street": "310115016"}
    return {**plain, **changes}


def post(site: Site, body: str | bytes, key: str, **headers: str) -> TestResponse:
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
    return site.app.server.test_client().post(PATH, data=body, headers=sent)


def send(site: Site, *permits: dict[str, Any]) -> tuple[int, int, list[str]]:
    """(accepted, duplicates, reasons) of one request."""
    key = add_key(site.db, f"key-{site.clock.ms}", KeyKind.INGEST, "permits", site.clock.ms)
    site.clock.step(1)
    answer = post(site, json.dumps(permits), key)
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    return told["accepted"], told["duplicates"], [each["reason"] for each in told["rejected"]]


def table() -> Table:
    """Where permits lie."""
    (found,) = registry.KINDS["permit"].tables
    return found


def stored(site: Site) -> list[tuple[Any, ...]]:
    """(number, revision, area) of all that is kept."""
    t = table().c
    with site.db.read() as conn:
        query = select(t.number, t.revision, t.area).order_by(t.number, t.revision)
        return [tuple(row) for row in conn.execute(query)]


def account(site: Site, code: str = "permits") -> tuple[int, ...]:
    s = sources.c
    with site.db.read() as conn:
        query = select(s.accepted, s.duplicates, s.quarantined).where(s.code == code)
        return tuple(conn.execute(query).one())


def test_over_http_new_again_revised_and_wrong(site: Site) -> None:
    assert send(site, permit(site), permit(site, number="B2", area=7.5)) == (2, 0, [])
    assert send(site, permit(site), permit(site)) == (0, 2, [])  # the same again
    assert send(site, permit(site, revision=1, area=9.0)) == (1, 0, [])
    assert send(site, permit(site, revision=1, area=8.0)) == (0, 0, ["conflict"])
    assert stored(site) == [("A1", 0, 1.0), ("A1", 1, 9.0), ("B2", 0, 7.5)]
    wrong = [
        permit(site, street="nowhere"),
        permit(site, observed_at="yesterday"),
        permit(site, source="probe"),
        permit(site, area=float("nan")),
        permit(site, revision=-1),
        permit(site, number=5),
        {"source": "permits"},
        permit(site, observed_at=to_rfc3339(site.clock.ms + 3_600_000)),
    ]
    reasons = ["unknown_street", "bad_time", "unknown_source", "not_finite", "bad_revision"]
    reasons += ["wrong_type", "missing_field", "too_far_ahead"]
    assert send(site, *wrong, permit(site, number="C3")) == (1, 0, reasons)
    assert account(site) == (4, 2, 9)
    with site.db.read() as conn:
        kept = conn.execute(select(quarantine.c.reason, quarantine.c.detail)).all()
        kinds = list(conn.scalars(select(batches.c.kind)))
        assert readings.batches_behind(conn, 0) == 0  # none of them is the engine's
        assert readings.next_batches(conn, 0, 100) == []
    assert {reason for reason, _ in kept} == {"conflict", *reasons}
    assert ("conflict", "area: 8.0, but 9.0 is stored; the first stays") in kept
    assert set(kinds) == {"permit"} and len(kinds) == 3


def test_the_same_key_body_and_errors_as_readings(site: Site) -> None:
    key = add_key(site.db, "one", KeyKind.INGEST, "permits", site.clock.ms)
    assert post(site, "[]", "nonsense").status_code == 401
    answer = post(site, "{", key)
    assert answer.status_code == 422
    assert answer.get_json()["error"]["message"] == "a JSON array of permits is expected (byte 0)"
    lines = json.dumps(permit(site)) + "\nnonsense\n"
    told = post(site, lines, key, **{"Content-Type": "application/x-ndjson"}).get_json()
    (refused,) = told["rejected"]
    assert (told["accepted"], refused["reason"]) == (1, "malformed")
    assert refused["detail"].startswith("permit: not JSON")
    assert post(site, b"x", key, **{"Content-Encoding": "br"}).status_code == 415
    assert site.app.server.test_client().get(PATH).status_code == 401


def test_it_is_described_as_it_is_decoded(site: Site) -> None:
    described = document()
    schema = described["components"]["schemas"]["Permit"]
    assert schema["required"] == ["source", "number", "observed_at", "street"]
    assert schema["properties"]["area"] == {
        "type": "number",
        "description": "In square metres.",
        "exclusiveMinimum": 0,
        "default": 1.0,
    }
    operation = described["paths"][PATH]["post"]
    assert operation["operationId"] == "postPermits"
    assert "permits" in operation["description"]


def run(site: Site, folder: Path, rows: list[str], **changes: str) -> int:
    """Load a file of permits through its mapping."""
    mapping = MAPPING
    for old, new in changes.items():
        mapping = mapping.replace(old, new)
    (folder / "permits.toml").write_text(mapping)
    path = folder / "permits.csv"
    path.write_text("\n".join(["no,at,size,place", *rows, ""]))
    args = [str(path), "--as", str(folder / "permits.toml")]
    return ingest.main(args, site.services.settings, site.services.clock)


def test_by_file_twice_and_wrong(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"N{n},2012-03-04 10:00,{n}.5,花木" for n in range(1, 40)]
    rows += [
        "X,2012-03-04 10:00,big,花木",
        "Y,2012-13-04 10:00,1,花木",
        "Z,2012-03-04 10:00,,310115",
    ]
    assert run(site, tmp_path, rows) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("read 42 = accepted 39 + duplicates 0 + quarantined 3 (permits, from 42")
    assert run(site, tmp_path, [*rows[:2], "N3,2012-03-04 10:00,7,花木"]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("read 3 = accepted 0 + duplicates 2 + quarantined 1 (permits")
    assert account(site) == (39, 2, 4)
    assert stored(site)[0] == ("N1", 0, 1.5)
    with site.db.read() as conn:
        kept = dict(conn.execute(select(quarantine.c.reason, quarantine.c.payload)).all())
    assert kept.keys() == {"wrong_type", "bad_time", "unknown_street", "conflict"}
    assert json.loads(kept["conflict"])["row"]["no"] == "N3"


def test_a_replay_says_them_on_todays_clock(site: Site, tmp_path: Path) -> None:
    run(site, tmp_path, ["N1,2012-03-04 10:00,1,花木", "N2,2012-03-04 10:01,1,花木"])
    now = to_rfc3339(site.clock.ms)
    args = [str(tmp_path / "permits.csv"), "--as", str(tmp_path / "permits.toml")]
    args += ["--start", "2012-03-04T10:01:30+08:00", "--once-until", str(now)]
    assert replay.main(args, site.services.settings, site.services.clock) == 0
    assert account(site, "permits-replay")[0] == 2


def test_a_mapping_is_held_against_the_kind(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    wrong = MAPPING.replace('number = "no"', 'colour = "no"')
    path.write_text(wrong + 'revision = { value = "two" }\n[[reading]]\ncolumn = "x"\n')
    with pytest.raises(MappingError) as found:
        load_mapping(load_catalogue("pudong"), str(path))
    told = " ".join(map(str, found.value.faults))
    for part in ("fields.number: missing", "fields.colour: nobody knows", "'two' is not a number"):
        assert part in told
    assert "reading: not beside kind = 'permit'" in told
    path.write_text(MAPPING.replace('"permit"', '"licence"', 1))
    with pytest.raises(MappingError, match="'licence' is none of reading, permit"):
        load_mapping(load_catalogue("pudong"), str(path))


def test_what_the_demonstration_said_goes_with_it(site: Site) -> None:
    create_source(site.db, "made-up", "demo", site.clock.ms)
    send(site, permit(site))
    with site.db.write() as conn:
        row = {"id": 1, "source": "made-up", "number": "Q", "revision": 0, "observed_at": 1}
        conn.execute(insert(table()).values(**row, received_at=1, street="310115016", area=1.0))
    assert remove_demo(site.db) == ["made-up"]
    assert stored(site) == [("A1", 0, 1.0)]


def test_its_migration_makes_the_table_and_takes_it_back(site: Site) -> None:
    def columns() -> dict[str, tuple[str, bool]]:
        found = inspect(site.db.engine).get_columns("permits")
        return {each["name"]: (str(each["type"]), each["nullable"]) for each in found}

    migrated = columns()
    migrate(site, "downgrade")
    assert not inspect(site.db.engine).has_table("permits")
    table().create(site.db.engine)
    assert columns() == migrated
