"""Slots lie on their grid, and intervals survive a clock that is set back."""

from domain.clock import HOUR_MS, MINUTE_MS, is_due, slot_start

NOW = 1_795_000_000_000


def test_slots_lie_on_their_grid() -> None:
    start = slot_start(NOW, HOUR_MS, 30 * MINUTE_MS)
    assert start <= NOW < start + HOUR_MS
    assert (start + 30 * MINUTE_MS) % HOUR_MS == 0


def test_something_is_due_when_its_time_has_passed_or_the_clock_was_set_back() -> None:
    assert not is_due(NOW, NOW, MINUTE_MS)
    assert not is_due(NOW + MINUTE_MS - 1, NOW, MINUTE_MS)
    assert is_due(NOW + MINUTE_MS, NOW, MINUTE_MS)
    assert is_due(NOW - HOUR_MS, NOW, MINUTE_MS)  # else nothing would happen for an hour
