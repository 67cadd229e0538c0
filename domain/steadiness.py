"""Whether our own clock can be believed: it and a clock that nobody sets must go alike."""

from collections.abc import Callable

CALM_S = 900.0  # after a jump nothing is decided by the hour for so long
SLIP_MS = 2_000  # further apart than that between two looks is a jump, less is drift


class Steadiness:
    """Notices when the wall clock was set, forwards or back, since it was last looked at.

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
