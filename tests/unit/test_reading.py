"""What makes a reading acceptable: every reason, every edge, and no memory of earlier ones."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, to_ms, to_rfc3339
from domain.facts.fact import AHEAD_MS, EARLIEST_MS, Parcel, Pieces, Reason, instant_ms, window
from domain.facts.reading import Checked, Reading, Stretch
from domain.facts.reading_check import Validator
from domain.indicator import Rule
from domain.place import CatalogueSource, Street
from domain.text import Text
from domain.zone import Zone
from tests.unit.signs import WEIGHTS, make_sign

NOW = to_ms(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
STREET = "310115005"


def _street(code: str) -> Street:
    return Street(code, code + "000", *[Text.same(code)] * 2, "street", *[None] * 5, basis="test")


def _catalogue() -> Catalogue:
    signs = (
        make_sign(code="T-01", value_min=-5, value_max=1000),
        make_sign(code="T-02", street_rule=Rule.NA, threshold_rule="n/a"),
        make_sign(code="T-03", rule=Rule.NA),
    )
    empty: Any = ()
    return Catalogue(
        *("test", "1", "310115", *[Text(zh="测试区", en="Test")] * 2, Zone.fixed(480), None, None),
        domains=empty,
        goals=empty,
        signs=signs,
        streets=(_street(STREET), _street("310115007")),
        committees=empty,
        departments=empty,
        sources=(CatalogueSource("known", Text(zh="已知", en="Known"), "d", 60),),
        fields=empty,
        industries=empty,
        scenarios=empty,
        map_path="",
        weights=(WEIGHTS,),
    )


CATALOGUE = _catalogue()


def reading(**changes: Any) -> Reading:
    """A good reading with some fields changed."""
    good = Reading("probe", "T-01", to_rfc3339(NOW) or "", 12.0, STREET)
    return msgspec.structs.replace(good, **changes)


def check(
    *readings: Reading, validator: Validator | None = None, retain: int | None = 2
) -> Checked:
    """Judge readings of `probe` at NOW."""
    judge = validator or Validator(CATALOGUE)
    return judge.check(Parcel(readings, range(len(readings))), "probe", window(NOW, retain))


def verdict(one: Reading, validator: Validator | None = None) -> Reason | None:
    """The reason for which a reading is refused; None when it is not."""
    found = check(one, validator=validator).rejected
    return found[0].reason if found else None


def ago(ms: int) -> str:
    """The instant so many ms before NOW."""
    return to_rfc3339(NOW - ms) or ""


REFUSED = [
    ("sign", Reason.UNKNOWN_SIGN, {"sign": "T-99"}),
    ("sign", Reason.UNKNOWN_SIGN, {"sign": "", "street": None}),
    ("source", Reason.UNKNOWN_SOURCE, {"source": "stranger"}),
    ("source", Reason.WRONG_SOURCE, {"source": "known"}),
    ("street", Reason.UNKNOWN_STREET, {"street": "310115999"}),
    ("street", Reason.UNKNOWN_STREET, {"street": ""}),
    ("street", Reason.NOT_APPLICABLE, {"sign": "T-02"}),
    ("street", Reason.NOT_APPLICABLE, {"sign": "T-03", "street": None}),
    ("value", Reason.NOT_FINITE, {"value": math.nan}),
    ("value", Reason.NOT_FINITE, {"value": -math.inf}),
    ("value", Reason.ABSURD, {"value": 1000.0000001}),
    ("value", Reason.ABSURD, {"value": -5.1}),
    ("observed_at", Reason.BAD_TIME, {"observed_at": "2026-11-23T02:00:00"}),
    ("observed_at", Reason.BAD_TIME, {"observed_at": "yesterday"}),
    ("observed_at", Reason.TOO_FAR_AHEAD, {"observed_at": ago(-AHEAD_MS - 1)}),
    ("observed_at", Reason.TOO_FAR_BEHIND, {"observed_at": ago(2 * DAY_MS + 1)}),
    ("weight", Reason.BAD_WEIGHT, {"weight": 0.0}),
    ("weight", Reason.BAD_WEIGHT, {"weight": math.nan}),
    ("denominator", Reason.BAD_WEIGHT, {"denominator": -1.0}),
    ("point", Reason.BAD_POINT, {"point": "x" * 65}),
    ("point", Reason.BAD_POINT, {"point": "a\x00b"}),
    ("point", Reason.BAD_POINT, {"point": "\ud800"}),
]


@pytest.mark.parametrize(("field", "reason", "changes"), REFUSED)
def test_every_reason_names_its_field(field: str, reason: Reason, changes: Any) -> None:
    (found,) = check(reading(), reading(**changes)).rejected
    assert (found.index, found.reason) == (1, reason)
    assert found.detail.startswith(f"{field}: ")
    assert found.detail.isprintable() and len(found.detail) <= 300
    (changed,) = [changes[name] for name in changes if name == field] or [STREET]
    assert changed is None or ascii(changed).strip("'")[:20] in found.detail


@pytest.mark.parametrize(
    "changes",
    [
        {"value": -5.0},
        {"value": 1000.0},
        {"street": None},
        {"sign": "T-02", "street": None},
        {"sign": "T-03"},
        {"observed_at": ago(-AHEAD_MS)},
        {"observed_at": ago(2 * DAY_MS)},
        {"observed_at": "2026-11-23T10:00:00+08:00"},
        {"observed_at": "2026-11-23t02:00:00.123456z"},
        {"weight": 0.001, "denominator": 1e9},
        {"point": "站点 7/北"},
        {"point": "x" * 64},
    ],
)
def test_the_edges_are_acceptable(changes: Any) -> None:
    assert verdict(reading(**changes)) is None


def test_files_may_be_as_old_as_2000() -> None:
    old = reading(observed_at=to_rfc3339(EARLIEST_MS))
    older = reading(observed_at=to_rfc3339(EARLIEST_MS - 1))
    found = check(old, older, retain=None)
    assert [r.reason for r in found.rejected] == [Reason.TOO_FAR_BEHIND]


instants = st.sampled_from([ago(0), ago(60_000), ago(20 * HOUR_MS), "soon", ago(-HOUR_MS)])
columns = st.lists(
    st.builds(
        Reading,
        source=st.sampled_from(["probe", "probe", "probe", "other"]),
        sign=st.sampled_from(["T-01", "T-01", "T-02", "X-99"]),
        observed_at=instants,
        value=st.sampled_from([12.0, 1.0, math.nan, math.inf, -1e9]),
        street=st.sampled_from([STREET, STREET, None, "nowhere"]),
        weight=st.sampled_from([None, None, 2.0, 0.0, math.inf]),
        denominator=st.sampled_from([None, None, 3.0, -1.0]),
        point=st.sampled_from(["", "a", " a ", "x" * 65]),
    ),
    min_size=1,
    max_size=6,
)


@given(st.lists(columns, min_size=1, max_size=3))
def test_by_column_is_judged_as_one_by_one(pieces: list[list[Reading]]) -> None:
    together: Pieces[Reading] = Pieces()
    for piece in pieces:
        fields = ("source", "sign", "observed_at", "value", "street", "weight", "denominator")
        names = (*fields, "point")
        together.add(Stretch(*([getattr(one, name) for one in piece] for name in names)))
        together.append(piece[0])
    singly = list(together)
    assert [repr(together[n]) for n in range(len(together))] == list(map(repr, singly))
    limits, numbers = window(NOW, 2), range(len(singly))
    by_column = Validator(CATALOGUE).check(Parcel(together, numbers), "probe", limits)
    slowly = Validator(CATALOGUE).check(Parcel(singly, numbers), "probe", limits)
    assert repr(by_column) == repr(slowly)


def test_rows_lie_in_their_local_day() -> None:
    midnight = NOW - 10 * HOUR_MS  # NOW is 10:00 in the city
    rows = check(
        reading(observed_at=to_rfc3339(midnight - 1)),
        reading(observed_at=to_rfc3339(midnight), weight=2.0),
    )
    first, second = rows.days
    assert second == first + 1
    assert rows.wide
    assert [row[4:] for row in rows.rows[first]] == [(midnight - 1, 12.0, None, None)]
    assert [row[4:] for row in rows.rows[second]] == [(midnight, 12.0, 2.0, None)]
    assert rows.newest == midnight


def test_district_readings_carry_the_district_code() -> None:
    (rows,) = check(reading(street=None)).rows.values()
    assert rows == [(0, "310115", "T-01", "", NOW, 12.0)]


@given(value=st.floats())
def test_any_float_is_stored_or_refused_for_what_it_is(value: float) -> None:
    expected = None
    if not math.isfinite(value):
        expected = Reason.NOT_FINITE
    elif not -5 <= value <= 1000:
        expected = Reason.ABSURD
    assert verdict(reading(value=value)) is expected


ANY_READING = st.builds(
    Reading,
    st.sampled_from(["probe", "known", "x"]),
    st.sampled_from(["T-01", "T-02", "T-03", "T-99"]),
    st.sampled_from([ago(0), ago(1), ago(-DAY_MS), ago(3 * DAY_MS), "soon", ""]),
    st.one_of(st.floats(), st.integers(-10, 10).map(float)),
    st.sampled_from([None, STREET, "310115007", "1"]),
    st.one_of(st.none(), st.floats()),
    st.one_of(st.none(), st.floats()),
    st.sampled_from(["", "a", "b", "\n"]),
)


@given(before=st.lists(ANY_READING, max_size=20), one=ANY_READING)
def test_a_verdict_does_not_depend_on_what_came_before(before: list[Reading], one: Reading) -> None:
    experienced = Validator(CATALOGUE)
    check(*before, validator=experienced)
    assert verdict(one, experienced) is verdict(one)


@given(readings=st.lists(ANY_READING, max_size=30))
def test_every_reading_is_a_row_or_a_rejection(readings: list[Reading]) -> None:
    found = check(*readings)
    numbers = [row[0] for rows in found.rows.values() for row in rows]
    assert {len(row) for rows in found.rows.values() for row in rows} <= {8 if found.wide else 6}
    assert sorted(numbers + [r.index for r in found.rejected]) == list(range(len(readings)))


@given(
    st.datetimes(
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
    )
)
def test_instants_keep_their_millisecond(when: datetime) -> None:
    gap = when - datetime(1970, 1, 1, tzinfo=UTC)
    assert instant_ms(when.isoformat()) == gap // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "20261123T020000Z",
        "2026-W48-1T00:00:00Z",
        "2026-11-23T02:00Z",
        "2026-11-23T02:00:00+0800",
        "2026-11-23T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-23T02:00:60Z",
        "２０２６-11-23T02:00:00Z",
        "2026-11-23T02:00:00Z\n",
        "2026-11-23T02:00:00+25:00",
    ],
)
def test_what_is_not_rfc_3339_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        instant_ms(text)
