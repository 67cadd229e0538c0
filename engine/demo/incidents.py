"""Incidents that have no cause in the weather: a burst pipe, a blocked junction, a bad batch.

Time is cut into spans of equal length, one incident in each at a hashed moment; so the incidents
around any instant are found without knowing any other.
"""

from dataclasses import dataclass
from functools import lru_cache

from domain.clock import DAY_MS, HOUR_MS
from engine.demo.behaviour import Incidents
from engine.demo.chance import uniform

_LEAST = 1.05  # steps: an incident is something to look at
_RISE, _FALL = 0.15, 0.3  # parts of the duration
_MONTH_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident; `where` ∈ [0, 1) picks its street, `tail` spreads what else is random."""

    start_ms: int
    end_ms: int
    size: float  # steps at its height
    where: float
    tail: float

    def height(self, at_ms: int) -> float:
        """Steps at an instant: it grows, stands and goes; 0 outside."""
        if not self.start_ms <= at_ms < self.end_ms:
            return 0.0
        part = (at_ms - self.start_ms) / (self.end_ms - self.start_ms)
        return self.size * min(1.0, part / _RISE, (1.0 - part) / _FALL)


def active(of: int, plan: Incidents, at_ms: int) -> list[Incident]:
    """The incidents of a stream under way at an instant (at most two: the spans' ends overlap)."""
    span = span_ms(plan)
    now = at_ms // span
    found = (_incident(of, plan, n, span) for n in (now - 1, now))
    return [i for i in found if i.start_ms <= at_ms < i.end_ms]


def span_ms(plan: Incidents) -> int:
    """Length of the spans that hold one incident each."""
    return round(_MONTH_MS / plan.per_month)


@lru_cache(maxsize=4096)
def _incident(of: int, plan: Incidents, number: int, span: int) -> Incident:
    lane = number * 8
    start = number * span + round(uniform(of, lane, 0.0, span))
    length = min(plan.hours * uniform(of, lane + 1, 0.5, 1.5) * HOUR_MS, span)
    bigger = uniform(of, lane + 2) ** 1.1  # small ones are a little more frequent
    return Incident(
        start_ms=start,
        end_ms=start + round(length),
        size=_LEAST + max(0.0, plan.size - _LEAST) * bigger,
        where=uniform(of, lane + 3),
        tail=uniform(of, lane + 4),
    )
