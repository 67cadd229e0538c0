"""Signs made for tests: one to start from, changed field by field."""

from dataclasses import replace
from typing import Any

from domain.indicator import Bounds, Direction, Rule, Thresholds
from domain.sign import Sign
from domain.text import EMPTY, Text
from domain.weights import Weights


def thresholds(version: int = 1, valid_from: str = "2020-01-01", **edges: float) -> Thresholds:
    """Thresholds from `attention_high=…`-style edges; what is not given is open."""

    def bounds(name: str) -> Bounds:
        return Bounds(edges.get(f"{name}_low"), edges.get(f"{name}_high"))

    return Thresholds(
        version, valid_from, None, bounds("attention"), bounds("warning"), bounds("alarm")
    )


WEIGHTS = Weights(1, "2020-01-01", 0.25, 0.75, 2.0, 117)
"""Those of the reference city, spelled out: what they make must not change."""

_DEPTH = Sign(
    code="T-01",
    name=Text(zh="下立交积水", en="Underpass depth"),
    short=Text(zh="积水", en="depth"),
    domain="facilities",
    goal="safety",
    measured_in=Text.same("cm"),
    measured_in_one=EMPTY,
    decimals=0,
    value_min=0,
    value_max=1000,
    cadence_s=60,
    stale_after_s=180,
    direction=Direction.HIGHER_WORSE,
    thresholds=(thresholds(attention_high=10, warning_high=20, alarm_high=25),),
    typical=0,
    street_rule=Rule.MAX,
    rule=Rule.MAX,
    denominator=EMPTY,
    threshold_rule="same",
    raise_after_s=0,
    clear_after=3,
    source="s",
    department="d",
    public=True,
    wall_trend=False,
    value_labels=(),
    derived=None,
    basis_type="assumed",
    basis=Text(zh="为测试而设", en="made for a test"),
)


def make_sign(**changes: Any) -> Sign:
    """An underpass-depth sign (cm, alarm at 25) with some fields changed."""
    return replace(_DEPTH, **changes)
