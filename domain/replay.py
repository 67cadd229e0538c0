"""Old series on today's clock: which instant of a series belongs to which instant of the wall.

A series is laid out as a loop. At speed 1 a year's loop keeps month, day and hour; a shorter
series keeps weekday and hour (whole weeks) or the hour (whole days). By the calendar, the layout
depends on the wall clock and on nothing else: a replay that is started again says the same again.
Local time is standard time all year: in summer a replay's hours may lie one off.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.clock import DAY_MS, slot_start, to_ms

WEEK_MS = 7 * DAY_MS
_MONDAY = 4 * DAY_MS  # 1970-01-05
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch [base, base + span) of a series that repeats for ever. All in ms."""

    base_ms: int  # epoch
    span_ms: int
    offset_ms: int  # of local standard time from UTC
    speed: float
    yearly: bool = False
    begun_ms: int | None = None  # the wall's instant of `base_ms`; None = by the calendar

    def place(self, at_ms: int) -> int | None:
        """Where an instant of the series lies in the loop; None when outside of it."""
        gap = at_ms - self.base_ms
        if self.yearly and -self.span_ms < gap < 0 and self._same_year(at_ms):
            gap += self.span_ms  # January and February come last
        return gap if 0 <= gap < self.span_ms and self._same_year(at_ms) else None

    def due(self, places: Sequence[int], after_ms: int, until_ms: int) -> Iterator[tuple[int, int]]:
        """(index into ascending `places`, wall instant) with after < wall <= until, in order."""
        for anchor, after, until in self._rounds(after_ms, until_ms):
            low, high = (after - anchor) * self.speed, (until - anchor) * self.speed
            for turn in range(int(low // self.span_ms), int(high // self.span_ms) + 1):
                start = turn * self.span_ms
                first = bisect_right(places, low - start)
                for index in range(first, bisect_right(places, high - start)):
                    yield index, anchor + round((start + places[index]) / self.speed)

    def _same_year(self, at_ms: int) -> bool:
        if not self.yearly:
            return True
        return _year(at_ms + self.offset_ms) == _year(self.base_ms + self.offset_ms)

    def _rounds(self, after_ms: int, until_ms: int) -> Iterator[tuple[int, int, int]]:
        """(anchor, after, until) between the instants at which the loop is laid anew."""
        if self.begun_ms is not None or not self.yearly:
            anchor = _MONDAY - self.offset_ms if self.begun_ms is None else self.begun_ms
            yield anchor, after_ms, until_ms
            return
        first = _year(after_ms + self.offset_ms) - 1
        for year in range(first, _year(until_ms + self.offset_ms) + 1):
            anchor, end = (_march(y) - self.offset_ms for y in (year, year + 1))
            # an anchor itself belongs to the round that it begins
            after, until = max(after_ms, anchor - 1), min(until_ms, end - 1)
            if after < until:
                yield anchor, after, until


def year_loop(year: int, offset_ms: int, speed: float) -> Loop:
    """A calendar year as a loop. It begins in March, so that a leap day is its last."""
    span = _january(year + 1) - _january(year)
    return Loop(_march(year) - offset_ms, span, offset_ms, speed, yearly=True)


def calendar_loop(first_ms: int, last_ms: int, offset_ms: int, speed: float) -> Loop:
    """The loop of a series from `first` to `last`: its last whole year, else weeks, else days."""
    year = _year(last_ms + DAY_MS + offset_ms) - 1
    if first_ms <= _january(year) - offset_ms + DAY_MS:
        return year_loop(year, offset_ms, speed)
    day = slot_start(first_ms, DAY_MS, offset_ms)
    if last_ms - first_ms < 2 * WEEK_MS:
        return Loop(day, (last_ms - day) // DAY_MS * DAY_MS + DAY_MS, offset_ms, speed)
    monday = day - (day + offset_ms - _MONDAY) % WEEK_MS
    span = (last_ms - monday) // WEEK_MS * WEEK_MS + WEEK_MS
    return Loop(monday, span, offset_ms, speed)


def started_loop(first_ms: int, end_ms: int, begun_ms: int, offset_ms: int, speed: float) -> Loop:
    """A series [first, end) whose first instant is the wall's `begun`, whatever the calendar."""
    return Loop(first_ms, end_ms - first_ms, offset_ms, speed, begun_ms=begun_ms)


def _january(year: int) -> int:
    return to_ms(datetime(year, 1, 1, tzinfo=UTC))


def _march(year: int) -> int:
    return to_ms(datetime(year, 3, 1, tzinfo=UTC))


def _year(local_ms: int) -> int:
    return (_EPOCH + timedelta(milliseconds=local_ms)).year
