"""What senders declare: units in any spelling, sentinels, qualities."""

import pytest

from domain.catalogue import Catalogue
from domain.clock import to_rfc3339
from domain.declared import Sentinels, quality_of
from domain.facts.fact import Parcel, Reason, window
from domain.facts.reading import Reading
from domain.facts.reading_check import Validator
from domain.units import is_unit_of, plain_unit

NOW = 1_795_478_400_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u00b5g/m³", "\u03bcg/m3"),
        ("ug/m3", "µg/m³"),
        (" µg / m³ ", "µg/m³"),
        ("㎍/㎥", "µg/m³"),
        ("℃", "°C"),
        ("％", "%"),
        ("万m³/日", "万㎥/日"),
        ("ｍｍ", "mm"),
    ],
)
def test_one_unit_in_several_spellings(one: str, other: str) -> None:
    assert plain_unit(one) == plain_unit(other)


@pytest.mark.parametrize(
    ("one", "other"), [("mg/m³", "µg/m³"), ("mW", "MW"), ("m", "m²"), ("", "%"), ("km/h", "m/s")]
)
def test_other_units_are_others(one: str, other: str) -> None:
    assert plain_unit(one) != plain_unit(other)


def test_every_sign_knows_its_own_units_and_no_milligram(catalogue: Catalogue) -> None:
    for sign in catalogue.signs:
        assert is_unit_of(sign.measured_in.zh, sign) and is_unit_of(sign.measured_in.en, sign)
        assert is_unit_of("", sign) is (sign.measured_in.zh == "")
        if sign.measured_in.zh == "µg/m³":
            assert not is_unit_of("mg/m³", sign)


def test_sentinels() -> None:
    none = Sentinels.of("-9999; NA;null;1e3")
    for value in (-9999, -9999.0, "-9999", "na", " NA ", None, 1000):
        assert none.holds(value), value
    for value in (0, "", "n/a", 9999, True, [], float("nan"), float("inf")):
        assert not none.holds(value), value
    assert Sentinels.of("NaN").holds(float("nan"))
    assert not Sentinels().holds(None)


def test_qualities() -> None:
    assert [
        quality_of(each) for each in (None, "Valid", " provisional", "INVALID", "good", "")
    ] == [
        "valid",
        "valid",
        "provisional",
        "invalid",
        None,
        None,
    ]


def test_points_are_trimmed_and_remembered(catalogue: Catalogue) -> None:
    at = to_rfc3339(NOW)
    points = ["p1", " p1", "p1\t", "\u3000p1\n", "  ", "", "p\n1", "x" * 64 + " "]
    rows = [Reading("one", "ENV-02", at, 5.0, None, None, None, point) for point in points]
    validator = Validator(catalogue)
    for _ in range(2):
        checked = validator.check(Parcel(rows, range(len(rows))), "one", window(NOW, 2))
        kept = [row[3] for rows in checked.rows.values() for row in rows]
        assert kept == ["p1"] * 4 + ["", "", "x" * 64]
        assert [fault.reason for fault in checked.rejected] == [Reason.BAD_POINT]
