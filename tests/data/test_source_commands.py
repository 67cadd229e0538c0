"""`source …` as a shell runs it, what it does to the counts of the wall, and archives."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert, select, update

from data_access.accounts.audit import newest
from data_access.accounts.keys import KeyKind, add_key
from data_access.commands.account_commands import main as account_main
from data_access.commands.source_commands import main
from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import RetiredSource, create_source, ensure_sources, registered
from data_access.loads.ingest import main as ingest_main
from data_access.settings import Settings
from data_access.store import engine_state, store_file, tables
from data_access.store.db import Database, alembic_config, migrate, open_database
from domain.catalogue import Catalogue
from domain.facts.reading import Reading
from domain.freshness import Freshness, is_counted, source_freshness
from engine.publisher import _sources
from tests.clocks import FixedClock
from tests.data.test_intake_files import csv_file, lines_of

Captured = pytest.CaptureFixture[str]
NOTHING = {mark.value: 0 for mark in Freshness}


def reading(catalogue: Catalogue, source: str, clock: FixedClock) -> Reading:
    sign = next(s for s in catalogue.signs if s.at_street)
    at = f"{clock():%Y-%m-%dT%H:%M:%SZ}"
    return Reading(
        source=source,
        sign=sign.code,
        street=catalogue.streets[0].code,
        observed_at=at,
        value=sign.typical,
    )


def counted(db: Database, clock: FixedClock) -> dict[str, int]:
    with db.read() as conn:
        found = _sources(conn, clock.ms)
    found.pop("undigested")
    return found


def test_a_retired_source_is_refused_and_missed_nowhere(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock, capsys: Captured
) -> None:
    for code in ("old-pumps", "pumps"):
        create_source(db, code, "live", clock.ms, cadence_s=60)
        rows = [reading(catalogue, code, clock)]
        assert intake.accept(READING, db, catalogue, code, rows, clock.ms, "api").accepted == 1
    clock.step(3600)
    assert counted(db, clock) == NOTHING | {"stale": 2}
    assert main(["retire", "old-pumps"], db_settings, clock) == 0
    assert counted(db, clock) == NOTHING | {"stale": 1}
    with pytest.raises(RetiredSource, match="old-pumps is retired"):
        intake.accept(
            READING,
            db,
            catalogue,
            "old-pumps",
            [reading(catalogue, "old-pumps", clock)],
            clock.ms,
            "api",
        )
    assert next(r for r in registered(db) if r.code == "old-pumps").accepted == 1
    refused = account_main(["key", "add", "k", "--ingest", "--source", "old-pumps"], db_settings)
    assert refused == 1 and "is retired" in capsys.readouterr().err
    assert main(["retire", "old-pumps"], db_settings, clock) == 0  # said, not done again
    assert main(["restore", "old-pumps"], db_settings, clock) == 0
    rows = [reading(catalogue, "old-pumps", clock)]
    assert intake.accept(READING, db, catalogue, "old-pumps", rows, clock.ms, "api").accepted == 1
    assert counted(db, clock) == NOTHING | {"stale": 1, "live": 1}
    told = [(e.action, e.object) for e in newest(db)]
    assert told == [("source.restore", "old-pumps"), ("source.retire", "old-pumps")]
    assert main(["list"], db_settings, clock) == 0
    assert "pumps\tlive\tin service\tpumps" in capsys.readouterr().out
    assert main(["retire", "nobody"], db_settings, clock) == 1
    assert "'nobody' is not registered" in capsys.readouterr().err


def test_a_file_is_an_archive_until_somebody_may_speak_for_it(
    tmp_path: Path, db: Database, db_settings: Settings, clock: FixedClock, catalogue: Catalogue
) -> None:
    path = csv_file(tmp_path, lines_of(catalogue, 5))
    assert ingest_main([str(path), "--as", "readings"], db_settings, clock) == 0
    row = next(r for r in registered(db) if r.code == "files")
    mark = source_freshness(row.last_received, row.last_observed, clock.ms, row.cadence_s)
    assert not row.expected and mark is Freshness.STALE and not is_counted(mark, row.expected)
    assert counted(db, clock)["stale"] == 0
    assert account_main(["key", "add", "f", "--ingest", "--source", "files"], db_settings) == 0
    assert counted(db, clock)["stale"] == 1
    assert main(["retire", "files"], db_settings, clock) == 0
    assert ingest_main([str(path), "--as", "readings"], db_settings, clock) == 2


def test_a_filled_store_learns_which_sources_are_archives(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    db.close()
    config = alembic_config(db_settings)
    command.downgrade(config, "0004")
    older = open_database(db_settings)
    rows = [  # code, kind, whether it has spoken
        *(("loaded", "live", True), ("keyed", "live", True), ("silent", "live", False)),
        *(("film", "replay", True), ("shown", "demo", True)),
    ]
    with older.write() as conn:
        for code, kind, spoken in rows:
            conn.execute(
                insert(tables.sources).values(
                    code=code, name_zh=code, name_en=code, cadence_s=60, kind=kind,
                    in_catalogue=False, created_at=clock.ms,
                    last_received=clock.ms if spoken else None,
                )
            )  # fmt: skip
    add_key(older, "k", KeyKind.INGEST, "keyed", clock.ms)
    ensure_sources_as_before(older, catalogue, clock)
    older.close()
    store_file._files.clear()  # as in the process of the newer version
    migrate(db_settings)
    newer = open_database(db_settings)
    found = {row.code: row.expected for row in registered(newer)}
    expected = {"loaded": False, "keyed": True, "silent": True, "film": False, "shown": True}
    assert {code: found[code] for code in expected} == expected
    assert all(found[source.code] for source in catalogue.sources)
    assert all(row.retired_at is None for row in registered(newer))
    newer.close()


def ensure_sources_as_before(db: Database, catalogue: Catalogue, clock: FixedClock) -> None:
    """The catalogue's sources, one of which has been fed by a file alone."""
    ensure_sources(db, catalogue, clock.ms)
    with db.write() as conn:
        here = tables.sources.c.code == catalogue.sources[0].code
        conn.execute(update(tables.sources).where(here).values(last_received=clock.ms))


def test_marks_are_those_of_the_sources_in_service(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    ensure_sources(db, catalogue, clock.ms)
    with db.write() as conn:
        gone = tables.sources.c.code == catalogue.sources[0].code
        conn.execute(update(tables.sources).where(gone).values(retired_at=clock.ms))
        assert len(engine_state.source_marks(conn)) == len(catalogue.sources) - 1
        assert conn.scalar(select(tables.sources.c.retired_at).where(gone)) == clock.ms
