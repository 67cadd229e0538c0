"""A store that version 0011 filled, after it learnt units and indicators: everything is the same.

`store_0011.json.gz` holds two and a half days of a small simulated town, every row as the engine of
that version wrote it, and what that version told of them: episodes, receipts, released days.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, Connection, Inspector, inspect, select, text

from data_access.intake import readings
from data_access.public.store import migrate_public, open_public
from data_access.public.tables import public_values
from data_access.rankings.standings import receipt
from data_access.series import notes, states
from data_access.series.episodes import Wanted, every_episode
from data_access.series.index_history import indexes_at
from data_access.settings import Settings
from data_access.store.db import Database, alembic_config
from data_access.store.tables import latest, metadata
from data_access.store.tables import notes as notes_table
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.scoring.evidence import Spent
from domain.span import Span
from engine.publication import Publication
from tests.clocks import FixedClock
from tests.data.alarm_town import DEPTH, RAIN, SIGNS, Town, smaller

FILE = Path(__file__).parents[1] / "fixtures" / "store_0011.json.gz"
LEADER = Actor("l", Role.LEADER)
Rows = list[tuple[Any, ...]]
RENAMED = ("latest", "rollup_minute", "rollup_hour", "rollup_day", "state_history", "notes")


@dataclass(frozen=True)
class Landed:
    """What lay in the store and what was told of it, and the store after its migration."""

    db: Database
    settings: Settings
    tables: dict[str, dict[str, Any]]
    told: dict[str, Any]
    files: tuple[dict[str, int], dict[str, int]]  # where each table lies, before and after


@pytest.fixture
def landed(db_settings: Settings, db: Database) -> Iterator[Landed]:
    config = alembic_config(db_settings)
    command.downgrade(config, "base")
    command.upgrade(config, "0011")
    kept = json.loads(gzip.decompress(FILE.read_bytes()))
    with db.write() as conn:
        for name, table in kept["tables"].items():
            _fill(conn, name, table["columns"], table["rows"])
        before = _places(conn)
    command.upgrade(config, "head")
    with db.read() as conn:
        after = _places(conn)
    yield Landed(db, db_settings, kept["tables"], kept["told"], (before, after))


def _fill(conn: Connection, name: str, columns: list[str], rows: list[list[Any]]) -> None:
    if name.startswith("readings_"):
        readings.ensure_day(conn, name.removeprefix("readings_"))
    flags = {c["name"] for c in inspect(conn).get_columns(name) if isinstance(c["type"], Boolean)}
    listed, marks = ",".join(f'"{c}"' for c in columns), ",".join(f":{c}" for c in columns)
    told = [
        {
            c: bool(v) if c in flags and v is not None else v
            for c, v in zip(columns, row, strict=True)
        }
        for row in rows
    ]
    conn.execute(text(f"INSERT INTO {name} ({listed}) VALUES ({marks})"), told)
    if conn.dialect.name == "postgresql" and name in ("batches", "notes", "audit"):
        conn.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), MAX(id)) FROM {name}")
        )


def _places(conn: Connection) -> dict[str, int]:
    """Where each table lies on the disk: another place is a table that was written anew."""
    query = "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"
    if conn.dialect.name == "postgresql":
        query = "SELECT relname, relfilenode FROM pg_class WHERE relkind IN ('r', 'i')"
        query += " AND relnamespace = current_schema()::regnamespace"
    return {name: place for name, place in conn.execute(text(query))}


@pytest.fixture
def town(catalogue: Catalogue) -> Catalogue:
    return smaller(catalogue, SIGNS)


def test_every_row_is_the_same(landed: Landed) -> None:
    with landed.db.read() as conn:
        for name, table in landed.tables.items():
            then = [
                {"street_code": "unit", "sign": "indicator"}.get(c, c) if _renamed(name) else c
                for c in table["columns"]
            ]
            listed = ",".join(f'"{c}"' for c in then)  # later versions may add columns
            found = conn.execute(text(f"SELECT {listed} FROM {name}"))
            assert sorted(map(repr, map(_plain, found))) == sorted(
                map(repr, map(_plain, table["rows"]))
            ), name


def _renamed(name: str) -> bool:
    return name in RENAMED or name == "index_history"


def _plain(row: Any) -> tuple[Any, ...]:
    return tuple(float(v) if isinstance(v, bool | int | float) else v for v in row)


def test_no_table_was_written_anew(landed: Landed) -> None:
    """The cost of the migration does not follow the history."""
    before, after = landed.files
    assert {"rollup_minute", "state_history"} <= before.keys()
    assert {name: after.get(name) for name in before if "alembic" not in name} == {
        name: place for name, place in before.items() if "alembic" not in name
    }


def test_the_store_is_as_the_tables_say(landed: Landed) -> None:
    with landed.db.read() as conn:
        found: Inspector = inspect(conn)
        for table in metadata.sorted_tables:
            columns = {c["name"]: c for c in found.get_columns(table.name)}
            assert columns.keys() == {c.name for c in table.columns}, table.name
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable, column
                wide = getattr(columns[column.name]["type"], "length", None)
                if conn.dialect.name == "postgresql":  # SQLite binds no text to a length
                    assert wide == getattr(column.type, "length", None), column
            key = found.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [c.name for c in table.primary_key.columns], table.name
            indexes = {i["name"]: i["column_names"] for i in found.get_indexes(table.name)}
            for index in table.indexes:
                assert indexes[index.name] == [c.name for c in index.columns], index.name


def test_states_episodes_and_notes_are_the_same(landed: Landed, town: Catalogue) -> None:
    pages = every_episode(landed.db, town, LEADER, Wanted(), limit=1000)
    found = [
        [e.since, e.place, e.sign, e.state, e.value, e.until, e.ended_by] for p in pages for e in p
    ]
    assert found == landed.told["episodes"] and len(found) > 500
    street, now = town.counted[0].code, landed.told["now"]
    with landed.db.read() as conn:
        changes = states.history_of(conn, street, DEPTH, 0)
        standing = {(s.place, s.sign): (s.latest, s.since) for s in states.standing(conn)}
    history = landed.tables["state_history"]["rows"]
    assert [(c.since, c.state) for c in changes] == sorted(
        (row[2], row[3]) for row in history if row[:2] == [street, DEPTH]
    )
    columns = landed.tables["latest"]["columns"]
    told = [dict(zip(columns, row, strict=True)) for row in landed.tables["latest"]["rows"]]
    assert standing == {(r["street_code"], r["sign"]): (r["state"], r["since"]) for r in told}
    (pinned,) = notes.notes_on(landed.db, LEADER, street, DEPTH, now - DAY_MS, now)
    (struck,) = notes.notes_on(landed.db, LEADER, town.code, RAIN, now - DAY_MS, now)
    assert pinned.text == "泵站检修" and pinned.withdrawn_at is None
    assert struck.withdrawn_at == now
    then = indexes_at(landed.db, LEADER, (street, town.code), (now - 5 * MINUTE_MS,))
    assert [past.value for (past,) in then.values() if past] == [99.0, 99.0]


def test_every_score_is_the_same(landed: Landed, town: Catalogue) -> None:
    now = landed.told["now"]
    midnight = town.zone.day_start(now)
    span = Span.of(midnight - 2 * DAY_MS, midnight, now, town.zone)
    for place, told in landed.told["receipts"].items():
        made = receipt(landed.db, LEADER, town, "index", place, span)
        spent = [(x.subject.code, x.points, x.evidence) for x in made.lines]
        hours = [
            [code, points, x.hours.known, x.hours.attention, x.hours.warning, x.hours.alarm]
            for code, points, x in spent
            if isinstance(x, Spent)
        ]
        assert made.score == told["score"] and sorted(hours) == sorted(told["lines"]), place


def test_every_published_day_is_the_same(landed: Landed, town: Catalogue) -> None:
    migrate_public(landed.settings)
    public = open_public(landed.settings, read_only=False)
    Publication(landed.db, public, town, settle_ms=0).publish(landed.told["now"])
    with public.read() as conn:
        found = [_plain(row) for row in conn.execute(select(public_values))]
    public.close()
    assert len(found) > 500
    assert sorted(map(repr, found)) == sorted(repr(_plain(row)) for row in landed.told["published"])


def test_the_engine_goes_on(landed: Landed, town: Catalogue, clock: FixedClock) -> None:
    clock.step((landed.told["now"] - clock.ms) / 1000)
    going = Town(landed.db, town, clock)
    going.turn()
    going.check()
    clock.step(60)
    going.tell(DEPTH, clock.ms - MINUTE_MS, 3.0, 0, "p1")
    going.turn()
    going.check()
    with landed.db.read() as conn:
        mine = select(latest.c.observed_at).where(
            latest.c.unit == going.streets[0], latest.c.indicator == DEPTH
        )
        assert conn.execute(mine).scalar_one() == clock.ms - MINUTE_MS


def test_a_unit_of_any_kind_has_room(landed: Landed, town: Catalogue) -> None:
    """The longest key that a catalogue may make, of an indicator with the longest code."""
    unit = f"department:{'d' * 64}"
    values = {"unit": unit, "indicator": "i" * 64, "from_at": 0, "to_at": HOUR_MS}
    with landed.db.write() as conn:
        conn.execute(notes_table.insert().values(text="t", author="a", created_at=0, **values))
    (row,) = notes.notes_on(landed.db, LEADER, unit, "i" * 64, 0, HOUR_MS)
    assert row.text == "t"
