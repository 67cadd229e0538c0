"""Fair turns: whoever sends much waits for itself."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.threads.turns import Shares, TooManyAtOnce, Turns
from dashboard.threads.writer import Overloaded
from tests.conditions import eventually

PATIENCE_S = 20.0


def waiting(turns: Turns) -> int:
    """How many wait for a turn."""
    return sum(len(line) for line in turns._lines.values())


def test_senders_are_served_in_rotation() -> None:
    turns, order = Turns(1), list[str]()

    def have(sender: str) -> None:
        with turns.turn(sender, PATIENCE_S):
            order.append(sender)

    with ThreadPoolExecutor(12) as pool:
        with turns.turn("first", PATIENCE_S):
            for count, sender in enumerate("aaaaaabcc", start=1):  # nine come in this order
                pool.submit(have, sender)
                eventually(lambda count=count: waiting(turns) == count)
    assert "".join(order) == "abcacaaaa"
    assert not turns._lines and not turns._having


def test_a_sender_has_one_turn_at_a_time() -> None:
    turns = Turns(3)
    with turns.turn("a", 0.01):
        with pytest.raises(Overloaded), turns.turn("a", 0.01):
            pass
        with turns.turn("b", 0.01), turns.turn("c", 0.01):
            with pytest.raises(Overloaded), turns.turn("d", 0.01):
                pass
    with turns.turn("a", 0.01):
        assert waiting(turns) == 0


def test_a_turn_that_fails_is_given_back() -> None:
    turns = Turns(1)
    with pytest.raises(KeyError), turns.turn("a", 0.01):
        raise KeyError
    with turns.turn("b", 0.01):
        pass


def test_nobody_gives_up_a_turn_that_has_come() -> None:
    """Many threads with little patience: whatever comes first, no turn is lost."""
    turns, had = Turns(1), threading.Semaphore(0)

    def have(n: int) -> None:
        for _ in range(50):
            try:
                with turns.turn(str(n % 3), 0.0005):
                    had.release()
            except Overloaded:
                pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(have, range(8)))
    assert turns._free == 1 and not turns._lines and not turns._having


def test_shares_are_limited_and_the_first_is_always_let_in() -> None:
    shares = Shares(each=2, together=3)
    with shares.share("a"), shares.share("a"):
        with pytest.raises(TooManyAtOnce), shares.share("a"):
            pass
        with shares.share("b"):
            with pytest.raises(Overloaded), shares.share("b"):
                pass
            with shares.share("c"):  # nobody can be kept out by others
                pass
    assert shares._held == {}
