"""An indicator (指标): what is judged and shown of a unit, wherever its values come from.

A vital sign (`domain.sign`) is the indicator of places that comes as a stream. One that is made
of counted facts has no cadence and no source that could fall silent: it holds until it is counted
anew.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.text import EMPTY, Text


class Direction(StrEnum):
    """Which way is worse."""

    HIGHER_WORSE = "higher_worse"
    LOWER_WORSE = "lower_worse"
    BAND = "band"


class Rule(StrEnum):
    """How children add up to their parent (points → street, streets → district)."""

    SUM = "sum"
    MEAN = "mean"
    WEIGHTED = "weighted"  # Σ value·weight / Σ weight
    RATIO = "ratio"  # Σ numerator / Σ denominator, numerator = value·denominator
    MIN = "min"
    MAX = "max"
    P05 = "p05"
    P95 = "p95"
    WORST = "worst"  # the child nearest to, or deepest into, alarm
    VALUE = "value"  # one source speaks for the place: the newest observation
    NA = "na"  # not defined at this level: 不适用, not 0


class OverTime(StrEnum):
    """What the values are over time."""

    MEAN = "mean"  # a level or a rate: an hour is the mean of its samples (of its own rule else)
    SUM = "sum"  # 量: amounts of their intervals (kWh, 件): an hour is what they add up to


@dataclass(frozen=True, slots=True)
class Bounds:
    """The edge of one grade, in the indicator's unit of measure: reached at ≤ low or ≥ high."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One version of the cut-offs with the local dates between which it is in force."""

    version: int
    valid_from: str  # ISO date, inclusive
    valid_to: str | None  # ISO date, exclusive; None = still in force
    attention: Bounds
    warning: Bounds
    alarm: Bounds
    normal: Bounds = Bounds(None, None)  # the usual range: documentation, never judged by

    def bounds(self, state: str) -> Bounds:
        """The bounds of a graded state; KeyError for normal and unknown."""
        graded = {"attention": self.attention, "warning": self.warning, "alarm": self.alarm}
        return graded[state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """What one judge, one chart and one definition panel need to know."""

    code: str
    name: Text
    short: Text  # at most 7 Chinese characters, for wall cells
    measured_in: Text  # the unit of measure as shown: µg/m³, 万m³/日; empty for a pure number
    measured_in_one: Text = EMPTY  # beside the value 1: station for stations; empty: the same
    decimals: int  # digits after the point when shown
    value_labels: tuple[Text, ...] = ()  # names for integer levels (气象预警 0–4), else empty
    direction: Direction
    thresholds: tuple[Thresholds, ...]  # ascending by valid_from, never empty
    typical: float
    threshold_rule: str = "same"  # same | scale_… | n/a : how thresholds carry to a part
    raise_after_s: int = 0  # minimum duration beyond a threshold before the state worsens
    clear_after: int = 1  # good samples in a row that clear without reaching the clear level
    rule: Rule  # how the parts of a unit add up to it
    numerator: Text = EMPTY  # what a ratio counts; empty: not said
    denominator: Text = EMPTY  # out of what, or what a mean is weighted by; empty where by nothing
    over_time: OverTime = OverTime.MEAN
    department: str  # code of the owning Department
    co_departments: tuple[str, ...] = ()  # codes of Departments beside the owner
    owner_note: str = ""  # the owner as the source words it, with its sub-office
    basis_type: str
    basis: Text  # where the row comes from, in words; may be empty

    @property
    def adds_up(self) -> bool:
        """Whether values are amounts: each counts once, in the slot in which it was told."""
        return self.over_time is OverTime.SUM

    @property
    def whole_only(self) -> bool:
        """Whether parts could add up to the whole, but none is judged alone (只评全区)."""
        return False

    @property
    def slot_ms(self) -> int | None:
        """Width of the sampling slot in ms; None: nothing is sampled."""
        return None

    @property
    def carries_ms(self) -> int | None:
        """How long a value counts; None: until the next one."""
        return None

    def unit_beside(self, value: float | None, lang: str) -> str:
        """The unit of measure in a language, the singular where the value is shown as 1."""
        alone = value is not None and round(value, self.decimals) == 1
        return (alone and self.measured_in_one.of(lang)) or self.measured_in.of(lang)

    def thresholds_of(self, version: int | None) -> Thresholds | None:
        """The thresholds of that version; None where there is none."""
        return next((cuts for cuts in self.thresholds if cuts.version == version), None)

    def thresholds_on(self, local_date: str) -> Thresholds:
        """The version in force on an ISO local date (the earliest one for dates before it)."""
        chosen = self.thresholds[0]
        for version in self.thresholds:
            if version.valid_from <= local_date:
                chosen = version
        return chosen
