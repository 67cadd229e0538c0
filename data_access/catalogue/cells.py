"""Cells of the schematic map on a grid: an outline grown round the centroids, cut by area.

Only plain IEEE operations (no exp, no FFT, no pairwise sums) so that every machine gets the same
cells. Lengths are km, areas km², y points north; a label is a street's index, OUTSIDE is -1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

OUTSIDE = -1
REACH = 1.4  # discs nearer than REACH times the sum of their radii are neighbours in the outline
DRIFT = 0.5  # a cell's site may leave the centroid by this many radii


@dataclass(frozen=True, slots=True)
class Grid:
    """Square pixels of side `step` km; (x0, y0) is the outer corner of pixel (0, 0)."""

    x0: float
    y0: float
    step: float
    width: int
    height: int

    @classmethod
    def around(cls, points: Floats, margin: float, step: float) -> "Grid":
        """The grid that holds the points (n, 2) and a margin in km."""
        low = points.min(axis=0) - margin
        size = points.max(axis=0) + margin - low
        return cls(float(low[0]), float(low[1]), step, int(size[0] / step), int(size[1] / step))

    def axes(self) -> tuple[Floats, Floats]:
        """Pixel centres: x as a row, y as a column."""
        x: Floats = self.x0 + (np.arange(self.width, dtype=np.float64) + 0.5) * self.step
        y: Floats = self.y0 + (np.arange(self.height, dtype=np.float64) + 0.5) * self.step
        return x[None, :], y[:, None]

    def sample(self, field: Floats, fine: "Grid") -> Floats:
        """The field at the pixels of another grid over the same place, bilinear between ours."""
        x, y = fine.axes()
        for axis, at, start in ((1, x, self.x0), (0, y, self.y0)):
            place = np.clip((at.ravel() - start) / self.step - 0.5, 0, field.shape[axis] - 1.001)
            low = place.astype(np.int64)
            part = np.expand_dims(place - low, 1 - axis)
            field = np.take(field, low, axis) * (1 - part) + np.take(field, low + 1, axis) * part
        return field


@dataclass(frozen=True, slots=True)
class Sites:
    """Sites (n, 2) and weights (n) of a power diagram: a point x is of the i least |x-p|²-w."""

    points: Floats
    weights: Floats

    def scores(self, grid: Grid) -> Floats:
        """|x-p|²-w of each pixel, shape (n, height, width)."""
        x, y = grid.axes()
        px, py = self.points[:, 0, None, None], self.points[:, 1, None, None]
        return (x - px) ** 2 + (y - py) ** 2 - self.weights[:, None, None]


def fit(centroids: Floats, shares: Floats, region: Mask, grid: Grid) -> Sites:
    """Sites and weights whose cells have their share of the region and, nearly, their centroid.

    A capacity-constrained power diagram by damped fixed-point steps: weights follow the missing
    area, sites the missing centroid (at most DRIFT radii).
    """
    pixel = grid.step**2
    goal = shares * (int(region.sum()) * pixel)
    limit = DRIFT * np.sqrt(goal / np.pi)
    xs, ys = (np.broadcast_to(axis, region.shape)[region] for axis in grid.axes())
    offset = np.zeros_like(centroids)
    sites = Sites(centroids, goal / np.pi)
    rounds = 240
    for turn in range(rounds):
        cell = sites.scores(grid).argmin(axis=0)[region]
        count = np.bincount(cell, minlength=len(shares)).astype(np.float64)
        weights = sites.weights + 0.25 * (goal - count * pixel) / np.pi
        if turn % 5 == 4 and turn < rounds * 0.8:
            sums = [np.bincount(cell, weights=v, minlength=len(shares)) for v in (xs, ys)]
            middle = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
            offset = offset + 0.2 * (centroids - middle)
            far = np.sqrt(offset[:, 0] ** 2 + offset[:, 1] ** 2) / limit
            offset = offset / np.maximum(far, 1)[:, None]
        sites = Sites(centroids + offset, weights)
    return sites


def outline(centroids: Floats, areas: Floats, grid: Grid, softness: float) -> Floats:
    """A soft region round the centroids: discs of the given areas, near ones hulled together.

    Blurred with a standard deviation of `softness` km: the outline is where it falls to one half.
    """
    x, y = grid.axes()
    radius = np.sqrt(areas / np.pi)
    region = np.zeros((grid.height, grid.width), dtype=np.bool_)
    for i in range(len(radius)):
        for j in range(i + 1):
            gap = centroids[i] - centroids[j]
            if np.sqrt(gap[0] ** 2 + gap[1] ** 2) >= REACH * (radius[i] + radius[j]):
                continue
            for t in np.linspace(0, 1, 25) if i != j else (0.0,):
                (px, py), r = centroids[i] - t * gap, radius[i] + t * (radius[j] - radius[i])
                region |= (x - px) ** 2 + (y - py) ** 2 < r * r
    return blur(region.astype(np.float64), softness / grid.step)


def filled(region: Mask) -> Mask:
    """The region with its holes: everything that the grid's rim cannot reach."""
    outside = np.zeros_like(region)
    outside[[0, -1], :] = outside[:, [0, -1]] = True
    outside &= ~region
    size = 0
    while size != (size := int(outside.sum())):
        for _ in range(16):
            grown = outside.copy()
            grown[1:] |= outside[:-1]
            grown[:-1] |= outside[1:]
            grown[:, 1:] |= outside[:, :-1]
            grown[:, :-1] |= outside[:, 1:]
            outside = grown & ~region
    return ~outside


