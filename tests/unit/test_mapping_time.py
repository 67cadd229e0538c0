"""Local times: those that do not exist, those that exist twice, and stamps that end an interval."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from data_access.mappings.mapping_spec import TimeSpec
from data_access.mappings.mapping_time import Instants
from domain.clock import to_rfc3339
from domain.facts.fact import instant_ms

CHICAGO = ZoneInfo("America/Chicago")
LOCAL = "%Y-%m-%d %H:%M"


def at(spec: TimeSpec, *cells: object) -> str | None:
    """The instant of a row as UTC; None where there is none."""
    columns = (*spec.columns, *([spec.fold_column] if spec.fold_column else []))
    try:
        text = Instants(spec, {name: n for n, name in enumerate(columns)})(cells)
        return to_rfc3339(instant_ms(text))
    except ValueError:
        return None


def chicago(**keys: object) -> TimeSpec:
    """One column of local times without seconds."""
    return TimeSpec(("at",), (LOCAL,), CHICAGO, **keys)  # type: ignore[arg-type]


def test_a_time_over_which_the_clocks_jumped_is_none() -> None:
    assert at(chicago(), "2026-03-08 01:59") == "2026-03-08T07:59:00.000Z"
    assert at(chicago(), "2026-03-08 02:00") is at(chicago(), "2026-03-08 02:59") is None
    assert at(chicago(), "2026-03-08 03:00") == "2026-03-08T08:00:00.000Z"
    with pytest.raises(ValueError, match="02:30:00 does not exist in America/Chicago"):
        Instants(chicago(), {"at": 0})(("2026-03-08 02:30",))
    assert at(chicago(), datetime(2026, 3, 8, 2, 30)) is None  # noqa: DTZ001 - a sheet's own


@pytest.mark.parametrize(
    ("fold", "instant"),
    [("first", "2026-11-01T06:30:00.000Z"), ("second", "2026-11-01T07:30:00.000Z")],
)
def test_a_time_that_exists_twice_follows_the_rule(fold: str, instant: str) -> None:
    assert at(chicago(fold=fold), "2026-11-01 01:30") == instant
    assert at(chicago(fold="refuse"), "2026-11-01 01:30") is None
    told = chicago(fold="refuse", fold_column="dst", fold_lookup=(("winter", "second"),))
    assert at(told, "2026-11-01 01:30", {"first": "0", "second": "winter"}[fold]) == instant
    assert at(told, "2026-11-01 01:30", "") is None
    assert at(told, "2026-11-01 01:30", "autumn") is None
    assert at(told, "2026-11-01 03:30", "autumn") == "2026-11-01T09:30:00.000Z"  # nobody asks


@pytest.mark.parametrize(
    ("forms", "cell", "instant"),
    [
        (("%Y-%m-%d %H",), "2026-11-28 24", "2026-11-28T15:59:59.999Z"),
        (("%Y-%m-%d %H",), "2026-11-28 1", "2026-11-27T16:59:59.999Z"),
        ((LOCAL,), "2026-12-31 24:00", "2026-12-31T15:59:59.999Z"),
        (("%Y%m%d%H",), "2026112424", "2026-11-24T15:59:59.999Z"),
        (("iso",), "2024-02-28T24:00:00", "2024-02-28T15:59:59.999Z"),
        (("rfc3339",), "2026-11-28T24:00:00+08:00", "2026-11-28T15:59:59.999Z"),
        (("rfc3339",), "2026-11-29T00:00:00+08:00", "2026-11-28T15:59:59.999Z"),
        ((LOCAL,), "2026-11-28 24:01", None),
        ((LOCAL,), "2026-11-28 25:00", None),
        ((LOCAL,), "2026-11-24 23:24", "2026-11-24T15:23:59.999Z"),
    ],
)
def test_hour_24_ends_its_day(forms: tuple[str, ...], cell: str, instant: str | None) -> None:
    spec = TimeSpec(("at",), forms, ZoneInfo("Asia/Shanghai"), stamps="end")
    assert at(spec, cell) == instant


def test_hour_24_needs_to_be_said() -> None:
    spec = TimeSpec(("day", "hour"), ("%Y-%m-%d %H",), CHICAGO)
    with pytest.raises(ValueError, match=r'2026-11-28 24. is no instant .* unless stamps = "end"'):
        Instants(spec, {"day": 0, "hour": 1})(("2026-11-28", 24))
    day = datetime(2026, 11, 28)  # noqa: DTZ001 - a sheet's own day beside a number
    assert at(spec, day, 23.0) == "2026-11-29T05:00:00.000Z"


def test_several_ways_to_write_a_day() -> None:
    spec = TimeSpec(("at",), ("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"), CHICAGO)
    assert at(spec, "2026/11/02") == at(spec, "02.11.2026") == "2026-11-02T06:00:00.000Z"
    assert at(spec, "23/11/2026") == at(spec, "11/23/2026") == "2026-11-23T06:00:00.000Z"
    assert at(spec, "11/11/2026") == "2026-11-11T06:00:00.000Z"  # both read the same
    with pytest.raises(ValueError, match="more than one way: %d/%m/%Y and %m/%d/%Y"):
        Instants(spec, {"at": 0})(("02/11/2026",))


def test_days_of_a_sheet_in_a_text() -> None:
    spec = TimeSpec(("at",), ("excel",), ZoneInfo("Asia/Shanghai"))
    assert at(spec, "46296.5") == at(spec, 46296.5) == "2026-10-01T04:00:00.000Z"
    assert at(spec, "soon") is at(spec, "") is at(spec, None) is at(spec, "1e99") is None
