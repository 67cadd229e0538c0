"""A vital sign (体征): what it measures, how it adds up, and where its colours begin."""

from dataclasses import dataclass
from enum import StrEnum

from domain.text import Text


class State(StrEnum):
    """The judged condition. `unknown` is the absence of a judgement, never a kind of normal."""

    NORMAL = "normal"
    ATTENTION = "attention"
    WARNING = "warning"
    ALARM = "alarm"
    UNKNOWN = "unknown"


SEVERITY: dict[State, int] = {
    State.UNKNOWN: -1,
    State.NORMAL: 0,
    State.ATTENTION: 1,
    State.WARNING: 2,
    State.ALARM: 3,
}
GRADED = (State.ATTENTION, State.WARNING, State.ALARM)
DERIVED_RULES = frozenset({"aqi"})  # what engine/derived.py can compute from stored facts


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
    """What the values of a sign are over time."""

    MEAN = "mean"  # a level or a rate: an hour is the mean of its samples (of its own rule else)
    SUM = "sum"  # 量: amounts of their intervals (kWh, 件): an hour is what they add up to


@dataclass(frozen=True, slots=True)
class Bounds:
    """The edge of one grade, in the sign's unit: reached when value ≤ low or value ≥ high."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One version of a sign's cut-offs with the local dates between which it is in force."""

    version: int
    valid_from: str  # ISO date, inclusive
    valid_to: str | None  # ISO date, exclusive; None = still in force
    attention: Bounds
    warning: Bounds
    alarm: Bounds
    normal: Bounds = Bounds(None, None)  # the usual range: documentation, never judged by

    def bounds(self, state: State) -> Bounds:
        """The bounds of a graded state; KeyError for normal and unknown."""
        return {
            State.ATTENTION: self.attention,
            State.WARNING: self.warning,
            State.ALARM: self.alarm,
        }[state]


@dataclass(frozen=True, slots=True)
class Sign:
    """One row of the catalogue of vital signs."""

    code: str
    name: Text
    short: Text  # at most 7 Chinese characters, for wall cells
    domain: str  # code of a Domain
    goal: str  # code of a Goal
    measured_in: Text  # the unit of measure as shown: µg/m³, 万m³/日; empty for a pure number
    measured_in_one: Text  # beside the value 1: station for stations; empty where it is the same
    decimals: int  # digits after the point when shown
    value_min: float  # absurd outside [value_min, value_max]
    value_max: float
    cadence_s: int  # how often the source renews
    stale_after_s: int
    direction: Direction
    thresholds: tuple[Thresholds, ...]  # ascending by valid_from, never empty
    typical: float
    street_rule: Rule  # points → street
    district_rule: Rule  # streets → district
    weight_by: Text  # what a weighted mean is weighted by; empty where nothing is
    threshold_rule: str  # same | scale_… | n/a : how thresholds carry to a street
    raise_after_s: int  # minimum duration beyond a threshold before the state worsens
    clear_after: int  # good samples in a row that clear without reaching the clear level
    source: str  # code of a CatalogueSource
    department: str  # code of the owning Department
    public: bool
    wall_trend: bool  # drawn on the wall as a line of the last hours
    value_labels: tuple[Text, ...]  # names for integer levels (气象预警 0–4), else empty
    derived: str | None  # one of DERIVED_RULES, None when measured; a report wins over it
    basis_type: str
    basis: Text  # where the row comes from, in words; may be empty
    co_departments: tuple[str, ...] = ()  # codes of Departments beside the owner
    owner_note: str = ""  # the owner as the source words it, with its sub-office
    derived_from: tuple[tuple[str, str], ...] = ()  # (role in the rule, sign code)
    over_time: OverTime = OverTime.MEAN

    @property
    def adds_up(self) -> bool:
        """Whether values are amounts: each counts once, in the slot in which it was told."""
        return self.over_time is OverTime.SUM

    @property
    def at_street(self) -> bool:
        """False where the sign is not defined below the district (不适用)."""
        return self.street_rule is not Rule.NA and self.threshold_rule != "n/a"

    @property
    def whole_only(self) -> bool:
        """True where streets could add up to the district, but none is judged alone (只评全区)."""
        return self.street_rule is not Rule.NA and self.threshold_rule == "n/a"

    def unit_beside(self, value: float | None, lang: str) -> str:
        """The unit of measure in a language, the singular where the value is shown as 1."""
        alone = value is not None and round(value, self.decimals) == 1
        return (alone and self.measured_in_one.of(lang)) or self.measured_in.of(lang)

    @property
    def slot_ms(self) -> int:
        """Width of the sampling slot in ms: the cadence, within a minute and an hour."""
        return min(max(self.cadence_s, 60), 3600) * 1000

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
