"""A reading told again with a higher revision: what stands, what is kept, what the engine makes."""

import random
from typing import Any

import pytest
from sqlalchemy import select, text

from data_access.intake import door as intake
from data_access.intake import revisions
from data_access.intake.door import Outcome
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_source
from data_access.series.rollups import series
from data_access.series.states import history_of
from data_access.store.db import Database
from data_access.store.tables import latest, provisional, quarantine
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, to_rfc3339
from domain.facts.reading import Reading
from engine.loop import Engine
from tests.clocks import FixedClock
from tests.data.alarm_town import DEPTH, SOURCE, Town, smaller

READER = Actor("lead", Role.LEADER)


class Office:
    """A town whose source corrects itself."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.place = town.streets[0]

    def tell(self, *told: tuple[int, float, int], **more: Any) -> Outcome:
        """(instant, value, revision) in one batch."""
        rows = [
            Reading(
                source=SOURCE,
                sign=DEPTH,
                street=self.place,
                observed_at=to_rfc3339(at) or "",
                value=value,
                revision=revision,
                **more,
            )
            for at, value, revision in told
        ]
        town = self.town
        return intake.accept(READING, town.db, town.catalogue, SOURCE, rows, town.clock.ms, "api")

    def stands(self, at: int) -> list[float]:
        """The values in the day tables of an instant."""
        day = self.town.catalogue.zone.local(at).strftime("%Y%m%d")
        with self.town.db.read() as conn:
            found = conn.execute(text(f"SELECT value FROM readings_{day} WHERE observed_at = {at}"))
            return [row[0] for row in found]

    def told(self, from_ms: int = 0) -> list[list[tuple[int, float]]]:
        """(revision, value) of what the sign's page lists."""
        span = (from_ms, self.town.clock.ms + 1)
        asked = (self.town.db, READER, DEPTH, self.place, *span)
        found = revisions.corrections(*asked, 100)
        assert revisions.corrected_instants(*asked) == [r[0].observed_at for r in found[::-1]]
        return [[(one.revision, one.value) for one in each] for each in found]

    def reasons(self) -> list[str]:
        """What lies in quarantine."""
        with self.town.db.read() as conn:
            return list(conn.scalars(select(quarantine.c.reason).order_by(quarantine.c.id)))


@pytest.fixture
def office(db: Database, catalogue: Catalogue, clock: FixedClock) -> Office:
    return Office(Town(db, smaller(catalogue, (DEPTH,)), clock))


def counts(outcome: Outcome) -> tuple[int, int, list[str]]:
    return outcome.accepted, outcome.duplicates, [str(r.reason) for r in outcome.rejected]


def test_a_higher_revision_stands_and_the_older_is_kept(office: Office) -> None:
    at = office.town.clock.ms - MINUTE_MS
    assert counts(office.tell((at, 60.0, 0))) == (1, 0, [])
    assert counts(office.tell((at, 61.0, 0))) == (0, 0, ["conflict"])
    assert counts(office.tell((at, 20.0, 2))) == (1, 0, [])
    assert counts(office.tell((at, 20.0, 2), (at, 60.0, 0))) == (0, 2, [])  # both are known
    assert counts(office.tell((at, 21.0, 2), (at, 61.0, 0))) == (0, 0, ["conflict", "conflict"])
    assert counts(office.tell((at, 40.0, 1))) == (0, 1, [])  # its correction came first
    assert counts(office.tell((at, 20.0, 3))) == (0, 1, [])  # confirmed: nothing else stands
    assert counts(office.tell((at, 22.0, 3))) == (0, 0, ["conflict"])
    assert office.stands(at) == [20.0]
    assert office.told() == [[(0, 60.0), (1, 40.0), (2, 20.0), (3, 20.0)]]
    assert office.reasons() == ["conflict"] * 4


def test_revisions_of_one_batch_in_any_order(office: Office) -> None:
    at = office.town.clock.ms - MINUTE_MS
    told = [(at, float(n), n) for n in range(5)]
    for n, order in enumerate(([4, 0, 3, 1, 2], [0, 1, 2, 3, 4], [2, 2, 4, 1, 0])):
        then = at - n * MINUTE_MS
        outcome = office.tell(*((then, told[m][1], m) for m in order))
        assert outcome.accepted + outcome.duplicates == 5 and outcome.rejected == ()
        assert office.stands(then) == [4.0]
    assert [each[-1] for each in office.told()] == [(4, 4.0)] * 3


def test_the_first_telling_may_have_a_revision(office: Office) -> None:
    at = office.town.clock.ms - MINUTE_MS
    assert counts(office.tell((at, 60.0, 3))) == (1, 0, [])
    assert office.told() == []  # nothing was corrected
    assert counts(office.tell((at, 50.0, 3))) == (0, 0, ["conflict"])
    assert counts(office.tell((at, 50.0, 2))) == (0, 1, [])
    assert office.stands(at) == [60.0]


