"""Instants and spans as people read them, in the city's local time.

One rule, here and in assets/js/format.js: the date is said when it is not today's, the year when
it is not this year's.
"""

from datetime import datetime

from dashboard.components.view import View
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, from_ms, local_zone

_UNITS = ((DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes"), (SECOND_MS, "seconds"))


def span(view: View, ms: int) -> str:
    """A span of time in its largest fitting unit: 3 分钟, 2 d; nothing below a second."""
    for width, unit in _UNITS:
        if ms >= width:
            return view.text(f"span.{unit}", n=ms // width)
    return view.text("span.seconds", n=0)


def stamp(ms: int, now_ms: int, offset_min: int, *, seconds: bool = False) -> str:
    """When: `18:42`, `11-22 18:42` on another day, `2025-11-22 18:42` in another year."""
    then, now = _local(ms, offset_min), _local(now_ms, offset_min)
    clock = "%H:%M:%S" if seconds else "%H:%M"
    return then.strftime(clock if then.date() == now.date() else f"{_day(then, now)} {clock}")


def day_and_time(ms: int, now_ms: int, offset_min: int, *, seconds: bool = True) -> str:
    """`11-23 18:42:07`, also today; `2025-11-23 18:42:07` in another year."""
    then, now = _local(ms, offset_min), _local(now_ms, offset_min)
    return then.strftime(f"{_day(then, now)} %H:%M:%S" if seconds else f"{_day(then, now)} %H:%M")


def _local(ms: int, offset_min: int) -> datetime:
    return from_ms(ms).astimezone(local_zone(offset_min))


def _day(then: datetime, now: datetime) -> str:
    return "%m-%d" if then.year == now.year else "%Y-%m-%d"


def grouped(number: int) -> str:
    """`1,234,567`."""
    return f"{number:,}"
