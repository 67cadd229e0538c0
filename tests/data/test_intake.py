"""Intake into both databases: counts add up, order does not matter, the first value stays."""

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from data_access.intake import door as intake
from data_access.intake.door import Busy, Outcome, accept
from data_access.intake.kinds.reading import READING
from data_access.intake.readings import BATCH_BITS, day_tables
from data_access.intake.sources import SourceRow, UnknownSource, create_source, source_list
from data_access.settings import Settings
from data_access.store.db import Database, open_database
from data_access.store.tables import batches, quarantine
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, MINUTE_MS, to_ms, to_rfc3339
from domain.facts.fact import Reason
from domain.facts.reading import Reading
from domain.sign import Sign
from tests.clocks import MONDAY_MORNING
from tests.conditions import eventually
from tests.raw_rows import stored_rows

NOW = to_ms(MONDAY_MORNING)
ADMIN = Actor("test", Role.ADMIN)
_serial = count(1)


def new_source(db: Database) -> str:
    """A source of the test's own."""
    code = f"probe-{next(_serial)}"
    assert create_source(db, code, "live", NOW)
    return code


def account(db: Database, source: str) -> SourceRow:
    """The register's line of a source."""
    return next(row for row in source_list(db, ADMIN) if row.code == source)


def street_sign(catalogue: Catalogue) -> Sign:
    """Any sign that streets have, with room for the values of these tests."""
    return next(s for s in catalogue.signs if s.at_street and s.value_min <= 0 < 100 <= s.value_max)


def make(source: str, catalogue: Catalogue, minute: int = 0, **changes: object) -> Reading:
    """A good reading, `minute` minutes before NOW."""
    return msgspec.structs.replace(
        Reading(
            source,
            street_sign(catalogue).code,
            to_rfc3339(NOW - minute * MINUTE_MS) or "",
            5.0,
            catalogue.streets[0].code,
        ),
        **changes,
    )


def stored(db: Database, catalogue: Catalogue, source: str) -> list[tuple[object, ...]]:
    """What the store holds of a source, without the numbers of arrival, by key."""
    with db.read() as conn:
        found = list(stored_rows(conn, street_sign(catalogue).code))
    return sorted(row[1:] for row in found if row[3] == source)


def kept(db: Database, source: str) -> list[tuple[str, str, str]]:
    """(reason, detail, payload) of a source's quarantine, in order."""
    query = select(quarantine.c.reason, quarantine.c.detail, quarantine.c.payload)
    with db.read() as conn:
        found = conn.execute(query.where(quarantine.c.source == source).order_by(quarantine.c.id))
        return [tuple(row) for row in found]


def test_a_batch_is_committed_with_its_days(db: Database, catalogue: Catalogue) -> None:
    source = new_source(db)
    rows = [make(source, catalogue, minute) for minute in (0, 1, 60 * 24)]

    outcome = accept(READING, db, catalogue, source, rows, NOW, "api")
    assert outcome == Outcome(3, 0, ())
    with db.read() as conn:
        (batch,) = conn.execute(select(batches).where(batches.c.source == source)).all()
        ids = [row[0] for row in stored_rows(conn, rows[0].sign)]
    assert (batch.accepted, batch.days, batch.received_at) == (3, "20261122,20261123", NOW)
    assert {i >> BATCH_BITS for i in ids} == {batch.id}


def test_sending_again_changes_nothing(db: Database, catalogue: Catalogue) -> None:
    source = new_source(db)
    rows = [make(source, catalogue, m, weight=2.0 if m % 2 else None) for m in range(50)]
    accept(READING, db, catalogue, source, rows, NOW, "api")
    before = stored(db, catalogue, source)
    with db.read() as conn:
        batches_before = conn.execute(select(batches)).all()
    assert accept(READING, db, catalogue, source, rows, NOW + 1, "api") == Outcome(0, 50, ())
    assert stored(db, catalogue, source) == before
    with db.read() as conn:
        assert conn.execute(select(batches)).all() == batches_before
    line = account(db, source)
    assert (line.accepted, line.duplicates, line.quarantined) == (50, 50, 0)
    assert (line.last_received, line.last_observed) == (NOW + 1, NOW)


