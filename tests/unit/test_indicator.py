"""An indicator of counted facts is judged, marked and aimed at by the same code as a vital sign."""

from dataclasses import fields

from dashboard.components import mark
from dashboard.components.aims import wanted
from dashboard.components.view import View
from domain.catalogue import Catalogue
from domain.clock import DAY_MS
from domain.freshness import Freshness
from domain.indicator import Bounds, Direction, Indicator, Rule, Thresholds
from domain.judging import judge_for, reigns
from domain.picture import Cell
from domain.sign import Sign, State
from domain.state import Judged, make_judge
from domain.stays import heard_until
from domain.target import meets
from domain.text import Text
from domain.unit import INDUSTRY

MIDNIGHT = "2026-11-23"


def cuts(version: int, since: str, alarm: float) -> Thresholds:
    edges = [Bounds(alarm + more, None) for more in (10.0, 5.0, 0.0)]
    return Thresholds(version, since, None, *edges)


INSPECTED = Indicator(
    code="EI-01",
    name=Text(zh="检查覆盖率", en="Inspection coverage"),
    short=Text(zh="检查覆盖", en="inspected"),
    measured_in=Text.same("%"),
    decimals=1,
    direction=Direction.LOWER_WORSE,
    thresholds=(cuts(1, "2020-01-01", 60.0), cuts(2, MIDNIGHT, 80.0)),
    typical=98.0,
    rule=Rule.RATIO,
    numerator=Text(zh="已检查户数", en="premises inspected"),
    denominator=Text(zh="应检查户数", en="premises due"),
    department="market",
    basis_type="assumed",
    basis=Text(zh="为测试而设", en="made for a test"),
)


def test_it_needs_no_cadence_and_no_source() -> None:
    own = {field.name for field in fields(Indicator)}
    assert own.isdisjoint({"cadence_s", "stale_after_s", "source", "street_rule", "value_min"})
    assert issubclass(Sign, Indicator)
    assert (INSPECTED.carries_ms, INSPECTED.slot_ms) == (None, None)


def test_it_is_judged_by_dated_thresholds(catalogue: Catalogue) -> None:
    day = catalogue.zone.date_start(MIDNIGHT)
    unit = next(iter(catalogue.units[INDUSTRY].values())).key
    before, after = (judge_for(catalogue, INSPECTED, unit, at) for at in (day - 1, day))
    assert (before.version, after.version) == (1, 2)
    assert [before.grade(v) for v in (60.0, 65.0, 70.0, 75.0)] == [
        *(State.ALARM, State.WARNING, State.ATTENTION, State.NORMAL)
    ]
    assert after.grade(75.0) is State.ALARM
    found = list(reigns(catalogue, INSPECTED, unit, day - DAY_MS, day + DAY_MS))
    assert [(r.from_ms, r.to_ms, r.judge.version) for r in found] == [
        (day - DAY_MS, day, 1),
        (day, day + DAY_MS, 2),
    ]


def test_a_count_changes_its_state_at_once() -> None:
    """Facts do not flicker: neither a duration nor a number of samples is waited for."""
    judge = make_judge(INSPECTED, INSPECTED.thresholds[0])
    bad = judge.step(None, 1_000, 50.0)
    assert bad.state is State.ALARM
    good = judge.step(bad, 2_000, 99.0)
    assert isinstance(good, Judged) and good.state is State.NORMAL and good.since == 2_000


def test_it_is_marked_and_aimed_at_as_a_sign_is() -> None:
    zh, en = View("zh"), View("en")
    cell = Cell(71.25, State.ATTENTION, Freshness.LIVE, 0, 0, False)
    assert mark.with_unit(zh, INSPECTED, 71.25) == mark.with_unit(en, INSPECTED, 71.25) == "71.3%"
    assert wanted(zh, INSPECTED, 95.0) == "≥ 95.0%"
    assert meets(INSPECTED, 95.0, 95.0) and not meets(INSPECTED, 94.9, 95.0)
    stale = cell._replace(freshness=Freshness.STALE)
    assert heard_until(INSPECTED, stale) is None, "it holds until it is counted anew"
