"""The week's rhythm: named shapes of 168 hours, and signs measured only in part of the day."""

from collections.abc import Sequence

from domain.clock import DAY_MS, HOUR_MS

WEEK_HOURS = 168
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday = 0


def week_shape(weekday: Sequence[float], weekend: Sequence[float]) -> tuple[float, ...]:
    """168 hours from Monday 00:00 made of two days of 24: mean 0 over the week, peak 1."""
    raw = [*weekday] * 5 + [*weekend] * 2
    mean = sum(raw) / WEEK_HOURS
    peak = max(raw) - mean
    if peak <= 0:
        raise ValueError("a shape needs a peak above its mean")
    return tuple((v - mean) / peak for v in raw)


def week_hour(at_ms: int, offset_ms: int) -> float:
    """Local hours since Monday 00:00, in [0, 168)."""
    local = at_ms + offset_ms
    return (local / HOUR_MS + _EPOCH_WEEKDAY * 24) % WEEK_HOURS


def at_hour(shape: Sequence[float], hour: float) -> float:
    """The shape between its hourly values (each stands for the full hour), periodic."""
    k = int(hour)
    part = hour - k
    return shape[k % WEEK_HOURS] * (1.0 - part) + shape[(k + 1) % WEEK_HOURS] * part


def held(at_ms: int, hours: tuple[float, float] | None, offset_ms: int) -> int:
    """The last moment ≤ `at_ms` inside the local hours [start, end) when a sign is measured.

    Outside them the last measured value is repeated, as such systems do. `start` > `end` means
    over midnight.
    """
    if hours is None:
        return at_ms
    start, end = (round(h * HOUR_MS) for h in hours)
    length = (end - start) % DAY_MS
    since_start = (at_ms + offset_ms - start) % DAY_MS
    if since_start < length:
        return at_ms
    return at_ms - (since_start - length) - 1
