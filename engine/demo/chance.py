"""Chance without state: every draw is a hash of what it is for, so any moment can be asked alone.

A *stream* names a purpose (a sign's noise, a day's storms); a draw is a pure function of the
stream and a counter. Restarting, or asking for last Tuesday, gives the same city.

Mixing: the finaliser of SplitMix64 (Steele, Lea & Flood 2014) over stream + counter · golden ratio.
"""

import math
from functools import lru_cache
from hashlib import blake2b

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_BYTE_STEP = 1.0 / math.sqrt(4 * (256**2 - 1) / 12)  # to unit variance
_BYTE_MIDDLE = 510.0 * _BYTE_STEP
_FINE_SHARE = 0.45  # part of the second, five times quicker octave in `noise_row`


def stream(seed: int, *names: str) -> int:
    """The 64-bit stream of a purpose; different names give unrelated streams."""
    text = "\x1f".join((str(seed), *names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def bits(of: int, counter: int) -> int:
    """64 well-mixed bits of a stream at a counter (any integer)."""
    z = (of + (counter + 1) * _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def uniform(of: int, counter: int, low: float = 0.0, high: float = 1.0) -> float:
    """A uniform draw in [low, high)."""
    return low + (high - low) * ((bits(of, counter) >> 11) / (1 << 53))


def normals(of: int, counter: int, width: int) -> tuple[float, ...]:
    """`width` ≤ 4096 draws of mean 0 and variance 1, bell-shaped and bounded to ±3.5.

    Each is the sum of four uniform bytes; one hash gives two of them.
    """
    out = []
    for lane in range(0, width, 2):
        b = bits(of, counter * 2048 + lane // 2).to_bytes(8, "little")
        out.append((b[0] + b[1] + b[2] + b[3]) * _BYTE_STEP - _BYTE_MIDDLE)
        out.append((b[4] + b[5] + b[6] + b[7]) * _BYTE_STEP - _BYTE_MIDDLE)
    return tuple(out[:width])


@lru_cache(maxsize=8192)
def _knots(of: int, knot: int, width: int) -> tuple[float, ...]:
    return normals(of, knot, width)


def _octave(of: int, at_ms: int, pace_ms: int, width: int) -> list[float]:
    knot, into = divmod(at_ms, pace_ms)
    x = into / pace_ms
    b = x * x * (3.0 - 2.0 * x)
    a = 1.0 - b
    norm = 1.0 / math.sqrt(a * a + b * b)
    a, b = a * norm, b * norm
    before, after = _knots(of, knot, width), _knots(of, knot + 1, width)
    return [a * p + b * q for p, q in zip(before, after, strict=True)]


def noise_row(of: int, at_ms: int, pace_ms: int, width: int) -> list[float]:
    """`width` independent smooth noises (mean 0, variance 1) that wander at `pace_ms`."""
    slow = _octave(of, at_ms, pace_ms, width)
    fine = _octave(of ^ _GOLDEN, at_ms, max(pace_ms // 5, 1), width)
    norm = 1.0 / math.sqrt(1.0 + _FINE_SHARE * _FINE_SHARE)
    return [(s + _FINE_SHARE * f) * norm for s, f in zip(slow, fine, strict=True)]
