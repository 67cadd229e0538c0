"""Keys of the demonstration's sources, on both stores."""

import json
import stat

from data_access.accounts.keys import KeyKind, find_key, list_keys
from data_access.demo.demo_sources import claim_for_demo
from data_access.intake.sources import count_batch, ensure_sources, source_list
from data_access.settings import Settings
from data_access.store.db import Database
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from engine.demo.bootstrap import FILE, ensure_demo_keys
from tests.clocks import FixedClock

ADMIN = Actor("admin", Role.ADMIN, None)


def _kinds(db: Database) -> dict[str, str]:
    return {row.code: row.kind for row in source_list(db, ADMIN)}


def test_each_source_has_a_key_of_its_own_that_is_kept(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    demo = db_settings.model_copy(update={"demo": True})
    made = ensure_demo_keys(db, demo, catalogue, clock)
    assert made.keys() == {s.source for s in catalogue.signs if s.derived is None}
    assert len(set(made.values())) == len(made)
    for source, secret in made.items():
        key = find_key(db, secret, KeyKind.INGEST)
        assert key is not None and key.source == source
    path = demo.data_dir / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == made
    assert ensure_demo_keys(db, demo, catalogue, clock) == made
    assert set(_kinds(db).values()) == {"demo"}


def test_a_lost_file_means_new_keys_and_a_foreign_key_is_replaced(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    demo = db_settings.model_copy(update={"demo": True})
    made = ensure_demo_keys(db, demo, catalogue, clock)
    path = demo.data_dir / FILE
    first, second = sorted(made)[:2]
    path.write_text(json.dumps({**made, first: made[second], second: "nobody's"}))
    again = ensure_demo_keys(db, demo, catalogue, clock)
    assert {s for s in made if made[s] != again[s]} == {first, second}
    path.unlink()
    anew = ensure_demo_keys(db, demo, catalogue, clock)
    assert anew.keys() == made.keys()
    assert not set(anew.values()) & set(again.values())


def test_without_demonstration_the_keys_open_nothing(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    made = ensure_demo_keys(db, db_settings.model_copy(update={"demo": True}), catalogue, clock)
    assert ensure_demo_keys(db, db_settings, catalogue, clock) == {}
    assert not (db_settings.data_dir / FILE).exists()
    assert all(key.revoked_at is not None for key in list_keys(db))
    assert find_key(db, next(iter(made.values())), KeyKind.INGEST) is None


def test_a_source_that_reports_for_real_is_left_alone(
    db: Database, db_settings: Settings, catalogue: Catalogue, clock: FixedClock
) -> None:
    ensure_sources(db, catalogue, clock.ms)
    live, unused = catalogue.sources[0].code, catalogue.sources[1].code
    with db.write() as conn:
        count_batch(conn, live, clock.ms, clock.ms, accepted=1, duplicates=0, quarantined=0)
    assert claim_for_demo(db, catalogue, [live, unused], clock.ms) == {unused}
    assert {live: "live", unused: "demo"}.items() <= _kinds(db).items()
    made = ensure_demo_keys(db, db_settings.model_copy(update={"demo": True}), catalogue, clock)
    assert live not in made
