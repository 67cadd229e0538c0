"""What may be told beside what has been told."""

import pytest

from domain.clock import DAY_MS
from domain.privacy import Rates
from domain.publication import Kind
from domain.telling import (
    Base,
    Part,
    Picture,
    adds_up,
    exact_whole,
    fingerprint,
    follows,
    told_too,
)

RATES = Rates()


def picture(counts: dict[str, float], whole: float | None, mass: float = 1) -> Picture:
    parts = {place: Part(count, mass) for place, count in counts.items()}
    part = None if whole is None else Part(whole, mass * max(1, len(counts)))
    return Picture(0, parts, part, 0)


def test_a_total_of_streets_and_the_districts_own_word_are_told_apart() -> None:
    added, own = picture({"a": 1, "b": 2}, 3), picture({"a": 1, "b": 2}, 7)
    assert adds_up(added, Kind.COUNT) and not adds_up(own, Kind.COUNT)
    assert fingerprint(own, Kind.COUNT) == fingerprint(picture({}, 7), Kind.COUNT) == 0
    assert fingerprint(added, Kind.COUNT) == fingerprint(picture({"b": 9, "a": 0}, 9), Kind.COUNT)
    assert fingerprint(added, Kind.COUNT) != fingerprint(picture({"a": 3}, 3), Kind.COUNT)
    assert adds_up(picture({"a": 9.5, "b": 2.5}, 6.0, mass=8), Kind.RATE)
    assert not adds_up(picture({"a": 9.5}, 6.0)._replace(whole=Part(6, 99)), Kind.RATE)


@pytest.mark.parametrize(
    ("seen", "kind", "told"),
    [
        (picture({"a": 1, "b": 2}, 3), Kind.COUNT, 3),
        (picture({"a": 3}, 3), Kind.COUNT, None),
        (picture({"a": 300}, 300), Kind.COUNT, None),
        (picture({}, 3), Kind.COUNT, 3),
        (picture({"a": 1, "b": 2}, 3)._replace(mixed=True), Kind.COUNT, None),
        (picture({"a": 1, "b": 2}, None), Kind.COUNT, None),
        (picture({"a": 1, "b": 2}, 1.5, mass=14), Kind.RATE, None),
        (picture({"a": 1, "b": 2}, 1.5, mass=15), Kind.RATE, 1.5),
        (picture({"a": 1}, 1, mass=900), Kind.RATE, None),
    ],
)
def test_what_is_told_exactly(seen: Picture, kind: Kind, told: float | None) -> None:
    assert exact_whole(seen, kind, RATES) == told


def test_totals_of_other_streets_lie_apart_and_the_same_go_on_at_once() -> None:
    base = told_too(told_too(None, 5, 1000), 5, 2000)
    assert base == Base(5, 1000, 2000)
    assert follows(None, 5, 0, DAY_MS)
    assert follows(base, 5, 2001, DAY_MS) and follows(base, 5, 1500, DAY_MS)
    assert not follows(base, 5, 999, DAY_MS), "before it, others may have been told"
    assert not follows(base, 6, 2000 + DAY_MS - 1, DAY_MS)
    assert follows(base, 6, 2000 + DAY_MS, DAY_MS)
    assert told_too(base, 5, 1500) == base
    assert told_too(base, 6, 9000) == Base(6, 9000, 9000)
