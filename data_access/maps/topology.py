"""Shared borders: rings cut into arcs, so that what changes an arc changes both its neighbours.

Points are (x, y) tuples compared exactly; a ring is closed (its first point is repeated at its
end). Pure Python: boundaries are loaded by the product, which carries no geometry library.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    """Arcs used once each, and rings as arc numbers; ~n is arc n walked backwards."""

    arcs: tuple[Line, ...]
    rings: tuple[tuple[int, ...], ...]

    def ring(self, index: int) -> Line:
        """The closed ring put together again."""
        points: list[Point] = []
        for reference in self.rings[index]:
            arc = self.arcs[reference] if reference >= 0 else self.arcs[~reference][::-1]
            points.extend(arc[1:] if points else arc)
        return tuple(points)


def cut(rings: Sequence[Line]) -> Topology:
    """Cut rings at every point where their neighbourhoods differ (three borders meet)."""
    junctions = _junctions(rings)
    numbers: dict[Line, int] = {}
    references = []
    for ring in rings:
        walk = []
        for arc in _arcs(ring, junctions):
            forward = arc <= arc[::-1]
            number = numbers.setdefault(arc if forward else arc[::-1], len(numbers))
            walk.append(number if forward else ~number)
        references.append(tuple(walk))
    return Topology(tuple(numbers), tuple(references))


def _junctions(rings: Sequence[Line]) -> set[Point]:
    beside: dict[Point, frozenset[Point]] = {}
    junctions = set()
    for ring in rings:
        body = ring[:-1]
        for before, point, after in zip(ring[-2:-1] + body[:-1], body, ring[1:], strict=True):
            pair = frozenset((before, after))
            if beside.setdefault(point, pair) != pair:
                junctions.add(point)
    return junctions


def _arcs(ring: Line, junctions: set[Point]) -> Iterator[Line]:
    """Pieces of the ring between junctions; a ring without one starts at its least point."""
    body = ring[:-1]
    cuts = [i for i, point in enumerate(body) if point in junctions]
    if not cuts:
        cuts = [min(range(len(body)), key=body.__getitem__)]
    turned = body[cuts[0] :] + body[: cuts[0]] + (body[cuts[0]],)
    ends = [i - cuts[0] for i in cuts] + [len(body)]
    for start, stop in pairwise(ends):
        yield turned[start : stop + 1]


def simplify(topology: Topology, area: float) -> Topology:
    """Drop points whose triangle with their neighbours is under `area` (square units).

    Visvalingam's order, ends of arcs fixed. Arcs that would touch another are done again with a
    quarter of the tolerance, down to the original, so rings stay valid.
    """
    least = _least_points(topology)
    limits = [area] * len(topology.arcs)
    arcs = [_thinned(arc, area, least[i]) for i, arc in enumerate(topology.arcs)]
    for turn in range(8):
        faulty = crossing(arcs)
        if not faulty:
            break
        for i in faulty:
            limits[i] = limits[i] / 4 if turn < 6 else 0
            arcs[i] = _thinned(topology.arcs[i], limits[i], least[i])
    return Topology(tuple(arcs), topology.rings)


def _least_points(topology: Topology) -> list[int]:
    """Points an arc must keep: a loop four, one of several between the same ends three."""
    ends = [frozenset((arc[0], arc[-1])) for arc in topology.arcs]
    twins: dict[frozenset[Point], int] = {}
    for pair in ends:
        twins[pair] = twins.get(pair, 0) + 1
    return [4 if len(pair) == 1 else 3 if twins[pair] > 1 else 2 for pair in ends]


def _thinned(arc: Line, area: float, least: int) -> Line:
    """Visvalingam-Whyatt: drop the point of the smallest triangle until none is under `area`."""
    before, after = list(range(-1, len(arc) - 1)), list(range(1, len(arc) + 1))
    heap = [(_triangle(*arc[i - 1 : i + 2]), i) for i in range(1, len(arc) - 1)]
    size = {i: a for a, i in heap}
    heapq.heapify(heap)
    while heap and len(size) + 2 > least:
        current, i = heapq.heappop(heap)
        if current >= area:
            break
        if size.get(i) != current:
            continue
        del size[i]
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if j in size:  # never less than what was already dropped, or order is lost
                size[j] = max(_triangle(arc[before[j]], arc[j], arc[after[j]]), current)
                heapq.heappush(heap, (size[j], j))
    return (arc[0], *(arc[i] for i in sorted(size)), arc[-1])


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs(_turn(a, b, c)) / 2


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the signed area of a, b, c: positive when they turn left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crossing(arcs: Sequence[Line]) -> set[int]:
    """Numbers of arcs with a segment that touches another one elsewhere than at a shared end."""
    found: set[int] = set()
    segments = [(i, a, b) for i, arc in enumerate(arcs) for a, b in pairwise(arc)]
    if not segments:
        return found
    cells: dict[tuple[int, int], list[int]] = {}
    side = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for _, a, b in segments) / len(segments) or 1.0
    for number, (i, a, b) in enumerate(segments):
        if a == b:
            found.add(i)
        for cell in _cells(a, b, side):
            for other in cells.setdefault(cell, []):
                j, c, d = segments[other]
                if _touch(a, b, c, d):
                    found |= {i, j}
            cells[cell].append(number)
    return found


def _cells(a: Point, b: Point, side: float) -> Iterator[tuple[int, int]]:
    left, right = sorted((a[0], b[0]))
    low, high = sorted((a[1], b[1]))
    for column in range(int(left // side), int(right // side) + 1):
        for row in range(int(low // side), int(high // side) + 1):
            yield column, row


def _touch(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments share more than a common end."""
    common = {a, b} & {c, d}
    if len(common) == 2:
        return True
    if common:
        (end,) = common
        p, q = (b if a == end else a), (d if c == end else c)
        ahead = (p[0] - end[0]) * (q[0] - end[0]) + (p[1] - end[1]) * (q[1] - end[1])
        return ahead > 0 and _turn(end, p, q) == 0
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0