@pytest.mark.parametrize("revision", [-1, 2**31])
def test_what_is_no_revision_is_refused(office: Office, revision: int) -> None:
    at = office.town.clock.ms - MINUTE_MS
    outcome = office.tell((at, 60.0, revision))
    assert counts(outcome) == (0, 0, ["bad_revision"])
    assert outcome.rejected[0].detail.startswith(f"revision: {revision} is not")


def test_the_present_is_judged_anew(office: Office) -> None:
    town, at = office.town, office.town.clock.ms - MINUTE_MS
    office.tell((at, 60.0, 0))
    town.turn()
    assert [t.state for t in town.log(DEPTH)] == ["alarm"]
    office.tell((at, 1.0, 1))
    town.turn()
    with town.db.read() as conn:
        mine = select(latest.c.value, latest.c.state).where(latest.c.unit == office.place)
        assert [tuple(row) for row in conn.execute(mine)] == [(1.0, "normal")]
    assert [t.state for t in town.log(DEPTH)] == ["normal"]
    town.check()


def test_the_past_is_judged_anew_also_behind_the_window(office: Office) -> None:
    town, now = office.town, office.town.clock.ms
    old = now - 2 * DAY_MS
    office.tell(*((old + n * MINUTE_MS, 1.0, 0) for n in range(60)), (now, 1.0, 0))
    town.turn()
    office.tell((old + 30 * MINUTE_MS, 60.0, 1))
    town.turn()
    town.check()
    states = [t.state for t in town.log(DEPTH)]
    assert "alarm" in states
    office.tell((old + 30 * MINUTE_MS, 1.0, 2))
    town.turn()
    town.check()
    assert "alarm" not in [t.state for t in town.log(DEPTH)]
    hours = series(town.db, office.place, DEPTH, "hour", old - HOUR_MS, old + 2 * HOUR_MS)
    assert max(row[8] for row in hours) == 1.0


def test_a_store_of_corrections_equals_one_that_was_told_the_truth_at_once(
    db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    """Random tellings in random order, taken in piece by piece, with a restart between."""
    rng = random.Random(7)
    office = Office(Town(db, smaller(catalogue, (DEPTH,)), clock))
    town, now = office.town, clock.ms
    instants = [now - n * 7 * MINUTE_MS for n in range(60)]
    tellings = [
        (at, float(rng.randrange(0, 80)), n) for at in instants for n in range(rng.randrange(1, 4))
    ]
    rng.shuffle(tellings)
    for start in range(0, len(tellings), 11):
        office.tell(*tellings[start : start + 11])
        town.turn()
        if start == 44:
            town.restart()
    town.check()

    truth = {at: value for at, value, _ in sorted(tellings, key=lambda each: each[2])}
    assert {at: office.stands(at) for at in instants} == {
        at: [value] for at, value in truth.items()
    }
    with db.read() as conn:
        mine = history_of(conn, office.place, DEPTH, 0)
    place = town.streets[1]  # the same truth, told once, next door
    office.place = place
    office.tell(*((at, truth[at], 0) for at in sorted(instants)))
    town.turn()
    with db.read() as conn:
        theirs = history_of(conn, place, DEPTH, 0)
    assert [(t.since, t.state) for t in mine] == [(t.since, t.state) for t in theirs]


def test_a_correction_confirms_what_was_provisional(office: Office) -> None:
    at = office.town.clock.ms - MINUTE_MS
    office.tell((at, 60.0, 0), quality="provisional")
    office.tell((at, 50.0, 1), quality="provisional")
    with office.town.db.read() as conn:
        assert len(conn.execute(select(provisional)).all()) == 1
    office.tell((at, 40.0, 2))
    office.tell((at, 55.0, 1), quality="provisional")  # a conflict with what is superseded
    with office.town.db.read() as conn:
        assert conn.execute(select(provisional)).all() == []
    assert office.stands(at) == [40.0]


def test_retention_forgets_tellings_with_the_hours(office: Office) -> None:
    at = office.town.clock.ms - MINUTE_MS
    office.tell((at, 60.0, 0))
    office.tell((at, 50.0, 1))
    for edge in (at, at + 1):  # heard a minute later than observed
        with office.town.db.write() as conn:
            revisions.prune(conn, edge)
        assert office.told() == [[(0, 60.0), (1, 50.0)]]
    with office.town.db.write() as conn:
        revisions.prune(conn, office.town.clock.ms + 1)
    assert office.told() == []


def test_corrections_are_whose_source_they_are(
    office: Office, db: Database, catalogue: Catalogue, clock: FixedClock
) -> None:
    at = clock.ms - MINUTE_MS
    office.tell((at, 60.0, 0))
    ensure_source(db, catalogue, "station-c", clock.ms)
    row = Reading("station-c", DEPTH, to_rfc3339(at) or "", 10.0, office.place, revision=5)
    other = intake.accept(READING, db, office.town.catalogue, "station-c", [row], clock.ms, "api")
    assert counts(other) == (1, 0, [])
    assert sorted(office.stands(at)) == [10.0, 60.0]
    Engine(db, office.town.catalogue, clock.ms)
