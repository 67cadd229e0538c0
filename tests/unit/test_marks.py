"""Marks, gauges, small lines: what stands for a cell, as pure functions."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.components import gauge, mark, spark
from dashboard.components.view import View
from domain.catalogue import Catalogue
from domain.freshness import Freshness
from domain.indicator import Direction
from domain.judging import lines_of, local_date, reigns
from domain.picture import NOTHING, Cell
from domain.sign import State
from domain.state import Lines
from domain.zone import Zone

ZH, EN = View("zh"), View("en")
SCALE = "10000 万;100000000 亿"
NOW = 1_795_430_000_000
CHINA = Zone.named("Asia/Shanghai")


def texts(node: Any) -> str:
    """Everything that can be read in a light element."""
    if isinstance(node, str):
        return node
    if node and isinstance(node[0], str) and len(node) > 1 and isinstance(node[1], dict):
        return "".join(texts(child) for child in node[2:])
    return "".join(texts(child) for child in node)


def cell(value: float | None, state: State, fresh: Freshness = Freshness.LIVE) -> Cell:
    return Cell(value, state, fresh, NOW - 60_000, NOW - 120_000, False)


@pytest.mark.parametrize(
    ("given", "decimals", "said"),
    [
        (0.22, 2, "0.22"),
        (-4.2, 1, "−4.2"),
        (-0.04, 1, "0.0"),
        (1.45, 1, "1.4"),  # 1.45 is a little less than it says
        (0.5, 0, "1"),
        (1234.56, 2, "1,234.6"),
        (12345.6, 1, "12,346"),
        (123456, 0, "12.3 万"),
        (99999.96, 1, "10 万"),
        (2.5e8, 0, "2.5 亿"),
        (99_999_600, 0, "1 亿"),
        (None, 1, "—"),
        (float("nan"), 1, "—"),
    ],
)
def test_numbers_are_written_as_on_the_wall(given: float, decimals: int, said: str) -> None:
    assert mark.number(given, decimals, SCALE) == said


def test_differences_carry_their_sign() -> None:
    assert [mark.signed(v, 1) for v in (0.3, -0.3, 0.04)] == ["+0.3", "−0.3", "0.0"]


def test_a_value_that_is_not_fresh_does_not_look_alive(catalogue: Catalogue) -> None:
    sign = catalogue.signs[0]
    live, stale, never, na = (
        mark.value(ZH, sign, c)
        for c in (
            cell(1.0, State.NORMAL),
            cell(1.0, State.UNKNOWN, Freshness.STALE),
            NOTHING,
            None,
        )
    )
    assert live[0][1]["class"] == "value"
    assert stale[0][1]["class"] == "value value-stale"
    assert texts(never[0]) == "—"
    assert texts(na) == "不适用"
    assert "0" not in texts(never) + texts(na)
    assert mark.freshness(ZH, cell(1.0, State.NORMAL), NOW, CHINA) is None
    late = mark.freshness(ZH, cell(1.0, State.NORMAL, Freshness.LATE), NOW, CHINA)
    assert texts(late) == "迟到 1 分钟"
    assert "数据截至" in texts(
        mark.freshness(ZH, cell(1.0, State.UNKNOWN, Freshness.STALE), NOW, CHINA)
    )


def test_states_are_shape_colour_and_word() -> None:
    for state in State:
        node = mark.state(EN, state)
        assert texts(node) == EN.text(f"state.{state}")
        assert node[2][1]["data-state"] == state.value
        assert mark.state(EN, state, word=False)[1]["aria-label"] == texts(node)


def test_levels_are_called_by_their_names(catalogue: Catalogue) -> None:
    named = next(s for s in catalogue.signs if s.value_labels)
    assert mark.figure(ZH, named, 2) == named.value_labels[2].zh
    assert mark.figure(EN, named, 2) == named.value_labels[2].en
    assert mark.figure(EN, named, 99) == "99"


def test_a_threshold_that_is_not_round_is_not_rounded_into_reach(catalogue: Catalogue) -> None:
    sign = next(s for s in catalogue.signs if s.decimals == 0 and not s.value_labels)
    assert mark.edge(ZH, sign, 3.0) == "3"
    assert mark.edge(ZH, sign, 2.466) == "2.5"
    assert mark.with_unit(ZH, sign, 2.466, threshold=True).startswith("2.5 ")
    assert mark.with_unit(ZH, sign, None, threshold=True) == "—"


def edges(lines: Lines, n: int) -> list[float]:
    return [e for e in (lines.higher[n], lines.lower[n]) if e is not None]


def test_every_notch_of_every_sign_stands_at_its_place(catalogue: Catalogue) -> None:
    checked = 0
    for sign in catalogue.signs:
        lines = lines_of(catalogue, sign, catalogue.code, None, NOW)
        for n in range(3):
            for edge in edges(lines, n):
                # two grades may begin at one value: then it stands at the worse
                assert gauge.position(lines.badness(edge)) >= gauge.PLACES[n + 1] - 1e-6, sign.code
                checked += 1
        assert gauge.position(lines.badness(lines.typical)) == 0
    assert checked > 3 * len(catalogue.signs) - 1


def test_worse_is_always_to_the_right(catalogue: Catalogue) -> None:
    for sign in catalogue.signs:
        lines = lines_of(catalogue, sign, catalogue.code, None, NOW)
        step = -1 if sign.direction is Direction.LOWER_WORSE else 1
        far = max(abs(e - lines.typical) for e in edges(lines, 2)) * 2 + 1
        walk = [
            gauge.position(lines.badness(lines.typical + step * far * k / 40)) for k in range(41)
        ]
        assert walk == sorted(walk), sign.code
        assert walk[0] < walk[-1] <= gauge.END


def test_a_gauge_without_a_fresh_value_has_no_mark(catalogue: Catalogue) -> None:
    for blind in (None, NOTHING, cell(1.0, State.UNKNOWN, Freshness.STALE)):
        drawn = gauge.gauge(ZH, blind)
        assert not [part for part in drawn[2:] if part[1].get("class") == "shape"]
    seen = gauge.gauge(ZH, cell(1e9, State.ALARM)._replace(badness=9.0))
    assert [part[1]["data-state"] for part in seen[2:] if part[1]["class"] == "shape"] == ["alarm"]


def test_gaps_are_gaps() -> None:
    assert spark.path([(0, 1), (1, 1), None, (3, 1), (4, 2)]) == (
        "M0.0 1.0L1.0 1.0M3.0 1.0L4.0 2.0"
    )
    assert spark.path([None, (1, 1), None]) == "M1.0 1.0h0.1"
    assert spark.path([None, None]) == ""
    assert spark.spark([])[2:] == []
    assert spark.spark([None, None])[2:] == []
    ended = spark.spark([1.0, 2.0, None])
    assert not [part for part in ended[2:] if part[1]["class"] == "shape"]  # nothing is there now


def test_thresholds_reign_one_after_the_other(catalogue: Catalogue) -> None:
    sign = catalogue.signs[0]
    first = replace(sign.thresholds[0], valid_from="2020-01-01", valid_to="2026-11-20")
    second = replace(first, version=2, valid_from="2026-11-20", valid_to=None)
    sign = replace(sign, thresholds=(first, second))
    day = 86_400_000
    found = list(reigns(catalogue, sign, catalogue.code, NOW - 9 * day, NOW))
    assert [r.thresholds.version for r in found] == [1, 2]
    assert found[0].from_ms == NOW - 9 * day and found[-1].to_ms == NOW
    assert found[0].to_ms == found[1].from_ms
    assert local_date(found[1].from_ms, catalogue) == "2026-11-20"
    assert local_date(found[1].from_ms - 1, catalogue) == "2026-11-19"
    assert [
        r.thresholds.version for r in reigns(catalogue, sign, catalogue.code, NOW - 60, NOW)
    ] == [2]
