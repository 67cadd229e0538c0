"""Instants and spans as people read them, in the city's local time.

One rule, here and in assets/js/base/format.js: the date is said when it is not today's, the year
when it is not this year's.
"""

from datetime import datetime

import msgspec

from dashboard.components.view import View
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from domain.zone import Zone

_AHEAD_DAYS = 1100  # a page may stand open for long
_UNITS = ((DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes"), (SECOND_MS, "seconds"))


def span(view: View, ms: int) -> str:
    """A span of time in its largest fitting unit: 3 分钟, 2 d; nothing below a second."""
    for width, unit in _UNITS:
        if ms >= width:
            return view.text(f"span.{unit}", n=ms // width)
    return view.text("span.seconds", n=0)


def offsets(zone: Zone, now_ms: int) -> list[list[int]]:
    """The city's clocks for assets/js/base/zone.js: [[epoch ms, minutes ahead of UTC], …].

    Of all instants that a page of now may name, so that no browser needs rules of its own.
    """
    return [
        [at, offset // MINUTE_MS] for at, offset in zone.changes(0, now_ms + _AHEAD_DAYS * DAY_MS)
    ]


def offsets_text(zone: Zone, now_ms: int) -> str:
    """The same for an attribute of an element."""
    return msgspec.json.encode(offsets(zone, now_ms)).decode()


def stamp(ms: int, now_ms: int, zone: Zone, *, seconds: bool = False) -> str:
    """When: `18:42`, `11-22 18:42` on another day, `2025-11-22 18:42` in another year."""
    then, now = zone.local(ms), zone.local(now_ms)
    clock = "%H:%M:%S" if seconds else "%H:%M"
    return then.strftime(clock if then.date() == now.date() else f"{_day(then, now)} {clock}")


def day_and_time(ms: int, now_ms: int, zone: Zone, *, seconds: bool = True) -> str:
    """`11-23 18:42:07`, also today; `2025-11-23 18:42:07` in another year."""
    then, now = zone.local(ms), zone.local(now_ms)
    return then.strftime(f"{_day(then, now)} %H:%M:%S" if seconds else f"{_day(then, now)} %H:%M")


def _day(then: datetime, now: datetime) -> str:
    return "%m-%d" if then.year == now.year else "%Y-%m-%d"


def grouped(number: int) -> str:
    """`1,234,567`."""
    return f"{number:,}"
