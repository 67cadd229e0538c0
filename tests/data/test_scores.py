"""Scores, receipts and rankings over the store, on both databases."""

import random
from itertools import pairwise

import msgspec
import pytest

from data_access.measures.places import basis
from data_access.rankings import standings as scores
from data_access.scoring.hours import scored
from data_access.scoring.rates import rate_signs
from data_access.scoring.score_rows import state_sums
from data_access.store.db import Database
from data_access.store.tables import latest, rollup_day, rollup_hour
from domain.actor import PEOPLE, Actor, Forbidden, Role
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from domain.scoring.by_hours import spent
from domain.scoring.ranking import Why
from domain.scoring.receipt import FULL, Receipt
from domain.sign import Sign
from domain.span import Span

NOW = 1_795_399_200_000
LEADER = Actor("l", Role.LEADER)
Row = tuple[object, ...]


def _day(catalogue: Catalogue, back: int) -> int:
    return catalogue.zone.day_start(NOW) - back * DAY_MS


def _week(catalogue: Catalogue) -> Span:
    """The seven whole days before today."""
    return Span.of(_day(catalogue, 7), _day(catalogue, 0), NOW, catalogue.zone)


def row(
    place: str,
    sign: str,
    bucket: int,
    known: float,
    ill: tuple[float, float, float] = (0.0, 0.0, 0.0),
    case: tuple[float, float] = (1.0, 1.0),
) -> Row:
    """A row of the hour or day tier: hours known, in attention, warning, alarm; Σ, n."""
    return (place, sign, bucket, *case, 1, 1.0, 1.0, 1.0, False, known, *ill)


def known_of(_: Sign) -> float:
    return 24.0  # a value counts until the next one, however rare they are


def _fill(db: Database, catalogue: Catalogue, places: list[str], days: int) -> Database:
    """Every sign at these places, each with troubles of its own, up to today."""
    dice = random.Random(11)
    rows: list[Row] = []
    for place in places:
        for sign in catalogue.signs:
            if place != catalogue.code and not sign.at_street:
                continue
            whole = known_of(sign)
            for back in range(days):
                parts = [dice.random() * whole / 7 for _ in range(3)]
                ill = (parts[0], parts[1], parts[2] if dice.random() < 0.3 else 0.0)
                start = _day(catalogue, back)
                rows.append(row(place, sign.code, start, whole, ill, (8800.0, 100.0)))
    with db.write() as conn:
        db.upsert(conn, rollup_day, rows)
    return db


@pytest.fixture
def whole_city(db: Database, catalogue: Catalogue) -> Database:
    """A week and the whole week before, everywhere."""
    places = [catalogue.code, *(s.code for s in catalogue.streets)]
    return _fill(db, catalogue, places, 15)


@pytest.fixture
def city(db: Database, catalogue: Catalogue) -> Database:
    """A week of the district and a few streets."""
    return _fill(db, catalogue, [catalogue.code, *_few(catalogue)], 8)


def blocks_of(
    db: Database, catalogue: Catalogue, place: str, span: Span
) -> list[tuple[int, float]]:
    """(start, score) of each day or hour of a place's score."""
    found = scored(db, catalogue, (basis(catalogue, place),), span, span.from_ms)
    return list(zip(found.starts, found.blocks[place], strict=True))


def _few(catalogue: Catalogue) -> list[str]:
    return [s.code for s in catalogue.streets][:4]


def test_every_streets_lines_sum_to_its_score_and_to_its_rank(
    whole_city: Database, catalogue: Catalogue
) -> None:
    span = _week(catalogue)
    found: dict[str, Receipt] = {}
    for place in (catalogue.code, *(s.code for s in catalogue.streets)):
        receipt = scores.receipt(whole_city, LEADER, catalogue, "index", place, span)
        assert receipt.folded is None and receipt.excluded == 0
        assert receipt.count == len(receipt.lines)
        assert receipt.score == FULL - sum(line.points for line in receipt.lines)
        groups = receipt.groups([goal.code for goal in catalogue.goals])
        assert receipt.score == FULL - sum(group.points for group in groups)
        assert receipt.coverage == 1.0 and receipt.usable == 1.0
        found[place] = receipt
    assert len({receipt.score for receipt in found.values()}) > 20
    assert found[catalogue.code].count == len(catalogue.signs)
    for kind in ("street", "town"):
        standings = scores.ranking(whole_city, LEADER, catalogue, "index", kind, span)
        places = [s.code for s in catalogue.streets if s.kind == kind]
        assert sorted(r.code for r in standings.ranking.rows) == sorted(places)
        assert standings.ranking.ranked == len(places)
        for ranked in standings.ranking.rows:
            assert ranked.raw is not None
            assert round(ranked.raw * 100) == found[ranked.code].score
            assert ranked.change is not None and ranked.low < ranked.raw < ranked.high
        assert standings.before.to_ms == span.from_ms and standings.data_from == span.from_ms


