"""A clock that was set is noticed, one that drifts is not."""

from domain.clock import CALM_S, Steadiness


class Clocks:
    def __init__(self) -> None:
        self.wall, self.ticks = 1_800_000_000_000, 50.0

    def pass_s(self, seconds: float, wall_s: float | None = None) -> None:
        self.ticks += seconds
        self.wall += round(1000 * (seconds if wall_s is None else wall_s))


def test_time_that_passes_is_no_jump() -> None:
    clocks = Clocks()
    steady = Steadiness(lambda: clocks.wall, lambda: clocks.ticks)
    for seconds in (0.1, 3600, 86_400):
        clocks.pass_s(seconds, seconds + 0.5)  # some drift
        assert steady.look()


def test_a_jump_either_way_is_remembered_until_it_has_been_calm() -> None:
    for jump_s in (8 * 3600, -8 * 3600, 3):
        clocks = Clocks()
        steady = Steadiness(lambda c=clocks: c.wall, lambda c=clocks: c.ticks)  # type: ignore[misc]
        clocks.pass_s(1, 1 + jump_s)
        assert not steady.look()
        clocks.pass_s(CALM_S - 1)
        assert not steady.look()
        clocks.pass_s(2)
        assert steady.look()
        clocks.pass_s(1, 1 - jump_s)  # and the way back is a jump, too
        assert not steady.look()
