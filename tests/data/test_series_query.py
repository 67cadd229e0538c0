"""The course of a sign: the right tier, gaps as gaps, comparisons, on both databases."""

import pytest

from data_access.series import rollups, states
from data_access.series.series_query import MAX_POINTS, Ask, course, sparks, tiers_for
from data_access.store.db import Database
from domain.actor import Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.indicator import Rule
from domain.sign import Sign
from tests.clocks import FixedClock

READER = Actor("r", Role.LEADER)
END = FixedClock().ms  # 10:00 local
MINUTE_FROM, HOUR_FROM = END - 7 * DAY_MS, END - 400 * DAY_MS


def ask(sign: Sign, place: str, span: int, before: int = 7 * DAY_MS, end: int = END) -> Ask:
    year = 365 * DAY_MS
    return Ask(place, sign.code, end - span, end, before, year, MINUTE_FROM, HOUR_FROM)


def sign_with(catalogue: Catalogue, cadence_s: int, rule: Rule | None = None) -> Sign:
    return next(
        s for s in catalogue.signs if s.cadence_s == cadence_s and (rule is None or s.rule is rule)
    )


def put(db: Database, tier: str, place: str, sign: Sign, rows: dict[int, float]) -> None:
    """Rows of one sample each; hours and days as judged attention for a quarter of them."""
    rest: tuple[float | None, ...] = (0,) if tier == "minute" else (1.0, 0.25, 0.0, 0.0)
    full = [
        (place, sign.code, at, v * 2.0, 2.0, 1, v, v - 1, v + 1, False, *rest)
        for at, v in rows.items()
    ]
    with db.write() as conn:
        db.upsert(conn, rollups.TIERS[tier], full)


