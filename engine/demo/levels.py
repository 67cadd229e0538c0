"""Steps to values: 0 = typical, 1 = where attention begins, 2 warning, 3 alarm, and between."""

from dataclasses import dataclass

from domain.indicator import Direction
from domain.state import Judge

_Marks = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Levels:
    """The marks of one sign at one place, worse first; `other` the second side of a band."""

    marks: _Marks
    other: _Marks | None

    @property
    def step(self) -> float:
        """Signed distance from the typical value to attention, in the sign's unit."""
        return self.marks[1] - self.marks[0]

    def value(self, steps: float) -> float:
        """The value `steps` from typical; below 0 = better, or towards a band's other side."""
        if steps < 0:
            if self.other is None:
                return self.marks[0] + steps * self.step
            return _along(self.other, -steps)
        return _along(self.marks, steps)


def levels(judge: Judge, direction: Direction) -> Levels:
    """The levels of a judged place; ValueError when a needed cut-off is missing."""
    if direction is Direction.LOWER_WORSE:
        return Levels(_marks(judge, judge.lower), None)
    if direction is Direction.HIGHER_WORSE:
        return Levels(_marks(judge, judge.higher), None)
    return Levels(_marks(judge, judge.higher), _marks(judge, judge.lower))


def _marks(judge: Judge, edges: tuple[float | None, float | None, float | None]) -> _Marks:
    attention, warning, alarm = edges
    if attention is None or warning is None or alarm is None:
        raise ValueError("the simulator needs all three cut-offs of a sign")
    return (judge.typical, attention, warning, alarm)


def _along(marks: _Marks, steps: float) -> float:
    typical, attention, warning, alarm = marks
    if steps <= 1.0:
        return typical + steps * (attention - typical)
    if steps <= 2.0:
        return attention + (steps - 1.0) * (warning - attention)
    return warning + (steps - 2.0) * (alarm - warning)
