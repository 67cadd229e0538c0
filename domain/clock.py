"""Time as the product uses it: aware UTC instants, epoch milliseconds, local slots.

Instants travel as integers: milliseconds since 1970-01-01T00:00Z. A *slot* is a half-open
interval [start, start + width) of elapsed time. Local days are `domain.zone`'s business.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

CALM_S = 900.0  # after a jump nothing is decided by the hour for so long
SLIP_MS = 2_000  # further apart than that between two looks is a jump, less is drift


def utc_now() -> datetime:
    """The real clock: the current instant, aware, in UTC."""
    return datetime.now(UTC)


def to_ms(instant: datetime) -> int:
    """Epoch milliseconds of an aware datetime; ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no place in time")
    return round(instant.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """The aware UTC datetime of epoch milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_rfc3339(ms: int | None) -> str | None:
    """`2026-11-23T05:00:00.000Z`, or None for None."""
    if ms is None:
        return None
    return from_ms(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> int:
    """Epoch ms of what `to_rfc3339` wrote; ValueError for anything else."""
    return to_ms(datetime.fromisoformat(text))


def slot_start(ms: int, width_ms: int, grid_ms: int) -> int:
    """Start (epoch ms) of the slot of `width_ms` that holds `ms`, on a grid (`Zone.grid_ms`).

    For slots shorter than a day: a local day may be longer or shorter than DAY_MS.
    """
    return (ms + grid_ms) // width_ms * width_ms - grid_ms


def is_due(now_ms: int, last_ms: int, every_ms: int) -> bool:
    """Whether `every_ms` have passed since `last_ms`; also when the clock was set back."""
    return not 0 <= now_ms - last_ms < every_ms


class Steadiness:
    """Notices when the wall clock was set, forwards or back, since it was last looked at.

    Our own clock can be believed while it and a clock that nobody sets go alike.

    `wall` gives epoch ms, `ticks` the seconds of a clock that only goes forward. What was wrong
    before the first look cannot be known.
    """

    def __init__(
        self, wall: Callable[[], int], ticks: Callable[[], float], calm_s: float = CALM_S
    ) -> None:
        self._wall, self._ticks, self._calm_s = wall, ticks, calm_s
        self._apart_ms = self._now()
        self._jumped_at: float | None = None

    def _now(self) -> float:
        return self._wall() - self._ticks() * 1000

    def look(self) -> bool:
        """Whether the clock has not jumped for `calm_s` seconds."""
        apart_ms = self._now()
        if abs(apart_ms - self._apart_ms) > SLIP_MS:
            self._jumped_at = self._ticks()
        self._apart_ms = apart_ms
        return self._jumped_at is None or self._ticks() - self._jumped_at >= self._calm_s