def blur(field: Floats, sigma: float) -> Floats:
    """Blur by repeated [1 2 1]/4, standard deviation `sigma` pixels; zero past the rim."""
    for _ in range(max(1, round(2 * sigma * sigma))):
        tall = np.zeros((field.shape[0] + 2, field.shape[1]))
        tall[1:-1] = field
        field = (tall[:-2] + tall[2:]) * 0.25 + tall[1:-1] * 0.5
        wide = np.zeros((field.shape[0], field.shape[1] + 2))
        wide[:, 1:-1] = field
        field = (wide[:, :-2] + wide[:, 2:]) * 0.25 + wide[:, 1:-1] * 0.5
    return field


def foam(label: Labels, shares: Floats, rounds: int, sigma: float) -> Labels:
    """Round the cells like soap bubbles of given area; the region itself keeps its outline.

    Threshold dynamics (Merriman-Bence-Osher) with a pressure per cell: each cell is blurred by
    `sigma` pixels, and a pixel goes to the cell with the highest blur plus pressure. Walls then
    meet at about 120°, corners and slivers vanish.
    """
    region = label != OUTSIDE
    goal = shares * int(region.sum())
    pressure = np.zeros(len(shares))
    # A wall moves by pressure·σ·√(2π)/2 pixels; a cell has about 4√area pixels of wall.
    gain = 1 / (np.sqrt(2 * np.pi) * sigma * 2 * np.sqrt(goal))
    for turn in range(rounds):
        fields = [_blurred_cell(label, i, sigma) for i in range(len(shares))]
        for _ in range(4 if turn < rounds - 1 else 20):  # at last the areas must be right
            strongest = _strongest(fields, pressure, region.shape)
            # A pixel that no cell claims (a speck on the rim) stays what it was.
            label = np.where(region & (strongest != OUTSIDE), strongest, label)
            count = np.bincount(label[region], minlength=len(shares))
            pressure = pressure + gain * (goal - count)
    return label


Window = tuple[slice, slice]


def _blurred_cell(label: Labels, index: int, sigma: float) -> tuple[Window, Floats]:
    rows, columns = np.nonzero(label == index)
    reach = round(3 * sigma) + 1
    window = (
        slice(max(0, int(rows.min()) - reach), int(rows.max()) + reach + 1),
        slice(max(0, int(columns.min()) - reach), int(columns.max()) + reach + 1),
    )
    return window, blur((label[window] == index).astype(np.float64), sigma)


def _strongest(
    fields: list[tuple[Window, Floats]], pressure: Floats, shape: tuple[int, ...]
) -> Labels:
    best = np.full(shape, -9.0)
    label = np.full(shape, OUTSIDE, dtype=np.int64)
    for index, (window, field) in enumerate(fields):
        # Without the cut a cell under pressure would pop up where it never was.
        score = np.where(field > 0.02, field + pressure[index], -9.0)
        won = score > best[window]
        best[window][won] = score[won]
        label[window][won] = index
    return label
