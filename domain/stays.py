"""From recorded changes of state to stretches of time, and to hours: one count for every page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.clock import HOUR_MS
from domain.freshness import Freshness
from domain.indicator import Indicator
from domain.picture import Cell
from domain.sign import GRADED, State


class Change(Protocol):
    """A recorded change of state."""

    @property
    def since(self) -> int:
        """Epoch ms."""

    @property
    def state(self) -> str:
        """A domain.sign.State."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a period that a sign spent in each state; `known` holds the normal ones too."""

    known: float
    attention: float = 0.0
    warning: float = 0.0
    alarm: float = 0.0


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a known state, epoch ms; `open` when it has not ended."""

    state: State
    from_ms: int
    to_ms: int
    open: bool


def stays(
    changes: Iterable[Change], from_ms: int, to_ms: int, heard_until: int | None = None
) -> list[Stay]:
    """The stays that touch [from_ms, to_ms); the last one may still go on.

    `heard_until`: when the newest value went stale, where that has happened and nobody may have
    recorded it yet.
    """
    found = []
    listed = [change for change in changes if change.since < to_ms]
    for n, one in enumerate(listed):
        last = n + 1 == len(listed)
        end = to_ms if last else listed[n + 1].since
        silent = last and heard_until is not None
        if last and heard_until is not None:
            end = max(one.since, min(end, heard_until))
        if one.state != State.UNKNOWN and end > from_ms:
            found.append(Stay(State(one.state), one.since, end, last and not silent))
    return found


def graded(found: Iterable[Stay]) -> list[Stay]:
    """The stays in attention, warning and alarm."""
    return [stay for stay in found if stay.state in GRADED]


def hours_in(found: Sequence[Stay], from_ms: int, to_ms: int) -> Hours:
    """Hours known and in each state within [from_ms, to_ms)."""
    spent = dict.fromkeys(State, 0)
    for stay in found:
        spent[stay.state] += max(0, min(stay.to_ms, to_ms) - max(stay.from_ms, from_ms))
    attention, warning, alarm = (spent[state] / HOUR_MS for state in GRADED)
    return Hours(sum(spent.values()) / HOUR_MS, attention, warning, alarm)


def heard_until(indicator: Indicator, cell: Cell | None) -> int | None:
    """When the newest value of a cell went stale; None while it counts or where there is none."""
    if cell is None or cell.at is None or cell.freshness is not Freshness.STALE:
        return None
    return None if indicator.carries_ms is None else cell.at + indicator.carries_ms