def test_blocks_have_the_score_as_their_mean(city: Database, catalogue: Catalogue) -> None:
    span = _week(catalogue)
    place = catalogue.streets[0].code
    blocks = blocks_of(city, catalogue, place, span)
    assert [start for start, _ in blocks] == [_day(catalogue, back) for back in range(7, 0, -1)]
    receipt = scores.receipt(city, LEADER, catalogue, "index", place, span)
    assert sum(score for _, score in blocks) / 7 == pytest.approx(receipt.score / 100)


def test_departments_are_ranked_by_the_signs_they_own(city: Database, catalogue: Catalogue) -> None:
    span = _week(catalogue)
    seen = set()
    for kind in sorted({d.kind for d in catalogue.departments}):
        standings = scores.ranking(city, LEADER, catalogue, "department", kind, span)
        for ranked in standings.ranking.rows:
            receipt = scores.receipt(city, LEADER, catalogue, "department", ranked.code, span)
            assert {catalogue.sign[x.subject.code].department for x in receipt.lines} == {
                ranked.code
            }
            assert receipt.score == round((ranked.raw or 0.0) * 100)
            assert catalogue.department[ranked.code].kind == kind
            seen.add(ranked.code)
    assert seen == {s.department for s in catalogue.signs}


def test_a_department_opens_its_own_receipt_and_no_other(
    city: Database, catalogue: Catalogue
) -> None:
    span = _week(catalogue)
    for mine in catalogue.departments:
        actor = Actor("d", Role.DEPARTMENT, mine.code)
        for other in catalogue.departments:
            if other.code == mine.code:
                found = scores.receipt(city, actor, catalogue, "department", other.code, span)
                assert all(line.subject.owner == mine.code for line in found.lines)
            else:
                with pytest.raises(Forbidden):
                    scores.receipt(city, actor, catalogue, "department", other.code, span)
    with pytest.raises(Forbidden):
        nobody = Actor("d", Role.DEPARTMENT, None)
        scores.receipt(city, nobody, catalogue, "department", catalogue.departments[0].code, span)
    with pytest.raises(KeyError):
        scores.receipt(city, LEADER, catalogue, "department", "no-such", span)


def test_the_lines_of_other_departments_are_one_line(city: Database, catalogue: Catalogue) -> None:
    span = _week(catalogue)
    place = catalogue.streets[3].code
    whole = scores.receipt(city, LEADER, catalogue, "index", place, span)
    for department in catalogue.departments:
        actor = Actor("d", Role.DEPARTMENT, department.code)
        found = scores.receipt(city, actor, catalogue, "index", place, span)
        assert {line.subject.owner for line in found.lines} <= {department.code}
        assert found.folded is not None
        points = sum(line.points for line in found.lines) + found.folded.points
        assert FULL - points == found.score == whole.score
        assert len(found.lines) + found.folded.lines == whole.count
    nobody = Actor("d", Role.DEPARTMENT, None)
    assert scores.receipt(city, nobody, catalogue, "index", place, span).lines == ()


def test_who_may_see_rankings(city: Database, catalogue: Catalogue) -> None:
    span = _week(catalogue)
    rate = rate_signs(catalogue)[0].code
    place = catalogue.streets[0].code
    asked = (
        lambda who: scores.ranking(city, who, catalogue, "index", "street", span),
        lambda who: scores.ranking(city, who, catalogue, "department", "district", span),
        lambda who: scores.ranking(city, who, catalogue, rate, "street", span),
        lambda who: scores.receipt(city, who, catalogue, "index", place, span),
        lambda who: scores.receipt(city, who, catalogue, "department", "none", span),
    )
    answers = {}
    for role in PEOPLE:
        who = Actor("x", role, catalogue.departments[0].code)
        answers[role] = [ask(who) for ask in asked[:3]]
    assert all(answer == answers[Role.LEADER] for answer in answers.values())
    for ask in asked:
        with pytest.raises(Forbidden):
            ask(Actor("wall", Role.SCREEN))


def test_answers_survive_the_caches_codec(city: Database, catalogue: Catalogue) -> None:
    span = _week(catalogue)
    rate = rate_signs(catalogue)[0].code
    place = catalogue.streets[0].code
    actor = Actor("d", Role.DEPARTMENT, catalogue.signs[0].department)
    for answer in (
        scores.ranking(city, LEADER, catalogue, "index", "street", span),
        scores.ranking(city, LEADER, catalogue, rate, "town", span),
        scores.receipt(city, actor, catalogue, "index", place, span),
        scored(city, catalogue, (basis(catalogue, place),), span, span.from_ms),
    ):
        raw = msgspec.msgpack.encode(answer)
        assert msgspec.msgpack.decode(raw, type=type(answer)) == answer


