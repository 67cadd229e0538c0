"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from domain.clock import to_ms

MONDAY_MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Pudong


class FixedClock:
    """A `domain.clock.Clock` under the test's control."""

    def __init__(self, instant: datetime = MONDAY_MORNING) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    @property
    def ms(self) -> int:
        """The instant in epoch milliseconds."""
        return to_ms(self.instant)

    def step(self, seconds: float) -> datetime:
        """Move by `seconds` (negative = back) and return the new instant."""
        self.instant += timedelta(seconds=seconds)
        return self.instant

    def set(self, instant: datetime) -> None:
        """Jump to an aware instant."""
        self.instant = instant
