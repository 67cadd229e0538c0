"""Shared borders stay shared, whatever is dropped from them."""

from itertools import pairwise

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from data_access.maps.pole import pole
from data_access.maps.topology import Line, Point, crossing, cut, simplify

SQUARE: Line = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))


def jagged(a: Point, b: Point, noise: list[float]) -> list[Point]:
    """A line from a to b whose points stray sideways, but not into another line's quarter."""
    (ax, ay), (bx, by), n = a, b, len(noise)
    points = []
    for i, value in enumerate(noise):
        t = (i + 1) / (n + 1)
        v = value * min(t, 1 - t)
        points.append((ax + t * (bx - ax) - v * (by - ay), ay + t * (by - ay) + v * (bx - ax)))
    return points


def rings_between(noises: list[list[float]]) -> list[Line]:
    """Four cells, two by two, with jagged borders that each two of them share."""
    lines: dict[tuple[Point, Point], list[Point]] = {}
    for noise in noises:
        number = len(lines)
        row, column = divmod(number % 6, 2) if number < 6 else divmod(number - 6, 3)
        a = (float(column), float(row))
        b = (a[0] + 1, a[1]) if number < 6 else (a[0], a[1] + 1)
        lines[a, b] = jagged(a, b, noise)
    rings = []
    for x in (0.0, 1.0):
        for y in (0.0, 1.0):
            corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
            ring: list[Point] = []
            for a, b in pairwise(corners):
                ring += [a, *(lines[a, b] if (a, b) in lines else lines[b, a][::-1])]
            rings.append((*ring, corners[0]))
    return rings


NOISE = st.lists(st.integers(-9, 9).map(lambda v: v / 10), max_size=7)


@settings(deadline=None, max_examples=40)
@given(st.lists(NOISE, min_size=12, max_size=12), st.floats(0, 0.5))
def test_thinning_opens_no_gap(noises: list[list[float]], area: float) -> None:
    rings = rings_between(noises)
    whole = cut(rings)
    assert [Polygon(whole.ring(i)).equals(Polygon(r)) for i, r in enumerate(rings)] == [True] * 4
    thin = simplify(whole, area)
    cells = [Polygon(thin.ring(i)) for i in range(4)]
    assert all(cell.is_valid and cell.area > 0 for cell in cells)
    assert shapely.coverage_is_valid(cells)
    assert sum(len(arc) for arc in thin.arcs) <= sum(len(arc) for arc in whole.arcs)


def test_an_enclave_keeps_its_border_and_both_directions() -> None:
    inner: Line = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4))
    topology = cut([SQUARE, inner[::-1], inner[2:] + inner[1:3]])
    assert len(topology.arcs) == 2
    thin = simplify(topology, 10.0)
    host = Polygon(thin.ring(0), [thin.ring(1)])
    enclave = Polygon(thin.ring(2))
    assert enclave.area > 0
    assert shapely.coverage_is_valid([host, enclave])
    assert not shapely.is_ccw(shapely.LinearRing(thin.ring(1)))
    assert shapely.is_ccw(shapely.LinearRing(thin.ring(2)))


def test_thinning_drops_the_least_first() -> None:
    line: Line = ((0.0, 0.0), (1.0, 0.01), (2.0, 1.0), (3.0, 0.0), (1.5, -2.0), (0.0, 0.0))
    thin = simplify(cut([line]), 0.6)
    assert thin.ring(0) == ((0.0, 0.0), (2.0, 1.0), (3.0, 0.0), (1.5, -2.0), (0.0, 0.0))


def test_a_thinned_border_never_runs_through_another() -> None:
    """The wall cut straight would cut the pocket in two."""
    wall: Line = ((0.0, 0.0), (4.0, 3.0), (6.0, 3.0), (10.0, 0.0), (5.0, -5.0), (0.0, 0.0))
    pocket: Line = ((4.5, -1.0), (5.5, -1.0), (5.0, 2.8), (4.5, -1.0))
    thin = simplify(cut([wall, pocket]), 30.0)
    assert crossing(thin.arcs) == set()
    assert Polygon(thin.ring(0)).contains(Polygon(thin.ring(1)))


@pytest.mark.parametrize(
    ("arcs", "found"),
    [
        ([SQUARE], set()),
        ([((0.0, 0.0), (2.0, 2.0)), ((0.0, 2.0), (2.0, 0.0))], {0, 1}),
        ([((0.0, 0.0), (2.0, 0.0)), ((1.0, 0.0), (1.0, 5.0))], {0, 1}),  # ends on the other
        ([((0.0, 0.0), (2.0, 0.0)), ((2.0, 0.0), (1.0, 0.0))], {0, 1}),  # runs back over it
        ([((0.0, 0.0), (2.0, 0.0)), ((2.0, 0.0), (3.0, 0.0))], set()),
        ([((0.0, 0.0), (0.0, 0.0))], {0}),
        ([], set()),
    ],
)
def test_crossings(arcs: list[Line], found: set[int]) -> None:
    assert crossing(arcs) == found


def test_pole_of_a_square_and_of_an_l() -> None:
    x, y = pole([SQUARE], 0.001)
    assert abs(x - 0.5) < 0.01 and abs(y - 0.5) < 0.01
    el: Line = ((0.0, 0.0), (4.0, 0.0), (4.0, 1.0), (2.0, 1.0), (2.0, 4.0), (0.0, 4.0), (0.0, 0.0))
    x, y = pole([el], 0.001)
    assert Polygon(el).exterior.distance(shapely.Point(x, y)) > 0.99


def test_pole_keeps_out_of_holes() -> None:
    hole: Line = ((0.3, 0.3), (0.3, 0.7), (0.7, 0.7), (0.7, 0.3), (0.3, 0.3))
    x, y = pole([SQUARE, hole], 0.001)
    assert Polygon(SQUARE, [hole]).exterior.distance(shapely.Point(x, y)) > 0.15
    assert not Polygon(hole).contains(shapely.Point(x, y))