def test_a_source_that_sends_nothing_usable_is_not_heard(
    db: Database, catalogue: Catalogue
) -> None:
    source = new_source(db)
    accept(READING, db, catalogue, source, [make(source, catalogue, value=math.nan)], NOW, "api")
    intake.refuse_body(db, source, b"{", "not JSON", NOW, "api")
    line = account(db, source)
    assert (line.quarantined, line.last_received, line.last_observed) == (2, None, None)
    accept(READING, db, catalogue, source, [make(source, catalogue)], NOW, "api")
    accept(
        READING, db, catalogue, source, [make(source, catalogue, value=math.nan)], NOW + 5, "api"
    )
    assert account(db, source).last_received == NOW


@pytest.mark.parametrize("together", [True, False])
def test_of_two_values_the_first_stays(db: Database, catalogue: Catalogue, together: bool) -> None:
    source = new_source(db)
    rows = [make(source, catalogue, value=v) for v in (1.0, 2.0, 1.0)]
    rows.append(make(source, catalogue, value=1.0, weight=3.0))
    pieces = [rows] if together else [[row] for row in rows]
    outcomes = [accept(READING, db, catalogue, source, piece, NOW, "api") for piece in pieces]
    assert sum(o.accepted for o in outcomes) == 1
    assert sum(o.duplicates for o in outcomes) == 1
    refused = [r for o in outcomes for r in o.rejected]
    assert [r.reason for r in refused] == [Reason.CONFLICT] * 2
    assert "2.0" in refused[0].detail and "1.0" in refused[0].detail
    assert [row[5] for row in stored(db, catalogue, source)] == [1.0]
    assert [reason for reason, _, _ in kept(db, source)] == ["conflict"] * 2


def test_what_fails_is_kept_with_reason_and_payload(db: Database, catalogue: Catalogue) -> None:
    source = new_source(db)
    bad = [
        make(source, catalogue, value=math.nan),
        make(source, catalogue, sign="nothing"),
        make(source, catalogue, point="\x00\ud800'); DROP TABLE readings--"),
    ]
    outcome = accept(READING, db, catalogue, source, [make(source, catalogue), *bad], NOW, "file")
    assert [r.index for r in outcome.rejected] == [1, 2, 3]
    reasons = [reason for reason, _, _ in kept(db, source)]
    assert reasons == ["not_finite", "unknown_sign", "bad_point"]
    payloads = [payload for _, _, payload in kept(db, source)]
    assert '"value": NaN' in payloads[0] and "DROP TABLE" in payloads[2]
    assert account(db, source).quarantined == 3


def test_what_nobody_registered_is_not_stored(db: Database, catalogue: Catalogue) -> None:
    with pytest.raises(UnknownSource):
        accept(READING, db, catalogue, "stranger", [make("stranger", catalogue)], NOW, "api")
    assert stored(db, catalogue, "stranger") == []
    with db.read() as conn:
        assert conn.execute(select(batches)).all() == []


KEYS = st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", "a"]))
BAD = st.sampled_from([("value", math.inf), ("sign", "no"), ("observed_at", "never")])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    keys=st.lists(KEYS, min_size=1, max_size=12, unique=True),
    bad=st.lists(BAD, max_size=4),
    data=st.data(),
)
def test_order_and_repetition_do_not_matter(
    db: Database,
    catalogue: Catalogue,
    keys: list[tuple[int, int, str]],
    bad: list[object],
    data: st.DataObject,
) -> None:
    results = []
    for _ in range(2):
        source = new_source(db)
        good = [
            make(
                source, catalogue, 1000 * m, street=catalogue.streets[s].code, point=p, value=m + s
            )
            for m, s, p in keys
        ]
        faulty = [make(source, catalogue, **{name: value}) for name, value in bad]
        sent = data.draw(st.permutations([*good, *good, *faulty]))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=3)))
        edges = [0, *cuts, len(sent)]
        outcomes = [
            accept(READING, db, catalogue, source, sent[a:b], NOW, "api")
            for a, b in pairwise(edges)
            if b > a
        ]
        line = account(db, source)
        counts = (line.accepted, line.duplicates, line.quarantined)
        assert counts == (len(good), len(good), len(faulty))
        assert counts == (
            sum(o.accepted for o in outcomes),
            sum(o.duplicates for o in outcomes),
            sum(len(o.rejected) for o in outcomes),
        )
        assert len(kept(db, source)) == len(faulty)
        assert line.last_observed == max(to_ms_of(r) for r in good)
        rows = [row[:2] + row[3:] for row in stored(db, catalogue, source)]
        assert len(rows) == len(good)
        results.append(rows)
    assert results[0] == results[1]


def to_ms_of(reading: Reading) -> int:
    """The reading's instant."""
    from domain.facts.fact import instant_ms

    return instant_ms(reading.observed_at)


