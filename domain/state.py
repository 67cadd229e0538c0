"""From a value to a state: thresholds, hysteresis, minimum duration.

A state is a fold over the samples of one place in the order of their slots, so it does not depend
on the order in which readings arrive.

* Worsening takes effect once the value has stood beyond the threshold for `raise_after_s`
  (0 = at once: a false calm is worse than a false alarm).
* Easing takes effect when the value has left the threshold by the clear margin, or after
  `clear_after` samples in a row below it, so that a value at the edge does not flicker.
  The margin is 5 % of the threshold, but at most half the way to the next milder mark (the milder
  threshold; for attention the typical value), since 5 % of a 98 % threshold cannot be cleared.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from domain.indicator import Bounds, Direction, Indicator, Thresholds
from domain.sign import GRADED, SEVERITY, State

CLEAR_SHARE = 0.05


class Cause(StrEnum):
    """Why a state ended or began, where no new value made it so."""

    SILENT = "silent"  # the last value went stale
    CUTOFFS = "cutoffs"  # other cut-offs came into force
    WITHDRAWN = "withdrawn"  # the sign or the place left the catalogue
    TAKEN_BACK = "taken_back"  # the readings it stood on were taken back


class Crossing(NamedTuple):
    """Which cut-off a graded state stands on, and whether the value still lies beyond it."""

    edge: float
    upper: bool  # crossed upwards: more is worse on this side
    clear: float | None  # the line that clears the state, while the value lies between; else None


class Judged(NamedTuple):
    """A judged state and what the next sample needs to know."""

    state: State
    since: int  # epoch ms of the sample that brought the state
    pending_since: int | None  # first sample of an unbroken stay beyond the present state
    good: int  # samples in a row milder than the present state


Edges = tuple[float | None, float | None, float | None]
"""Of attention, warning and alarm."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The cut-offs of one sign at one place: what is drawn and named."""

    version: int
    higher: Edges  # value ≥
    lower: Edges  # value ≤
    clear_higher: Edges
    clear_lower: Edges
    typical: float

    def badness(self, value: float) -> float:
        """How bad a value is: 0 typical, 1 at attention, 2 at warning, 3 at alarm, more beyond."""
        if value >= self.typical:
            return _depth(value, self.higher, self.typical, 1.0)
        return _depth(value, self.lower, self.typical, -1.0)


@dataclass(frozen=True, slots=True)
class Judge(Lines):
    """The same, ready to be applied. The engine alone does that."""

    raise_after_ms: int
    clear_after: int

    def grade(self, value: float) -> State:
        """The state of a value taken by itself."""
        return _grade(value, self.higher, self.lower)

    def step(self, before: Judged | None, at: int, value: float) -> Judged:
        """The state after the sample `value` at `at` (epoch ms), given the state before."""
        raw = _grade(value, self.higher, self.lower)
        if before is None:
            return Judged(raw, at, None, 0)
        now, was = SEVERITY[raw], SEVERITY[before.state]
        if now == was:
            if before.pending_since is None and before.good == 0:
                return before
            return Judged(before.state, before.since, None, 0)
        if now > was:
            pending = at if before.pending_since is None else before.pending_since
            if at - pending >= self.raise_after_ms:
                return Judged(raw, at, None, 0)
            return Judged(before.state, before.since, pending, 0)
        good = before.good + 1
        if good >= self.clear_after:
            return Judged(raw, at, None, 0)
        eased = _grade(value, self.clear_higher, self.clear_lower)
        if SEVERITY[eased] < was:
            return Judged(eased, at, None, 0)
        return Judged(before.state, before.since, None, good)

    def crossing(self, state: State, value: float) -> Crossing | None:
        """What a value in `state` has crossed; None for other states.

        Between the cut-off and its clear line a state is held, so the side on which the value has
        not passed the clear line yet is the one that was crossed.
        """
        if state not in GRADED:
            return None
        at = GRADED.index(state)
        high, low = self.higher[at], self.lower[at]
        over, under = self.clear_higher[at], self.clear_lower[at]
        if high is None and low is None:
            return None
        upper = low is None or (high is not None and abs(value - high) <= abs(value - low))
        if over is not None and value >= over:
            upper = True
        elif under is not None and value <= under:
            upper = False
        edge = high if upper else low
        if edge is None:
            return None
        held = value < edge if upper else value > edge
        return Crossing(edge, upper, (over if upper else under) if held else None)


def _grade(
    value: float,
    higher: Edges,
    lower: Edges,
) -> State:
    for at in (2, 1, 0):
        high = higher[at]
        if high is not None and value >= high:
            return GRADED[at]
        low = lower[at]
        if low is not None and value <= low:
            return GRADED[at]
    return State.NORMAL


def _depth(
    value: float,
    edges: Edges,
    typical: float,
    sign: float,
) -> float:
    marks = [typical, *(e for e in edges if e is not None)]
    if len(marks) == 1 or (value - typical) * sign <= 0:
        return 0.0
    for at in range(1, len(marks)):
        if (value - marks[at]) * sign < 0:
            width = (marks[at] - marks[at - 1]) * sign
            inside = (value - marks[at - 1]) * sign
            return at - 1 + (inside / width if width > 0 else 0.0)
    span = max(abs(marks[-1] - typical), 1e-9)
    return len(marks) - 1 + (value - marks[-1]) * sign / span


def make_judge(indicator: Indicator, thresholds: Thresholds, share: float | None = None) -> Judge:
    """The judge of an indicator at the district (`share` None) or at a street with `share` of it.

    Where thresholds scale, a street's cut-off is typical·share + excess·√share: a count
    scatters with the square root of its size, so this keeps the chance of a false alarm equal for
    small and large streets, which plain multiplication does not. Counts keep at least 2, 3, 4: one
    open case in one street is a day's work.
    """
    cuts = thresholds
    typical = indicator.typical
    if share is not None and indicator.threshold_rule.startswith("scale_"):
        cuts = _scaled(indicator, thresholds, share)
        typical = indicator.typical * share
    higher = (cuts.attention.high, cuts.warning.high, cuts.alarm.high)
    lower = (cuts.attention.low, cuts.warning.low, cuts.alarm.low)
    return Judge(
        version=thresholds.version,
        higher=higher,
        lower=lower,
        clear_higher=_clear(higher, typical),
        clear_lower=_clear(lower, typical),
        typical=typical,
        raise_after_ms=indicator.raise_after_s * 1000,
        clear_after=indicator.clear_after,
    )


def _clear(edges: Edges, typical: float) -> Edges:
    cleared: list[float | None] = []
    milder = typical
    for edge in edges:
        if edge is None:
            cleared.append(None)
            continue
        margin = min(abs(edge) * CLEAR_SHARE, abs(edge - milder) / 2)
        cleared.append(edge - margin if edge >= milder else edge + margin)
        milder = edge
    return cleared[0], cleared[1], cleared[2]


def _scaled(indicator: Indicator, thresholds: Thresholds, share: float) -> Thresholds:
    root = math.sqrt(share)
    counts = indicator.decimals == 0 and indicator.direction is Direction.HIGHER_WORSE

    def scale(edge: float | None, floor: float) -> float | None:
        if edge is None:
            return None
        scaled = indicator.typical * share + (edge - indicator.typical) * root
        return max(scaled, floor) if counts else scaled

    def bounds(which: Bounds, floor: float) -> Bounds:
        return Bounds(scale(which.low, floor), scale(which.high, floor))

    return replace(
        thresholds,
        attention=bounds(thresholds.attention, 2.0),
        warning=bounds(thresholds.warning, 3.0),
        alarm=bounds(thresholds.alarm, 4.0),
    )
