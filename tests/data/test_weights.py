"""A new version of the weights takes effect on its day and leaves the past as it was."""

from dataclasses import replace
from math import floor

import pytest

from data_access.rankings import standings as scores
from data_access.scoring.departments import department_days
from data_access.series.editions import receipt_editions
from data_access.series.terms import remember_terms
from data_access.store.db import Database
from data_access.store.tables import rollup_day, rollup_hour
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.scoring.by_hours import spent
from domain.scoring.receipt import Receipt
from domain.span import Span
from domain.terms import Edition
from domain.weights import Weights
from tests.data.test_scores import LEADER, NOW, _day, _fill, _week, blocks_of, row


def dearer(catalogue: Catalogue, day: int) -> Catalogue:
    """The same city, whose alarms cost more from the local day that begins at `day`."""
    date = catalogue.zone.date(day)
    more = Weights(2, date, 0.5, 1.25, 4.5, 90)
    return replace(catalogue, weights=(*catalogue.weights, more))


@pytest.fixture
def city(db: Database, catalogue: Catalogue) -> Database:
    places = [catalogue.code, *(s.code for s in catalogue.streets[:6])]
    return _fill(db, catalogue, places, 10)


def receipt_of(db: Database, catalogue: Catalogue, span: Span) -> Receipt:
    return scores.receipt(db, LEADER, catalogue, "index", catalogue.streets[0].code, span)


def of_days(catalogue: Catalogue, first: int, last: int) -> Span:
    return Span.of(_day(catalogue, first), _day(catalogue, last), NOW, catalogue.zone)


def test_the_past_keeps_its_points_and_the_new_days_have_theirs(
    city: Database, catalogue: Catalogue
) -> None:
    after = dearer(catalogue, _day(catalogue, 4))
    old, new = of_days(catalogue, 9, 4), of_days(catalogue, 4, 0)
    before = receipt_of(city, catalogue, old)
    assert receipt_of(city, after, old) == before
    assert [w.version for w in before.weights] == [1]
    changed = receipt_of(city, after, new)
    assert [w.version for w in changed.weights] == [2]
    assert changed.points > receipt_of(city, catalogue, new).points
    weights = after.weights[1]
    for line in changed.lines:
        h = spent(line).hours
        cost = weights.attention * h.attention + weights.warning * h.warning + 4.5 * h.alarm
        assert line.points == floor(cost / h.known * (9000 / changed.count) + 0.5)


def test_a_period_over_a_change_costs_each_day_by_its_own(
    city: Database, catalogue: Catalogue
) -> None:
    after, span = dearer(catalogue, _day(catalogue, 4)), of_days(catalogue, 9, 0)
    mixed = receipt_of(city, after, span)
    assert mixed.weights == after.weights
    parts = [
        {line.subject.code: line for line in receipt_of(city, after, piece).lines}
        for piece in (of_days(catalogue, 9, 4), of_days(catalogue, 4, 0))
    ]
    for line in mixed.lines:
        old, new = (part[line.subject.code] for part in parts)
        assert spent(line).parts == (spent(old).hours, spent(new).hours)
        share = spent(old).hours.known / spent(line).hours.known
        exact = old.points * share + new.points * (1 - share)
        assert abs(line.points - exact) <= 1, "but for the rounding of either part"
    assert mixed.points == sum(line.points for line in mixed.lines)


def test_blocks_ranking_and_receipt_are_of_one_sum(city: Database, catalogue: Catalogue) -> None:
    after, span = dearer(catalogue, _day(catalogue, 4)), of_days(catalogue, 9, 0)
    place = catalogue.streets[0].code
    found = receipt_of(city, after, span)
    assert found.score is not None
    blocks = blocks_of(city, after, place, span)
    mean = sum(score for _, score in blocks) / len(blocks)
    assert mean == pytest.approx(found.score / 100)
    ranking = scores.ranking(city, LEADER, after, "index", catalogue.streets[0].kind, span).ranking
    mine = next(line for line in ranking.rows if line.code == place)
    assert mine.raw is not None and round(mine.raw * 100) == found.score


def test_a_departments_days_are_scored_by_the_weights_of_each(
    city: Database, catalogue: Catalogue
) -> None:
    after = dearer(catalogue, _day(catalogue, 3))
    owner = catalogue.signs[0].department
    span = (owner, _day(catalogue, 7), _day(catalogue, 0))
    old = department_days(city, LEADER, catalogue, *span)
    new = department_days(city, LEADER, after, *span)
    assert [d.start for d in new] == [_day(catalogue, back) for back in range(7, 0, -1)]
    assert new[:4] == old[:4] and all(
        a.score < b.score for a, b in zip(new[4:], old[4:], strict=True)
    )


def test_hours_are_parted_at_the_same_midnight_as_days(db: Database, catalogue: Catalogue) -> None:
    turn, place, sign = _day(catalogue, 1), catalogue.streets[0].code, catalogue.signs[0].code
    rows = [
        row(place, sign, turn + n * HOUR_MS, 1.0, (0.0, 0.0, 1.0 if n in (-1, 0, 1) else 0.0))
        for n in range(-24, 24)
    ]
    with db.write() as conn:
        db.upsert(conn, rollup_hour, rows)
        db.upsert(conn, rollup_day, [row(place, sign, turn, 24.0, (0.0, 0.0, 2.0))])
    after = dearer(catalogue, turn)
    made = receipt_of(db, after, of_days(catalogue, 2, 0))
    line = next(line for line in made.lines if line.subject.code == sign)
    assert [part.alarm for part in spent(line).parts] == [1.0, 2.0]
    assert [part.known for part in spent(line).parts] == [24.0, 24.0]


def test_a_version_to_come_is_not_named(city: Database, catalogue: Catalogue) -> None:
    later = dearer(catalogue, _day(catalogue, -1))
    today = Span.of(_day(catalogue, 0), _day(catalogue, -3), NOW, catalogue.zone)
    assert [w.version for w in receipt_of(city, later, today).weights] == [1]


def test_a_receipt_names_the_cut_offs_also_those_that_were_edited(
    city: Database, catalogue: Catalogue
) -> None:
    remember_terms(city, catalogue, _day(catalogue, 7))
    sign = catalogue.signs[0]
    moved = replace(sign.thresholds[0], alarm=sign.thresholds[0].warning)
    edited = replace(
        catalogue,
        signs=(replace(sign, thresholds=(moved,)), *catalogue.signs[1:]),
    )
    remember_terms(city, edited, _day(catalogue, 2) + HOUR_MS)
    span = _week(catalogue)
    made = scores.receipt(city, LEADER, edited, "index", catalogue.code, span)
    found = receipt_editions(city, LEADER, edited, made, span)
    first = Edition(1, sign.thresholds[0].valid_from)
    assert found[sign.code] == (first, Edition(1, catalogue.zone.date(_day(catalogue, 2))))
    assert all(found[s.code] == (first,) for s in catalogue.signs[1:])
