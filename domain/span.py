"""A stretch of time that scores and rates are computed over, and the blocks it falls into.

Its ends lie on whole hours, those of more than three days on local midnights unless told
otherwise; each end moves up to the next one, so that the last 7 × 24 hours become today and the
six days before. What has not come yet is not expected: `until` is now, to five minutes, so that
everybody who asks within these minutes asks the same.
"""

from dataclasses import dataclass, replace
from typing import Literal

from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS
from domain.zone import Zone

SHORT_DAYS = 3  # up to here the blocks are hours, beyond they are days
STEP_MS = 5 * MINUTE_MS  # between two ends of what has passed
Tier = Literal["hour", "day"]
Piece = tuple[Tier, int, int]
"""Rows of a tier with from ≤ bucket < to, in epoch ms."""


@dataclass(frozen=True, slots=True)
class Span:
    """[from_ms, to_ms) in epoch ms, of which [from_ms, until) has passed."""

    from_ms: int
    to_ms: int
    until: int
    zone: Zone

    @classmethod
    def of(
        cls, from_ms: int, to_ms: int, now_ms: int, zone: Zone, *, whole_days: bool = True
    ) -> "Span":
        """The span for a period as asked; ValueError unless from_ms < to_ms.

        `whole_days=False` keeps the hours of the ends also where the period is long.
        """
        if from_ms >= to_ms:
            raise ValueError("a span needs a length")
        width = DAY_MS if whole_days and _is_long(from_ms, to_ms, zone) else HOUR_MS
        first, last = _up(from_ms, width, zone), _up(to_ms, width, zone)
        last = max(last, zone.slot_end(first, width))
        until = max(first, min(last, now_ms // STEP_MS * STEP_MS))
        return cls(first, last, until, zone)

    @property
    def block_ms(self) -> int:
        """Width of a block: an hour, or a local day where the span is longer than three days."""
        return DAY_MS if _is_long(self.from_ms, self.to_ms, self.zone) else HOUR_MS

    def previous(self) -> "Span":
        """The span before of equal length, at the same hours of the day."""
        days, zone = days_over(self.from_ms, self.to_ms, self.zone), self.zone
        first = zone.shifted(self.from_ms, -days)
        last = min(zone.shifted(self.to_ms, -days), self.from_ms)
        # of a short span no more than has passed of this one: a morning against a morning
        reached = zone.shifted(self.until, -days) if self.block_ms == HOUR_MS else last
        last = max(first + HOUR_MS, min(last, _up(reached, HOUR_MS, zone)))
        return replace(self, from_ms=first, to_ms=last, until=last)

    def pieces(self) -> tuple[Piece, ...]:
        """Which rows add up to it: days where whole, hours where cut or where blocks are hours."""
        if self.block_ms == HOUR_MS:
            return (("hour", self.from_ms, self.to_ms),)
        first, last = _up(self.from_ms, DAY_MS, self.zone), self.zone.day_start(self.to_ms)
        found: tuple[Piece, ...] = (
            ("hour", self.from_ms, first),
            ("day", first, last),
            ("hour", last, self.to_ms),
        )
        return tuple(piece for piece in found if piece[1] < piece[2])

    def expected_hours(self, cadence_s: int, data_from: int) -> int:
        """Hours that a sign should be known of between `data_from` and now.

        As many whole cadences, or hours where those are shorter, as have passed: what is not whole
        yet is not due.
        """
        passed = max(0, self.until - max(self.from_ms, data_from))
        width = max(cadence_s * 1000, HOUR_MS)
        return passed // width * width // HOUR_MS


def days_over(from_ms: int, to_ms: int, zone: Zone) -> int:
    """The least number of days by local clocks that are as long as [from, to)."""
    days = max(1, zone.days_between(from_ms, to_ms))
    return days if zone.shifted(from_ms, days) >= to_ms else days + 1


def _is_long(from_ms: int, to_ms: int, zone: Zone) -> bool:
    return to_ms > zone.shifted(from_ms, SHORT_DAYS)


def _up(ms: int, width_ms: int, zone: Zone) -> int:
    """The next start of a slot, `ms` itself where it is one."""
    start = zone.slot_start(ms, width_ms)
    return ms if start == ms else zone.slot_end(start, width_ms)
