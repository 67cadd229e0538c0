"""Instants and spans as people read them, in the city's local time."""

from dashboard.components.view import View
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, from_ms, local_zone

_UNITS = ((DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes"), (SECOND_MS, "seconds"))


def span(view: View, ms: int) -> str:
    """A span of time in its largest fitting unit: 3 分钟, 2 d; nothing below a second."""
    for width, unit in _UNITS:
        if ms >= width:
            return view.text(f"span.{unit}", n=ms // width)
    return view.text("span.seconds", n=0)


def day_and_time(ms: int, offset_min: int) -> str:
    """`11-23 18:42:07` in local time."""
    return from_ms(ms).astimezone(local_zone(offset_min)).strftime("%m-%d %H:%M:%S")


def grouped(number: int) -> str:
    """`1,234,567`."""
    return f"{number:,}"