def _rate(catalogue: Catalogue) -> Sign:
    rates = rate_signs(catalogue)
    return next(s for s in rates if s.cadence_s <= 3600 and s.measured_in.zh == "%")


def test_a_groups_rate_is_sum_over_sum(db: Database, catalogue: Catalogue) -> None:
    sign = _rate(catalogue)
    towns = [s.code for s in catalogue.streets if s.kind == "town"]
    cases = {towns[0]: (90.0, 1000.0), towns[1]: (50.0, 40.0), towns[2]: (99.0, 29.0)}
    rows = [
        row(place, sign.code, _day(catalogue, back), 24.0, case=(percent * n / 7, n / 7))
        for place, (percent, n) in cases.items()
        for back in range(1, 8)
    ]
    with db.write() as conn:
        db.upsert(conn, rollup_day, rows)
    span = _week(catalogue)
    found = scores.ranking(db, LEADER, catalogue, sign.code, "town", span).ranking
    by_code = {ranked.code: ranked for ranked in found.rows}
    expected = (900 + 20 + 28.71) / (1000 + 40 + 29) * 100
    assert found.mean == pytest.approx(expected)
    assert found.mean != pytest.approx(sum(p for p, _ in cases.values()) / 3, abs=5)
    first = by_code[towns[0]]
    assert (first.numerator, first.denominator) == (pytest.approx(900), pytest.approx(1000))
    assert first.raw == pytest.approx(90.0)
    assert first.value == round((900 + 30 * expected / 100) / 1030 * 100, sign.decimals)
    assert by_code[towns[2]].why is Why.SMALL_SAMPLE and by_code[towns[2]].denominator == 29
    assert by_code[towns[3]].why is Why.NO_DATA and by_code[towns[3]].excluded == 168
    assert found.ranked == 2
    with pytest.raises(KeyError):
        ratio = {s.code for s in rate_signs(catalogue)}
        other = next(s.code for s in catalogue.signs if s.code not in ratio)
        scores.ranking(db, LEADER, catalogue, other, "town", span)


def test_stale_hours_are_excluded_and_said(db: Database, catalogue: Catalogue) -> None:
    sign = _rate(catalogue)
    good, silent = [s.code for s in catalogue.streets if s.kind == "street"][:2]
    rows = [
        row(place, sign.code, _day(catalogue, back), 24.0, case=(9000.0, 100.0))
        for place in (good, silent)
        for back in range(1, 8)
        if place == good or back > 3  # fell silent four days into the week
    ]
    with db.write() as conn:
        db.upsert(conn, rollup_day, rows)
    span = _week(catalogue)
    found = scores.ranking(db, LEADER, catalogue, sign.code, "street", span).ranking
    by_code = {ranked.code: ranked for ranked in found.rows}
    assert (by_code[good].excluded, by_code[good].why) == (0.0, None)
    assert by_code[silent].excluded == 72.0 and by_code[silent].why is Why.LOW_COVERAGE
    assert by_code[silent].denominator == 400.0
    # in a score: the silent sign costs what it cost while it spoke, over the hours it spoke
    receipt = scores.receipt(db, LEADER, catalogue, "index", silent, span)
    line = next(x for x in receipt.lines if x.subject.code == sign.code)
    known = spent(line)
    assert (known.hours.known, known.expected, known.coverage) == (96.0, 168, pytest.approx(4 / 7))
    assert receipt.excluded == receipt.count - 1


def test_hours_and_days_of_the_same_stretch_agree(db: Database, catalogue: Catalogue) -> None:
    place, sign = catalogue.streets[0].code, catalogue.signs[0].code
    dice = random.Random(3)
    hours = [
        row(place, sign, _day(catalogue, 8) + n * HOUR_MS, 1.0, (dice.random() / 3, 0.2, 0.1))
        for n in range(8 * 24)
    ]
    days = [
        row(place, sign, start, 24.0, tuple(sum(h[c] for h in part) for c in (11, 12, 13)))
        for start, part in ((_day(catalogue, 8 - n), hours[n * 24 : n * 24 + 24]) for n in range(8))
    ]
    with db.write() as conn:
        db.upsert(conn, rollup_hour, hours)
        db.upsert(conn, rollup_day, days)
    first, last = _day(catalogue, 7) + 5 * HOUR_MS, _day(catalogue, 1) + 9 * HOUR_MS
    cut = Span.of(first, last, NOW, catalogue.zone, whole_days=False)
    assert [tier for tier, _, _ in cut.pieces()] == ["hour", "day", "hour"]
    ((_, found),) = state_sums(db, (place,), (sign,), cut).items()
    wanted = [h for h in hours if first <= h[2] < last]
    assert found.known == len(wanted) == (last - first) / HOUR_MS
    assert found.attention == pytest.approx(sum(h[11] for h in wanted), abs=1e-4)
    blocks = blocks_of(db, catalogue, place, cut)
    assert len(blocks) == 7 and all(b[0] - a[0] == DAY_MS for a, b in pairwise(blocks))
    receipt = scores.receipt(db, LEADER, catalogue, "index", place, cut)
    assert sum(score for _, score in blocks) / 7 == pytest.approx(receipt.score / 100)


