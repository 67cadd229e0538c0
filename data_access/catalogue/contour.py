"""Borders of the cells of a grid as closed rings, smoothed together so that no gap can open."""

from collections import deque
from collections.abc import Iterator, Sequence

from data_access.maps.topology import Line, Point

Corner = tuple[int, int]
Row = Sequence[int]

OUTSIDE = -1
_SIDES = ((0, -1), (1, 0), (0, 1), (-1, 0))


def joined(label: Sequence[Row], cells: int) -> list[list[int]]:
    """The grid with each cell in one piece: lesser pieces go to the neighbour they touch most.

    ValueError when a cell has no pixel at all.
    """
    grid = [list(row) for row in label]
    for index in range(cells):
        pieces = sorted(_pieces(grid, index), key=len, reverse=True)
        if not pieces:
            raise ValueError(f"street {index}: no pixel left for it, the grid is too coarse")
        for piece in pieces[1:]:
            beside = [grid[y][x] for x, y in _around(piece, grid) if grid[y][x] != index]
            taker = max(sorted(set(beside)), key=beside.count)
            for x, y in piece:
                grid[y][x] = taker
    return grid


def _pieces(grid: list[list[int]], index: int) -> Iterator[list[Corner]]:
    left = {(x, y) for y, row in enumerate(grid) for x, at in enumerate(row) if at == index}
    for y, row in enumerate(grid):
        for x in range(len(row)):
            if (x, y) not in left:
                continue
            left.discard((x, y))
            piece, queue = [(x, y)], deque([(x, y)])
            while queue:
                for near in _near(*queue.popleft()):
                    if near in left:
                        left.discard(near)
                        piece.append(near)
                        queue.append(near)
            yield piece


def _near(x: int, y: int) -> Iterator[Corner]:
    return ((x + dx, y + dy) for dx, dy in _SIDES)


def _around(piece: list[Corner], grid: list[list[int]]) -> Iterator[Corner]:
    for x, y in piece:
        for nx, ny in _near(x, y):
            if 0 <= ny < len(grid) and 0 <= nx < len(grid[ny]):
                yield nx, ny


def rings(grid: Sequence[Row], index: int) -> list[list[Corner]]:
    """Closed rings round a cell through every grid corner, the cell on the left."""
    ways: dict[Corner, list[Corner]] = {}
    for y, row in enumerate(grid):
        for x, at in enumerate(row):
            if at == index:
                for start, end, (nx, ny) in _edges(x, y):
                    if _at(grid, nx, ny) != index:
                        ways.setdefault(start, []).append(end)
    found = []
    while ways:
        ring = [min(ways)]
        while len(ring) == 1 or ring[-1] != ring[0]:
            ring.append(_leave(ways, ring))
        found.append(ring)
    return found


def _edges(x: int, y: int) -> Iterator[tuple[Corner, Corner, Corner]]:
    """The pixel's sides anticlockwise: from corner, to corner, pixel beyond."""
    corners = ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))
    for side, (dx, dy) in enumerate(_SIDES):
        yield corners[side], corners[(side + 1) % 4], (x + dx, y + dy)


def _at(grid: Sequence[Row], x: int, y: int) -> int:
    return grid[y][x] if 0 <= y < len(grid) and 0 <= x < len(grid[y]) else OUTSIDE


def _leave(ways: dict[Corner, list[Corner]], ring: list[Corner]) -> Corner:
    """The next corner; of two ways the left one, so pixels that touch by a corner stay apart."""
    here = ring[-1]
    ends = ways[here]
    if len(ends) > 1 and len(ring) > 1:
        dx, dy = here[0] - ring[-2][0], here[1] - ring[-2][1]
        left = (here[0] - dy, here[1] + dx)
        ends.sort(key=lambda end: end != left)
    taken = ends.pop(0)
    if not ends:
        del ways[here]
    return taken


def smoothed(grid: Sequence[Row], outline: int, inner: int) -> dict[Corner, Point]:
    """Where each border corner of the grid goes when all borders are smoothed at once.

    Each pass moves a corner half-way to the mean of its neighbours along the borders. The outline
    listens to itself only, so borders that end on it do not dent it; it gets `outline` passes
    first, and then the borders between cells get `inner` ones.
    """
    rim, between = _beside(grid)
    place = {corner: (float(corner[0]), float(corner[1])) for corner in (rim | between)}
    for _ in range(outline):
        place |= _relaxed(rim, place)
    movable = {corner: near for corner, near in between.items() if corner not in rim}
    for _ in range(inner):
        place |= _relaxed(movable, place)
    return place


def _relaxed(beside: dict[Corner, list[Corner]], place: dict[Corner, Point]) -> dict[Corner, Point]:
    moved = {}
    for corner, near in beside.items():
        x = sum(place[n][0] for n in near) / len(near)
        y = sum(place[n][1] for n in near) / len(near)
        moved[corner] = ((place[corner][0] + x) / 2, (place[corner][1] + y) / 2)
    return moved


def _beside(grid: Sequence[Row]) -> tuple[dict[Corner, list[Corner]], dict[Corner, list[Corner]]]:
    """Neighbours of border corners: of those on the outline along it, and of all between cells."""
    rim: dict[Corner, list[Corner]] = {}
    between: dict[Corner, list[Corner]] = {}
    for y, row in enumerate(grid):
        for x, at in enumerate(row):
            for start, end, (nx, ny) in _edges(x, y):
                other = _at(grid, nx, ny)
                if at == OUTSIDE or (OUTSIDE < other <= at):
                    continue  # a side between two cells is met from both of them
                kind = rim if other == OUTSIDE else between
                kind.setdefault(start, []).append(end)
                kind.setdefault(end, []).append(start)
    return rim, between


def as_line(ring: Sequence[Corner], place: dict[Corner, Point]) -> Line:
    """The ring at its smoothed place."""
    return tuple(place[corner] for corner in ring)