def test_concurrent_senders_share_out_the_same_readings(
    open_again: Callable[[], Database], db: Database, catalogue: Catalogue
) -> None:
    source = new_source(db)
    rows = [make(source, catalogue, minute) for minute in range(300)]
    senders = [open_again() for _ in range(4)]
    gate = threading.Barrier(4)

    def send(mine: Database) -> list[Outcome]:
        gate.wait(10)
        return [
            accept(READING, mine, catalogue, source, rows[i : i + 30], NOW, "api")
            for i in range(0, 300, 30)
        ]

    with ThreadPoolExecutor(4) as pool:
        outcomes = [o for found in pool.map(send, senders) for o in found]
    assert sum(o.accepted for o in outcomes) == 300
    assert sum(o.duplicates for o in outcomes) == 900
    assert len(stored(db, catalogue, source)) == 300
    with db.read() as conn:
        found = conn.execute(select(batches).where(batches.c.source == source)).all()
    assert sum(batch.accepted for batch in found) == 300
    assert account(db, source).accepted == 300


def test_a_held_store_makes_intake_busy_and_keeps_nothing(
    open_again: Callable[[], Database],
    db: Database,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(intake, "WAIT_S", 1)
    source = new_source(db)
    rows = [make(source, catalogue)]
    other = open_again()
    with other.write() as conn:
        if db.dialect == "postgresql":
            conn.execute(text(f"SELECT pg_advisory_xact_lock({intake._LOCK})"))
        with pytest.raises(Busy):
            accept(READING, db, catalogue, source, rows, NOW, "api")
    (said,) = [record.getMessage() for record in caplog.records if record.name == "yiping.intake"]
    assert said == f"intake takes nothing: {db.name} is busy"  # one plain line, without the SQL
    assert "\n" not in said and "[SQL" not in said and "INSERT" not in said
    assert stored(db, catalogue, source) == []
    assert accept(READING, db, catalogue, source, rows, NOW, "api").accepted == 1


def test_a_store_without_tables_is_a_fault_not_a_wait(db: Database, catalogue: Catalogue) -> None:
    source = new_source(db)
    with db.write() as conn:
        conn.execute(text("DROP TABLE quarantine"))
    with pytest.raises(Exception, match="quarantine") as found:
        accept(
            READING, db, catalogue, source, [make(source, catalogue, value=math.nan)], NOW, "api"
        )
    assert not isinstance(found.value, Busy)


def test_an_old_reading_makes_the_day_it_belongs_to(db: Database, catalogue: Catalogue) -> None:
    source = new_source(db)
    old = make(source, catalogue, observed_at="2009-12-31T23:59:59.999+08:00")
    assert accept(READING, db, catalogue, source, [old], NOW, "file").accepted == 1
    refused = accept(READING, db, catalogue, source, [old], NOW, "api", retain_days=2)
    assert [r.reason for r in refused.rejected] == [Reason.TOO_FAR_BEHIND]
    with db.read() as conn:
        assert day_tables(conn) == ["20091231"]


def test_many_days_in_one_batch(db: Database, catalogue: Catalogue) -> None:
    source = new_source(db)
    rows = [make(source, catalogue, 24 * 60 * day) for day in range(150)]
    assert accept(READING, db, catalogue, source, rows, NOW, "file").accepted == 150
    with db.read() as conn:
        found = [row[5] for row in stored_rows(conn, rows[0].sign)]
        assert found == [NOW - day * DAY_MS for day in reversed(range(150))]


@pytest.mark.postgres
def test_a_lost_connection_is_busy_and_the_next_one_works(
    postgresql_url: str, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "WAIT_S", 30)
    db = open_database(Settings(database_url=postgresql_url))
    source = new_source(db)
    waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with ThreadPoolExecutor(1) as pool, db.read() as conn:
        conn.execute(text(f"SELECT pg_advisory_lock({intake._LOCK})"))
        rows = [make(source, catalogue)]
        sending = pool.submit(accept, READING, db, catalogue, source, rows, NOW, "api")
        pid = eventually(lambda: conn.scalar(text(waiting)))
        conn.execute(text(f"SELECT pg_terminate_backend({pid})"))
        with pytest.raises(Busy):
            sending.result(20)
        conn.execute(text("SELECT pg_advisory_unlock_all()"))
        conn.commit()
        assert accept(READING, db, catalogue, source, rows, NOW, "api").accepted == 1
    db.close()
