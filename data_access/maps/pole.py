"""The place of a label: the point of a polygon farthest from its border."""

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise

from data_access.maps.topology import Line, Point


def pole(rings: Sequence[Line], precision: float, stretch: float = 1.0) -> Point:
    """Pole of inaccessibility of a polygon (first ring outside, the others holes).

    Searched in squares of falling size to `precision` (in units of the coordinates). Distances
    along x count 1/stretch, so that with 2 the point suits a label twice as wide as high.
    """
    lines = [[(x / stretch, y) for x, y in ring] for ring in rings]
    xs, ys = [x for x, _ in lines[0]], [y for _, y in lines[0]]
    side = min(max(xs) - min(xs), max(ys) - min(ys))
    half = side / 2
    heap: list[tuple[float, float, float, float, float]] = []

    def offer(x: float, y: float, half: float) -> tuple[float, float, float]:
        depth = _depth(x, y, lines)
        heapq.heappush(heap, (-(depth + half * math.sqrt(2)), depth, x, y, half))
        return depth, x, y

    best = offer((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, 0.0)
    for column in range(math.ceil((max(xs) - min(xs)) / side)):
        for row in range(math.ceil((max(ys) - min(ys)) / side)):
            place = (min(xs) + (column + 0.5) * side, min(ys) + (row + 0.5) * side)
            best = max(best, offer(*place, half))
    while heap:
        potential, _, x, y, half = heapq.heappop(heap)
        if -potential - best[0] <= precision:
            break
        quarter = half / 2
        for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            best = max(best, offer(x + dx * quarter, y + dy * quarter, quarter))
    return best[1] * stretch, best[2]


def _depth(x: float, y: float, rings: Sequence[Sequence[Point]]) -> float:
    """Distance to the border, negative outside."""
    inside, nearest = False, math.inf
    for ring in rings:
        for (ax, ay), (bx, by) in pairwise(ring):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                inside = not inside
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            t = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / length)) if length else 0.0
            gap_x, gap_y = x - ax - t * dx, y - ay - t * dy
            nearest = min(nearest, gap_x * gap_x + gap_y * gap_y)
    return math.sqrt(nearest) if inside else -math.sqrt(nearest)
