"""Reading raw readings back: by batch for the engine, by sign and stretch for rebuilding."""

import pytest
from sqlalchemy import Connection

from data_access.intake.door import accept
from data_access.intake.folding import drop
from data_access.intake.kinds.reading import READING
from data_access.intake.readings import (
    BATCH_BITS,
    Batch,
    day_table,
    day_tables,
    keys_of_batches,
    next_batches,
    pages_between,
    rows_of_batches,
)
from data_access.intake.sources import create_source
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, MINUTE_MS, to_ms, to_rfc3339
from domain.facts.reading import Reading
from tests.clocks import MONDAY_MORNING
from tests.raw_rows import stored_rows

NOW = to_ms(MONDAY_MORNING)


@pytest.fixture
def filled(db: Database, catalogue: Catalogue) -> list[Reading]:
    """Ten batches of twelve readings over three days, two signs and three places."""
    create_source(db, "probe", "live", NOW)
    signs = [s for s in catalogue.signs if s.at_street][:2]
    sent: list[Reading] = []
    for batch in range(10):
        rows = [
            Reading(
                "probe",
                signs[n % 2].code,
                to_rfc3339(NOW - (batch * 430 + n) * MINUTE_MS) or "",
                signs[n % 2].typical,
                None if n % 3 == 0 else catalogue.streets[n % 3].code,
            )
            for n in range(12)
        ]
        assert accept(READING, db, catalogue, "probe", rows, NOW, "file").accepted == 12
        sent += rows
    return sent


def _days(found: list[Batch]) -> set[str]:
    return {day for batch in found for day in batch.days.split(",")}


def test_the_engine_gets_every_row_once_and_in_order(db: Database, filled: list[Reading]) -> None:
    seen: list[int] = []
    cursor = 0
    with db.read() as conn:
        while found := next_batches(conn, cursor, 30):
            assert sum(batch.accepted for batch in found) == len(found) * 12 <= 30
            rows = list(rows_of_batches(conn, cursor, found[-1].id, _days(found)))
            assert {row[0] >> BATCH_BITS for row in rows} == {batch.id for batch in found}
            seen += [row[0] for row in rows]
            cursor = found[-1].id
    assert len(seen) == 120
    assert seen == sorted(set(seen))


def test_a_batch_larger_than_asked_for_still_comes(db: Database, filled: list[Reading]) -> None:
    with db.read() as conn:
        assert len(next_batches(conn, 0, 1)) == 1
        assert len(next_batches(conn, 0, 1_000)) == 10


def test_rows_of_days_that_are_gone_are_no_fault(
    db: Database, catalogue: Catalogue, filled: list[Reading]
) -> None:
    with db.write() as conn:
        found = next_batches(conn, 0, 1_000)
        first, *_ = day_tables(conn)
        last = found[-1].id
        gone = [day for day in day_tables(conn)[1:-1] if drop(conn, day, last)]
        left = day_tables(conn)
        assert left[0] == first and left[-1] == "20261123" and not set(gone) & set(left)
        assert len(gone) == len(_days(found)) - 2
        rows = list(rows_of_batches(conn, 0, found[-1].id, _days(found)))
    assert 0 < len(rows) < 120


def _expected(filled: list[Reading], sign: str, low: int, high: int) -> int:
    from domain.facts.fact import instant_ms

    return sum(r.sign == sign and low <= instant_ms(r.observed_at) < high for r in filled)


def test_a_stretch_of_a_sign(db: Database, filled: list[Reading]) -> None:
    sign, low, high = filled[0].sign, NOW - DAY_MS, NOW - 10 * MINUTE_MS
    rows = [row for page in pages_between(db, sign, low, high) for row in page]
    assert len(rows) == _expected(filled, sign, low, high) > 0
    assert [(r[5], r[0]) for r in rows] == sorted((r[5], r[0]) for r in rows)
    assert {r[2] for r in rows} == {sign}
    with db.read() as conn:
        assert rows == [r for r in stored_rows(conn, sign) if low <= r[5] < high]


def test_keys_of_batches_cover_their_rows(db: Database, filled: list[Reading]) -> None:
    with db.read() as conn:
        rows = list(rows_of_batches(conn, 2, 7, _days(next_batches(conn, 0, 1_000))))
        keys = keys_of_batches(conn, 2, 7)
    quarter = 15 * MINUTE_MS
    assert keys == {(r[1], r[2], r[5] - r[5] % quarter) for r in rows}


def test_only_days_name_tables(db: Database) -> None:
    for wrong in ("2026", "20261123; DROP TABLE users", "2026112３"):
        with pytest.raises(ValueError, match="not YYYYMMDD"):
            day_table(wrong)
    with db.read() as conn:
        _no_days(conn)


def _no_days(conn: Connection) -> None:
    assert day_tables(conn) == []
    assert list(rows_of_batches(conn, 0, 9, {"20261123"})) == []
    assert list(stored_rows(conn, "x")) == []
    assert keys_of_batches(conn, 0, 9) == set()
