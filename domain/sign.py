"""A vital sign (体征): what it measures, how it adds up, and where its colours begin."""

from dataclasses import dataclass
from enum import StrEnum

from domain.indicator import Indicator, Rule


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Indicator):
    """One row of the catalogue of vital signs: the indicator of places that comes as a stream."""

    domain: str  # code of a Domain
    goal: str  # code of a Goal
    value_min: float  # absurd outside [value_min, value_max]
    value_max: float
    cadence_s: int  # how often the source renews
    stale_after_s: int
    street_rule: Rule  # points → street; `rule`: streets → district
    source: str  # code of a CatalogueSource
    public: bool
    wall_trend: bool  # drawn on the wall as a line of the last hours
    derived: str | None  # one of DERIVED_RULES, None when measured; a report wins over it
    derived_from: tuple[tuple[str, str], ...] = ()  # (role in the rule, sign code)

    @property
    def at_street(self) -> bool:
        """False where the sign is not defined below the district (不适用)."""
        return self.street_rule is not Rule.NA and self.threshold_rule != "n/a"

    @property
    def whole_only(self) -> bool:
        """True where streets could add up to the district, but none is judged alone (只评全区)."""
        return self.street_rule is not Rule.NA and self.threshold_rule == "n/a"

    @property
    def carries_ms(self) -> int | None:
        """How long a value counts in ms: until it is stale."""
        return self.stale_after_s * 1000

    @property
    def slot_ms(self) -> int:
        """Width of the sampling slot in ms: the cadence, within a minute and an hour."""
        return min(max(self.cadence_s, 60), 3600) * 1000
