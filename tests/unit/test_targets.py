"""Targets: when they hold, when they are met, and what a city's folder may say of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from data_access.catalogue.loader import load_catalogue, load_catalogue_from
from domain.aim import LEAST_KNOWN, Reached, Spell, aim_of
from domain.freshness import Freshness
from domain.indicator import Direction
from domain.picture import NOTHING, Cell
from domain.sign import Sign, State
from domain.target import Over, Target, in_force, meets
from domain.text import Text
from tests.unit.broken_city import copy_city, faults_of, set_cell

LIVE = Cell(8.0, State.NORMAL, Freshness.LIVE, 1, 1, False)


@pytest.fixture(scope="module")
def sign() -> Sign:
    """Higher is worse, one decimal."""
    found = load_catalogue("pudong").sign["FAC-04"]
    assert found.direction is Direction.HIGHER_WORSE and found.decimals == 1
    return found


def target(over: Over = Over.NOW, since: str = "2020-01-01", until: str | None = None) -> Target:
    return Target("FAC-04", over, since, until, 9.0, None, "assumed", Text.same("假定"))


def test_a_target_holds_between_its_dates() -> None:
    first, second = target(until="2021-01-01"), target(since="2022-01-01")
    both = (first, second)
    assert in_force(both, "2019-12-31") is None
    assert in_force(both, "2020-01-01") is in_force(both, "2020-12-31") is first
    assert in_force(both, "2021-01-01") is None, "there may be a time without any"
    assert in_force(both, "2026-11-30") is second


def test_which_side_is_good_follows_from_the_sign(sign: Sign) -> None:
    assert meets(sign, 9.0, 9.0) and meets(sign, 8.9, 9.0) and not meets(sign, 9.1, 9.0)
    lower = replace(sign, direction=Direction.LOWER_WORSE)
    assert meets(lower, 9.0, 9.0) and meets(lower, 9.1, 9.0) and not meets(lower, 8.9, 9.0)


@pytest.mark.parametrize(
    ("value", "reached", "gap"),
    [(8.0, Reached.MET, -1.0), (9.04, Reached.MET, 0.0), (9.05001, Reached.MISSED, 0.1)],
)
def test_a_value_counts_as_it_is_shown(
    sign: Sign, value: float, reached: Reached, gap: float
) -> None:
    aim = aim_of(sign, target(), 9.0, LIVE._replace(value=value), None)
    assert aim.reached is reached and aim.gap == pytest.approx(gap)


@pytest.mark.parametrize("over", Over)
@pytest.mark.parametrize(
    "cell",
    [
        None,
        NOTHING,
        Cell(1.0, State.UNKNOWN, Freshness.STALE, 1, None, False),
        LIVE._replace(freshness=Freshness.STALE),
        LIVE._replace(value=None),
    ],
)
def test_what_is_missing_or_stale_is_never_met(sign: Sign, over: Over, cell: Cell | None) -> None:
    aim = aim_of(sign, target(over), 9.0, cell, Spell(1.0, 1.0))
    assert aim.reached is Reached.UNKNOWN and aim.value is None and aim.gap is None


def test_a_period_counts_once_half_of_it_is_known(sign: Sign) -> None:
    for over in (Over.DAY, Over.MONTH):
        wanted = target(over)
        assert aim_of(sign, wanted, 9.0, LIVE, None).reached is Reached.UNKNOWN
        thin = Spell(8.0, LEAST_KNOWN - 0.01)
        assert aim_of(sign, wanted, 9.0, LIVE, thin).reached is Reached.UNKNOWN
        assert aim_of(sign, wanted, 9.0, LIVE, Spell(8.0, LEAST_KNOWN)).reached is Reached.MET
        bad = aim_of(sign, wanted, 9.0, LIVE, Spell(12.0, 1.0))
        assert bad.reached is Reached.MISSED, "of its period, not of this moment"


def test_the_citys_targets_say_where_they_are_from() -> None:
    city = load_catalogue("pudong")
    assert city.targets and not load_catalogue("pingshan").targets
    for code, found in city.targets.items():
        for one in found:
            assert one.sign == code and one.basis.zh and one.basis.en
            if one.basis_type == "assumed":
                assert one.basis.zh.startswith("假定") and one.basis.en.startswith("Assumed")


@pytest.mark.parametrize(
    ("key", "column", "value", "reason"),
    [
        ("FAC-04", "sign", "XXX-99", "unknown sign"),
        ("FAC-04", "sign", "OPS-15", "is good within a band"),
        ("FAC-04", "over", "year", "over: "),
        ("FAC-04", "district", "101", "outside value_min"),
        ("FAC-04", "district", "9.05", "more than the 1 decimals"),
        ("FAC-04", "district", "", "neither the district nor its streets"),
        ("FAC-04", "street", "9", "is not judged below the district"),
        ("FAC-04", "valid_to", "2019-01-01", "is not after valid_from"),
        ("FAC-04", "valid_from", "soon", "is not a date"),
        ("FAC-04", "basis_en", "", "basis_en: missing"),
        ("FAC-04", "basis_zh", "assumed", "no Chinese"),
        ("FAC-04", "basis_type", "rumour", "basis type"),
        ("FAC-02", "sign", "FAC-01", "overlaps the target before"),
    ],
)
def test_lint_finds_what_cannot_be(
    tmp_path: Path, key: str, column: str, value: str, reason: str
) -> None:
    folder = copy_city("pudong", tmp_path)
    line = set_cell(folder, "targets.csv", key, column, value)
    found = faults_of(folder)
    assert any(f.file == "targets.csv" and f.line == line and reason in f.reason for f in found), (
        found
    )


def test_a_city_may_have_none_or_change_them(tmp_path: Path) -> None:
    folder = copy_city("pudong", tmp_path)
    path = folder / "targets.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    first = lines[1].replace("2020-01-01,,", "2020-01-01,2024-01-01,")
    second = lines[1].replace("2020-01-01,,", "2025-01-01,,").replace(",0.14,", ",0.16,", 1)
    path.write_text("\n".join([lines[0], first, second]) + "\n", encoding="utf-8")
    (found,) = load_catalogue_from(folder).targets.values()
    assert [t.district for t in found] == [0.14, 0.16]
    path.unlink()
    assert load_catalogue_from(folder).targets == {}
