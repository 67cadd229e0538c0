"""The attackers' solver finds what follows, and nothing else: compared with trying everything."""

import itertools
import random

from tests.unit.equations import System


def everything(system: System) -> list[dict[object, int]]:
    """All numbers that fit, by trying them."""
    names = list(system.low)
    ranges = [range(system.low[n], system.high[n] + 1) for n in names]
    tried = (dict(zip(names, values, strict=True)) for values in itertools.product(*ranges))
    return [one for one in tried if system.holds(one)]


def test_it_agrees_with_trying_everything() -> None:
    chance = random.Random(5)
    for _ in range(60):
        truth = {n: chance.randrange(5) for n in "abcde"}
        system = System()
        for name, value in truth.items():
            low = max(0, value - chance.randrange(3))
            system.know(name, low, low + 4)
        for _ in range(chance.randrange(1, 5)):
            names = chance.sample("abcde", chance.randrange(2, 5))
            total, slack = sum(truth[n] for n in names), chance.choice((0, 0, 2))
            system.add(names, total - slack, total + slack)
        fits = everything(system)
        system.subtract()
        assert system.holds(truth)
        system.narrow()
        searcher = system.searcher(truth)
        for name in truth:
            left = {one[name] for one in fits}
            assert {v for v in range(10) if searcher.possible(name, v)} == left
            assert system.low[name] <= min(left) and max(left) <= system.high[name]


def test_one_total_with_a_street_and_one_without_give_it_away() -> None:
    system = System()
    streets = [f"s{n}" for n in range(12)]
    system.add(streets, 40, 40)
    system.add(streets[1:], 37, 37)
    system.subtract()
    system.narrow()
    assert (system.low["s0"], system.high["s0"]) == (3, 3)
