"""A real system takes over a source of the demonstration: the two never mix."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from data_access.accounts.audit import newest
from data_access.accounts.keys import KeyKind, add_key, find_key
from data_access.commands import account_commands
from data_access.demo.demo_sources import claim_for_demo
from data_access.demo.demo_takeover import silence_demo, take_over
from data_access.intake import door as intake
from data_access.intake import readings
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import create_source, ensure_sources
from data_access.settings import Settings
from data_access.store.db import Database
from data_access.store.tables import sources
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS
from engine.board import Board
from engine.demo.bootstrap import ensure_demo_keys
from engine.loop import Engine, Outdated
from engine.steps import Steps
from engine.write_set import WriteSet
from tests.clocks import FixedClock
from tests.data.test_engine import contents, drain, reading

SIGN, OTHER = "FAC-13", "OPS-11"


@pytest.fixture
def demo(db: Database, catalogue: Catalogue, clock: FixedClock) -> tuple[str, str]:
    """Two sources of the catalogue that the demonstration holds and has spoken for."""
    pair = catalogue.sign[SIGN].source, catalogue.sign[OTHER].source
    ensure_sources(db, catalogue, clock.ms)
    claim_for_demo(db, catalogue, pair, clock.ms)
    for sign, source in zip((SIGN, OTHER), pair, strict=True):
        tell(db, catalogue, clock, sign, source, 30.0)
    return pair


def tell(
    db: Database, catalogue: Catalogue, clock: FixedClock, sign: str, source: str, value: float
) -> None:
    street = catalogue.counted[0].code
    rows = [reading(source, sign, street, clock.ms - m * MINUTE_MS, value) for m in range(3)]
    assert intake.accept(READING, db, catalogue, source, rows, clock.ms, "api").rejected == ()


def signs_in(db: Database) -> dict[str, set[str]]:
    """Signs by table."""
    return {name: {str(row[1]) for row in rows} for name, rows in contents(db).items()}


def test_everything_made_of_it_goes_and_nothing_else(
    db: Database,
    open_again: Callable[[], Database],
    catalogue: Catalogue,
    clock: FixedClock,
    demo: tuple[str, str],
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    drain(engine, clock.ms)
    before = contents(db)
    assert all({SIGN, OTHER} <= signs for signs in signs_in(db).values())
    take_over(open_again(), catalogue, demo[0])
    after = contents(db)
    for name, rows in before.items():
        assert after[name] == [row for row in rows if row[1] != SIGN], name
    with db.read() as conn:
        row = conn.execute(select(sources).where(sources.c.code == demo[0])).one()
        left = {
            raw.source
            for day in readings.day_tables(conn)
            for raw in conn.exec_driver_sql(f"SELECT source FROM {readings.day_table(day)}")
        }
    assert (row.kind, row.accepted, row.last_received) == ("live", 0, None)
    assert left == {demo[1]}

    clock.step(60)
    tell(db, catalogue, clock, SIGN, demo[0], 3.0)
    with pytest.raises(Outdated):
        engine.turn()
    engine.reload(clock.ms)
    drain(engine, clock.ms)
    cells = Board(engine.city, clock.ms).district
    assert (cells[SIGN].value, cells[SIGN].demo) == (3.0, False)
    assert (cells[OTHER].value, cells[OTHER].demo) == (30.0, True)
    mine = [row for row in contents(db)["rollup_minute"] if row[1] == SIGN]
    assert {(row[6], row[9]) for row in mine} == {(3.0, False)}


def test_an_engine_in_the_middle_of_a_turn_writes_nothing_of_it(
    db: Database,
    open_again: Callable[[], Database],
    catalogue: Catalogue,
    clock: FixedClock,
    demo: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = Engine(db, catalogue, clock.ms)
    settle = engine.city.settle_into

    def meanwhile(out: WriteSet) -> Steps:
        take_over(open_again(), catalogue, demo[0])
        return settle(out)

    monkeypatch.setattr(engine.city, "settle_into", meanwhile)
    with pytest.raises(Outdated):
        engine.turn()
    engine.reload(clock.ms)
    drain(engine, clock.ms)
    assert all(SIGN not in signs for signs in signs_in(db).values())
    assert OTHER in signs_in(db)["latest"]


def test_the_command_takes_over_and_the_demonstration_stays_away(
    db: Database,
    db_settings: Settings,
    catalogue: Catalogue,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(account_commands, "SETTLE_S", 0.0)
    playing = db_settings.model_copy(update={"demo": True})
    made = ensure_demo_keys(db, playing, catalogue, clock)
    source = catalogue.sign[SIGN].source
    tell(db, catalogue, clock, SIGN, source, 30.0)
    command = ["key", "add", "real", "--ingest", "--source", source]
    assert account_commands.main(command, playing, clock) == 0
    assert find_key(db, made[source], KeyKind.INGEST) is None
    assert "source.take_over" in {entry.action for entry in newest(db)}
    again = ensure_demo_keys(db, playing, catalogue, clock)  # the next start
    assert again == {code: key for code, key in made.items() if code != source}
    with db.read() as conn:
        row = conn.execute(select(sources).where(sources.c.code == source)).one()
    assert (row.kind, row.accepted) == ("live", 0)
    second = ["key", "add", "real-2", "--ingest", "--source", source]
    tell(db, catalogue, clock, SIGN, source, 3.0)
    assert account_commands.main(second, playing, clock) == 0  # a second key takes nothing
    with db.read() as conn:
        assert conn.scalar(select(sources.c.accepted).where(sources.c.code == source)) == 3


def test_a_source_with_a_key_is_never_claimed(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    source = catalogue.sign[SIGN].source
    ensure_sources(db, catalogue, clock.ms)
    add_key(db, "real", KeyKind.INGEST, source, clock.ms)
    assert claim_for_demo(db, catalogue, [source], clock.ms) == set()


@pytest.mark.parametrize("name", ["demo-mine", "real"])
def test_what_cannot_be_taken_over(
    db: Database,
    db_settings: Settings,
    clock: FixedClock,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    create_source(db, "air-replay", "replay", clock.ms)
    assert silence_demo(db, "air-replay", clock.ms) == "replay"
    command = ["key", "add", name, "--ingest", "--source", "air-replay"]
    assert account_commands.main(command, db_settings, clock) == 1
    said = capsys.readouterr().err
    assert ("reserved" if name.startswith("demo-") else "is a replay") in said
