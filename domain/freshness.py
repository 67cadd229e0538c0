"""Freshness: how old a value may be before it stops counting as alive.

live: within twice the cadence (one missed report is still on its way);
late: older than that, but not yet stale; stale: older than `stale_after`; never: no value at all.
"""

from enum import StrEnum


class Freshness(StrEnum):
    """The second, separate mark beside the state."""

    LIVE = "live"
    LATE = "late"
    STALE = "stale"
    NEVER = "never"


def late_after_s(cadence_s: int, stale_after_s: int) -> int:
    """Seconds after which a value is late: two cadences, never beyond stale."""
    return min(2 * cadence_s, stale_after_s)


def freshness(
    observed_ms: int | None, now_ms: int, cadence_s: int, stale_after_s: int
) -> Freshness:
    """Freshness of a value observed at `observed_ms` (epoch ms; None = never) seen at `now_ms`."""
    if observed_ms is None:
        return Freshness.NEVER
    age_ms = now_ms - observed_ms
    if age_ms > stale_after_s * 1000:
        return Freshness.STALE
    if age_ms > late_after_s(cadence_s, stale_after_s) * 1000:
        return Freshness.LATE
    return Freshness.LIVE


def source_freshness(
    received_ms: int | None, observed_ms: int | None, now_ms: int, cadence_s: int
) -> Freshness:
    """Freshness of a whole source that spoke last at `received_ms`, of `observed_ms` at the newest.

    Epoch ms, None = never. Both must be recent: a file of last year that is loaded now is a word,
    but none of the present. Stale after three cadences, at the earliest after three minutes.
    """
    if received_ms is None or observed_ms is None:
        return Freshness.NEVER
    told_ms = min(received_ms, observed_ms)  # a device's clock may run ahead
    return freshness(told_ms, now_ms, max(cadence_s, 60), max(3 * cadence_s, 180))


def is_counted(mark: Freshness, expected: bool) -> bool:
    """Whether a source stands in the counts: an archive, of which nothing is expected, is never
    lost; it counts for as long as it speaks of the present."""
    return expected or mark in (Freshness.LIVE, Freshness.LATE)
