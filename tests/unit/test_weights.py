"""Weights are data with versions and dates: the right one at every instant, plain faults else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.catalogue.loader import load_catalogue_from
from data_access.commands.lint import main
from domain.clock import DAY_MS, HOUR_MS
from domain.sign import GRADED, State
from domain.weights import Weights, starts, stretches
from domain.zone import Zone
from tests.second_city import write_city
from tests.unit.broken_city import copy_city, faults_of
from tests.unit.signs import WEIGHTS

HEAD = "version,valid_from,attention,warning,alarm,scale,basis\n"
FIRST = "1,2020-01-01,0.25,0.75,2,117,made up\n"
SECOND = "2,2026-11-28,0.5,1,4,100,made up\n"
FAULTS = [
    ("", "no version of the weights", 1),
    ("1,2020-01-01,,0.75,2,117,x\n", "attention: missing", 2),
    ("1,2020-01-01,0.25,much,2,117,x\n", "warning: 'much' is not a number", 2),
    ("1,2020-01-01,0.25,0.75,nan,117,x\n", "alarm: 'nan' is not a number", 2),
    ("1,2020-01-01,-1,0.75,2,117,x\n", "attention: -1 is negative", 2),
    ("1,2020-01-01,0.25,0.75,200,117,x\n", "alarm: 200 is more than 100", 2),
    ("1,2020-01-01,0.25,0.25,2,117,x\n", "warning: 0.25 is not above attention 0.25", 2),
    ("1,2020-01-01,0.25,0.75,0.5,117,x\n", "alarm: 0.5 is not above warning 0.75", 2),
    ("1,2020-01-01,0.25,0.75,2,0,x\n", "scale: 0 is outside 1 … 100000", 2),
    ("1,2020-01-01,0.25,0.75,2,1.5,x\n", "scale: '1.5' is not a whole number", 2),
    ("1,2020-13-01,0.25,0.75,2,117,x\n", "valid_from: '2020-13-01' is not a date", 2),
    ("1,2020-01-01,0.25,0.75,2,117,\n", "basis: missing", 2),
    (FIRST + "1,2026-11-28,0.5,1,4,100,x\n", "version: 1 does not follow 1", 3),
    (FIRST + "2,2020-01-01,0.5,1,4,100,x\n", "valid_from: 2020-01-01 is not after 2020", 3),
    (FIRST + "2,2019-01-01,0.5,1,4,100,x\n", "valid_from: 2019-01-01 is not after 2020", 3),
    ("1,2021-01-01,0.25,0.75,2,117,x\n", "leaves the time since 2020-01-01 without weights", 2),
]


@pytest.mark.parametrize(("rows", "reason", "line"), FAULTS)
def test_a_wrong_row_is_one_plain_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, reason: str, line: int
) -> None:
    folder = copy_city("pudong", tmp_path)
    (folder / "weights.csv").write_text(HEAD + rows)
    (fault,) = faults_of(folder)
    assert (fault.file, fault.line) == ("weights.csv", line) and reason in fault.reason
    assert main(folder) == 1
    assert f"weights.csv:{line}: {fault.reason}" in capsys.readouterr().out


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    folder = copy_city("pudong", tmp_path)
    (folder / "weights.csv").write_text("version,valid_from,attention,warning,alarm,basis\n")
    assert "column 'scale' is missing" in {fault.reason for fault in faults_of(folder)}


def test_a_city_without_the_file_is_weighed_by_the_standards(tmp_path: Path) -> None:
    (weights,) = load_catalogue_from(write_city(tmp_path)).weights
    costs = [weights.of(state) for state in (State.UNKNOWN, State.NORMAL, *GRADED)]
    assert (costs, weights.scale) == ([0, 0, 0.25, 0.75, 2], 117)


def test_the_reference_city_is_weighed_as_ever(tmp_path: Path) -> None:
    assert load_catalogue_from(copy_city("pudong", tmp_path)).weights == (WEIGHTS,)


def test_a_version_holds_from_its_local_midnight(tmp_path: Path) -> None:
    folder = copy_city("pudong", tmp_path)
    (folder / "weights.csv").write_text(HEAD + FIRST + SECOND)
    city = load_catalogue_from(folder)
    midnight = round(datetime(2026, 11, 27, 16, tzinfo=UTC).timestamp() * 1000)  # in Shanghai
    first, second = city.weights
    assert second == Weights(2, "2026-11-28", 0.5, 1.0, 4.0, 100)
    assert city.weights_at(0) == city.weights_at(midnight - 1) == first
    assert city.weights_at(midnight) == city.weights_at(midnight + 9_999 * DAY_MS) == second
    over = city.weights_over(midnight - DAY_MS, midnight + DAY_MS)
    assert over == ((midnight - DAY_MS, midnight, first), (midnight, midnight + DAY_MS, second))
    assert city.weights_over(midnight, midnight + 1) == ((midnight, midnight + 1, second),)
    assert city.weights_over(midnight - 1, midnight) == ((midnight - 1, midnight, first),)


def test_midnights_are_those_of_the_zone_on_that_day() -> None:
    zone = Zone.named("America/Chicago")
    versions = (
        WEIGHTS,
        Weights(2, "2026-03-08", 1, 2, 3, 100),
        Weights(3, "2026-03-09", 1, 2, 3, 9),
    )
    begin = starts(versions, zone)
    assert begin[1] - begin[0] == 23 * HOUR_MS, "clocks go forward on that day"
    found = stretches(versions, begin, begin[0] - 5, begin[1] + 5)
    assert [s.weights.version for s in found] == [1, 2, 3]
    assert [s.to_ms - s.from_ms for s in found] == [5, 23 * HOUR_MS, 5]
