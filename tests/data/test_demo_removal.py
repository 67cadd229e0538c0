"""DEMO=0 on a store that was a demonstration leaves nothing invented, and nothing real is lost."""

import pytest
from sqlalchemy import func, select

from data_access.demo.demo_removal import remove_demo
from data_access.demo.demo_sources import claim_for_demo
from data_access.intake import door as intake
from data_access.intake import readings
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import Kind, create_source, ensure_sources
from data_access.store.db import Database
from data_access.store.tables import quarantine, sources
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_rfc3339
from domain.facts.reading import Reading
from engine.loop import Engine
from tests.clocks import FixedClock
from tests.data.test_engine import contents, drain

SIGN = "FAC-13"


def _send(db: Database, catalogue: Catalogue, clock: FixedClock, source: str, street: str) -> None:
    rows = [
        Reading(
            source=source,
            sign=SIGN,
            street=street,
            observed_at=to_rfc3339(clock.ms - m * MINUTE_MS) or "",
            value=30.0,
        )
        for m in range(5, -1, -1)
    ]
    assert (
        intake.accept(READING, db, catalogue, source, rows, clock.ms, "api", retain_days=2).accepted
        == 6
    )


def _raw(db: Database) -> int:
    with db.read() as conn:
        return sum(
            conn.exec_driver_sql(f"SELECT count(*) FROM {readings.day_table(day)}").scalar_one()
            for day in readings.day_tables(conn)
        )


@pytest.fixture
def demo_source(db: Database, catalogue: Catalogue, clock: FixedClock) -> str:
    """A source of the catalogue that the demonstration speaks for, with a day of readings."""
    code = catalogue.sign[SIGN].source
    ensure_sources(db, catalogue, clock.ms)
    assert claim_for_demo(db, catalogue, [code], clock.ms) == {code}
    _send(db, catalogue, clock, code, catalogue.counted[0].code)
    return code


def test_a_pure_demonstration_leaves_an_empty_store(
    db: Database, catalogue: Catalogue, clock: FixedClock, demo_source: str
) -> None:
    drain(Engine(db, catalogue, clock.ms), clock.ms)
    assert remove_demo(db) == [demo_source]
    assert _raw(db) == 0
    assert {name: rows for name, rows in contents(db).items() if rows} == {}
    with db.read() as conn:
        kept = conn.execute(select(sources).where(sources.c.code == demo_source)).one()
        assert conn.execute(select(func.count()).select_from(quarantine)).scalar_one() == 0
    assert (kept.kind, kept.accepted, kept.last_received) == ("live", 0, None)
    assert remove_demo(db) == []


@pytest.mark.parametrize(("kind", "stays"), [("live", True), ("demo", False), ("replay", True)])
def test_what_others_said_stays(
    db: Database,
    catalogue: Catalogue,
    clock: FixedClock,
    demo_source: str,
    kind: Kind,
    stays: bool,
) -> None:
    other, street = "station-b", catalogue.counted[1].code
    create_source(db, other, kind, clock.ms)
    _send(db, catalogue, clock, other, street)
    drain(Engine(db, catalogue, clock.ms), clock.ms)
    assert (other in remove_demo(db)) is not stays
    assert _raw(db) == (6 if stays else 0)
    engine = Engine(db, catalogue, clock.ms)  # it recovers from what is left, and goes on
    clock.step(600)
    if stays:
        _send(db, catalogue, clock, other, street)
    drain(engine, clock.ms)
    places = {row[0] for row in contents(db)["latest"] if row[1] == SIGN}
    assert places == ({street, catalogue.code} if stays else set())


def test_a_replay_of_the_demonstrations_own_goes(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    create_source(db, "air-replay", "replay", clock.ms)
    _send(db, catalogue, clock, "air-replay", catalogue.counted[0].code)
    assert remove_demo(db, fed=["air-replay"]) == ["air-replay"]
    assert _raw(db) == 0


def test_whoever_was_refused_has_spoken_too(
    db: Database, catalogue: Catalogue, clock: FixedClock, demo_source: str
) -> None:
    """A real source whose data could not be used: it stays its own, and its evidence is kept."""
    real = next(s.code for s in catalogue.sources if s.code != demo_source)
    intake.refuse_body(db, real, b"{", "not JSON", clock.ms, "api")
    assert claim_for_demo(db, catalogue, [real], clock.ms) == frozenset()
    assert remove_demo(db) == [demo_source]
    with db.read() as conn:
        assert list(conn.scalars(select(quarantine.c.source))) == [real]