@pytest.mark.parametrize(
    ("cadence", "span", "tier"),
    [
        (60, DAY_MS, "minute"),
        (60, 7 * DAY_MS, "hour"),
        (300, DAY_MS, "minute"),
        (900, 7 * DAY_MS, "minute"),
        (3600, 7 * DAY_MS, "minute"),  # one sample an hour
        (60, 30 * DAY_MS, "hour"),
        (3600, 365 * DAY_MS, "day"),
    ],
)
def test_the_tier_follows_the_span(
    catalogue: Catalogue, cadence: int, span: int, tier: str
) -> None:
    sign = sign_with(catalogue, cadence)
    found = tiers_for(sign, ask(sign, catalogue.code, span))
    assert found[0][0] == tier
    assert all(span // step <= MAX_POINTS for _, step in found)


def test_what_has_been_dropped_is_not_asked_for(catalogue: Catalogue) -> None:
    sign = sign_with(catalogue, 60)
    day = ask(sign, catalogue.code, DAY_MS)
    assert tiers_for(sign, day, 7 * DAY_MS)[0][0] == "hour"
    assert tiers_for(sign, day, 420 * DAY_MS) == [("day", DAY_MS)]


def test_a_day_of_samples_with_a_gap(db: Database, catalogue: Catalogue) -> None:
    sign, place = sign_with(catalogue, 300, Rule.WEIGHTED), catalogue.code
    step = sign.slot_ms
    slots = range(END - DAY_MS, END, step)
    lost = range(END - 6 * HOUR_MS, END - 4 * HOUR_MS)
    put(db, "minute", place, sign, {at: 5.0 for at in slots if at not in lost})
    put(db, "minute", place, sign, {END: 99.0, END - DAY_MS - step: 98.0})  # outside
    found = course(db, READER, catalogue, ask(sign, place, DAY_MS)).line
    assert (found.tier, found.step_ms, found.start) == ("minute", step, END - DAY_MS)
    assert len(found.values) == DAY_MS // step
    missing = [found.start + n * step for n, v in enumerate(found.values) if v is None]
    assert missing == [at for at in slots if at in lost]
    assert set(found.values) == {5.0, None}


def test_a_tier_that_is_not_whole_gives_way(db: Database, catalogue: Catalogue) -> None:
    sign, place = sign_with(catalogue, 60, Rule.SUM), catalogue.code
    put(db, "minute", place, sign, {at: 1.0 for at in range(END - DAY_MS, END, HOUR_MS)})
    put(db, "hour", place, sign, {at: 2.0 for at in range(END - DAY_MS, END, HOUR_MS)})
    found = course(db, READER, catalogue, ask(sign, place, DAY_MS)).line
    assert found.tier == "hour" and set(found.values) == {2.0}


def test_the_comparison_is_laid_under_the_span(db: Database, catalogue: Catalogue) -> None:
    sign, place = sign_with(catalogue, 3600, Rule.MEAN), catalogue.code
    week, year = 7 * DAY_MS, 365 * DAY_MS
    hours = range(END - DAY_MS, END, HOUR_MS)
    for back, value in ((0, 4.0), (week, 3.0), (year, 2.0)):
        put(db, "hour", place, sign, {at - back: value for at in hours})
    put(db, "hour", place, sign, {END - DAY_MS: 10.0})
    found = course(db, READER, catalogue, ask(sign, place, DAY_MS))
    assert found.before.start == END - DAY_MS
    assert set(found.before.values) == {3.0}
    assert found.now.value == pytest.approx((23 * 4 + 10) / 24, abs=1e-6)
    assert (found.now.low, found.now.high) == (3.0, 11.0)
    assert (found.previous.value, found.year_ago.value) == (3.0, 2.0)
    assert (found.now.known, found.now.attention) == (24.0, 6.0)


def test_nothing_is_nothing_and_not_zero(db: Database, catalogue: Catalogue) -> None:
    sign = catalogue.signs[0]
    found = course(db, READER, catalogue, ask(sign, catalogue.code, 30 * DAY_MS))
    assert set(found.line.values) == set(found.before.values) == {None}
    assert found.now == found.previous == found.year_ago
    assert found.now.value is None and found.now.known == 0
    assert found.transitions == ()


def test_a_ratio_is_summed_before_it_is_divided(db: Database, catalogue: Catalogue) -> None:
    sign, place = sign_with(catalogue, 3600, Rule.RATIO), catalogue.code
    judged = (False, 1.0, 0.0, 0.0, 0.0)
    rows = [
        (place, sign.code, END - HOUR_MS, 10.0, 10.0, 1, 1.0, 1.0, 1.0, *judged),
        (place, sign.code, END - 2 * HOUR_MS, 0.0, 90.0, 1, 0.0, 0.0, 0.0, *judged),
    ]
    with db.write() as conn:
        db.upsert(conn, rollups.TIERS["hour"], rows)
    found = course(db, READER, catalogue, ask(sign, place, DAY_MS))
    assert found.now.value == pytest.approx(0.1)


def test_transitions_begin_with_the_state_that_was_in_force(
    db: Database, catalogue: Catalogue
) -> None:
    sign, place = catalogue.signs[0], catalogue.code
    history: list[states.HistoryRow] = [
        (place, sign.code, END - 3 * DAY_MS, "normal", 1.0, 1, None, None, False),
        (place, sign.code, END - 2 * DAY_MS, "alarm", 2.0, 1, None, None, False),
        (place, sign.code, END - HOUR_MS, "normal", 3.0, 1, None, None, False),
        (place, sign.code, END + MINUTE_MS, "warning", 4.0, 1, None, None, False),
    ]
    with db.write() as conn:
        states.change_history(db, conn, [], history)
    found = course(db, READER, catalogue, ask(sign, place, DAY_MS)).transitions
    assert [(t.state, t.since) for t in found] == [
        ("alarm", END - 2 * DAY_MS),
        ("normal", END - HOUR_MS),
    ]


def test_sparks_are_every_sign_in_one_read(db: Database, catalogue: Catalogue) -> None:
    a, b = catalogue.signs[0], catalogue.signs[1]
    put(db, "hour", catalogue.code, a, {END - HOUR_MS: 1.0, END - 24 * HOUR_MS: 2.0, END: 9.0})
    put(db, "hour", "elsewhere", b, {END - HOUR_MS: 7.0})
    found = {s.sign: s.values for s in sparks(db, READER, catalogue, catalogue.code, END)}
    assert set(found) == {s.code for s in catalogue.signs}
    assert {len(values) for values in found.values()} == {24}
    assert found[a.code][0] is not None and found[a.code][-1] is not None
    assert [v for v in found[a.code][1:-1] if v is not None] == []
    assert set(found[b.code]) == {None}
    street = catalogue.streets[0].code
    below = {s.sign for s in sparks(db, READER, catalogue, street, END)}
    assert below == {s.code for s in catalogue.signs if s.at_street}


def test_a_wall_asks_for_no_course(db: Database, catalogue: Catalogue) -> None:
    wall = Actor("w", Role.SCREEN)
    with pytest.raises(Forbidden):
        course(db, wall, catalogue, ask(catalogue.signs[0], catalogue.code, DAY_MS))
    with pytest.raises(Forbidden):
        sparks(db, wall, catalogue, catalogue.code, END)
