"""The share card: the district's shape as a PNG, drawn at start without an image library."""

import re
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from dashboard.public_site.chart import Drawing

WIDTH, HEIGHT, MARGIN = 1200, 630, 40
PAPER, LAND, EDGE = 0, 1, 2
PALETTE = bytes((0xFC, 0xFD, 0xFE, 0xB3, 0xBF, 0xCD, 0x13, 0x1A, 0x23))
_POINT = re.compile(r"(-?\d+) (-?\d+)")
Pixels = NDArray[np.uint8]


def card_png(shapes: Drawing) -> bytes:
    """A palette PNG of 1200 × 630 with the streets side by side."""
    pixels: Pixels = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    scale = min((WIDTH - 2 * MARGIN) / shapes.width, (HEIGHT - 2 * MARGIN) / shapes.height)
    left = (WIDTH - shapes.width * scale) / 2
    for shape in shapes.shapes:
        for ring in shape.path.split("Z"):
            points = [(float(x), float(y)) for x, y in _POINT.findall(ring)]
            if len(points) > 2:
                _fill(pixels, [(left + x * scale, MARGIN + y * scale) for x, y in points])
    pixels[:12] = EDGE
    return _png(pixels)


def _fill(pixels: Pixels, points: list[tuple[float, float]]) -> None:
    """Even-odd filling along rows, two pixels of paper left between neighbours."""
    ys = [y for _, y in points]
    for row in range(max(0, int(min(ys)) + 1), min(HEIGHT, int(max(ys)) + 1)):
        crossings = sorted(
            x0 + (row - y0) * (x1 - x0) / (y1 - y0)
            for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True)
            if (y0 <= row) != (y1 <= row)
        )
        for start, end in zip(crossings[::2], crossings[1::2], strict=False):
            pixels[row, int(start) + 2 : max(int(start) + 2, int(end) - 1)] = LAND


def _png(pixels: Pixels) -> bytes:
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", PALETTE), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