def _latest(place: str, sign: str) -> Row:
    return (place, sign, 1.0, NOW, 1.0, 1.0, 1, "normal", NOW, 1, False)


def test_a_young_store_ranks_what_it_has_and_says_since_when(
    db: Database, catalogue: Catalogue
) -> None:
    begun = _day(catalogue, 2) + 10 * HOUR_MS
    signs = [s for s in catalogue.signs if s.at_street and s.cadence_s <= 3600]
    streets = [s.code for s in catalogue.streets if s.kind == "street"]
    days, hours = [], []
    for place in streets:
        for sign in signs:
            for n in range((_day(catalogue, 0) - begun) // HOUR_MS):
                hours.append(row(place, sign.code, begun + n * HOUR_MS, 1.0))
            days.append(row(place, sign.code, _day(catalogue, 2), 14.0))
            days.append(row(place, sign.code, _day(catalogue, 1), 24.0))
    # one sign with a long past makes no old store
    days += [row(p, signs[0].code, _day(catalogue, 30), 24.0) for p in streets]
    with db.write() as conn:
        db.upsert(conn, rollup_day, days)
        db.upsert(conn, rollup_hour, hours)
        db.upsert(conn, latest, [_latest(p, s.code) for p in streets for s in signs])
    span = _week(catalogue)
    found = scores.ranking(db, LEADER, catalogue, "index", "street", span)
    assert found.data_from == begun
    receipt = scores.receipt(db, LEADER, catalogue, "index", streets[0], span)
    assert {spent(x).expected for x in receipt.lines if x.why is None} == {38}
    assert receipt.coverage == 1.0
    older = [row(p, s.code, _day(catalogue, 9), 24.0) for p in streets for s in signs]
    with db.write() as conn:
        db.upsert(conn, rollup_day, older)
    # now it was there before: what is missing is missing
    found = scores.ranking(db, LEADER, catalogue, "index", "street", span)
    assert found.data_from == span.from_ms
    assert {r.why for r in found.ranking.rows} <= {Why.LOW_COVERAGE, Why.FEW_USABLE}


def test_an_empty_store_ranks_nobody(db: Database, catalogue: Catalogue) -> None:
    span = _week(catalogue)
    for found in (
        scores.ranking(db, LEADER, catalogue, "index", "town", span),
        scores.ranking(db, LEADER, catalogue, "department", "district", span),
        scores.ranking(db, LEADER, catalogue, _rate(catalogue).code, "town", span),
    ):
        assert {r.why for r in found.ranking.rows} == {Why.NO_DATA}
        assert found.data_from == span.from_ms
    receipt = scores.receipt(db, LEADER, catalogue, "index", catalogue.code, span)
    assert receipt.score is None and receipt.excluded == receipt.count
    with pytest.raises(KeyError):
        scores.receipt(db, LEADER, catalogue, "index", "nowhere", span)


def test_a_past_of_which_little_is_known_is_not_compared_with(
    db: Database, catalogue: Catalogue
) -> None:
    places = _few(catalogue)
    _fill(db, catalogue, places, 8)
    span = _week(catalogue)
    signs = [s for s in catalogue.signs if s.at_street]
    few = signs[: len(signs) // 10]

    def changes() -> set[bool]:
        kind = catalogue.streets[0].kind
        found = scores.ranking(db, LEADER, catalogue, "index", kind, span).ranking.rows
        return {row.change is not None for row in found if row.code in places and row.rank}

    def before(signs: list[Sign]) -> None:
        rows = [
            row(place, s.code, _day(catalogue, back), known_of(s), (0.0, 0.1, 0.0))
            for place in places
            for s in signs
            for back in range(8, 15)
        ]
        with db.write() as conn:
            db.upsert(conn, rollup_day, rows)

    before(few)
    assert changes() == {False}
    before(signs)
    assert changes() == {True}
