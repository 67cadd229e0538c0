"""Bodies of at most 8 MB made to cost as much as possible, of every kind that we know."""

import gzip
import zlib

from dashboard.api.body import MAX_BYTES
from dashboard.api.decoding import MAX_FACTS

READING = (
    b'{"source":"probe","sign":"ENV-02","street":"310115005",'
    b'"observed_at":"2026-11-23T10:05:00+08:00","value":2.4,"point":"g-017"}'
)
TINY = b'{"source":"","sign":"","observed_at":"","value":0}'
_N = MAX_BYTES


def _array(unit: bytes, count: int = _N) -> bytes:
    """An array of so many equal elements, or of as many as fit."""
    fitting = min(count, (_N - 2) // (len(unit) + 1))
    return b"[" + b",".join([unit] * fitting) + b"]"


def _with(old: bytes, new: bytes) -> bytes:
    return b"[" + READING.replace(old, new) + b"]"


def _field(content: bytes, also: bytes = b"") -> bytes:
    """A good reading that carries something in a field that nobody knows."""
    return b"[" + READING[:-1] + b',"x":' + content + b"}" + also + b"]"


def _nested(unit: bytes, size: int, first: bytes = b"0") -> bytes:
    return b"[" + first + (b"," + unit) * (size // (len(unit) + 1)) + b"]"


_NAN = READING.replace(b"2.4", b"NaN")
_MANY_KEYS = b"{" + b",".join(b'"%d":0' % n for n in range(1_500)) + b"}"

ARRAYS: dict[str, bytes] = {
    "empty arrays": _array(b"[]"),
    "empty objects": _array(b"{}"),
    "digits": _array(b"0"),
    "empty texts": _array(b'""'),
    "tiny readings": _array(TINY),
    "as many readings as we take, all bad": _array(b"{}", MAX_FACTS),
    "as many with NaN": _array(_NAN[:-1] + b',"x":"' + b"y" * 200 + b'"}', MAX_FACTS),
    "as many of the wrong type": _array(READING.replace(b"2.4", b'"\\u0001"'), MAX_FACTS),
    "as many with arrays in them": _array(b'{"a":' + _nested(b"[]", 390) + b"}", MAX_FACTS),
    "as many open ends": _array(b"[" * 30 + b"]" * 30 + b" " * 300, MAX_FACTS),
    "arrays of empty arrays": _array(_nested(b"[]", 16_000)),
    "objects of empty arrays": _array(b'{"a":' + _nested(b"[]", 16_000) + b"}"),
    "arrays of NaN and empty objects": _array(b'{"a":' + _nested(b"{}", 16_000, b"NaN") + b"}"),
    "arrays of escapes": _array(b'"' + b"\\u0001" * 2_600 + b'"'),
    "arrays of long numbers": _array(b'{"a":' + _nested(b"9" * 3_999, 15_000, b"NaN") + b"}"),
    "objects of many names": _array(_MANY_KEYS),
    "large ones": _array(_nested(b"[]", 250_000)),
    "one array of everything": _array(_nested(b"[]", _N - 100)),
    "a field of empty arrays": _field(_nested(b"[]", _N - 300)),
    "the same beside NaN": _field(_nested(b"[]", _N - 300), b",NaN"),
    "a field again and again": b"[" + READING[:-1] + b',"x":0' * ((_N - 300) // 6) + b"}]",
    "a name again and again": b"[" + READING[:-1] + b',"sign":"a"' * ((_N - 300) // 11) + b"}]",
    "many names": b"[{" + b",".join(b'"%d":0' % n for n in range(750_000)) + b"}]",
    "a long number": _with(b"2.4", b"1" * (_N - 300)),
    "a small number": _with(b"2.4", b"0." + b"0" * (_N - 300) + b"1"),
    "a long exponent": _with(b"2.4", b"1e" + b"9" * (_N - 300)),
    "a long point": _with(b"g-017", b"x" * (_N - 300)),
    "a point of escapes": _with(b"g-017", b"\\u0001" * ((_N - 300) // 6)),
    "a point of half pairs": _with(b"g-017", b"\\ud83d" * ((_N - 300) // 6)),
    "a long instant": _with(b"2026", b"2" * (_N - 300)),
    "brackets": b"[" * _N,
    "brackets that close": b"[" * (_N // 2) + b"]" * (_N // 2),
    "objects in objects": b'[{"a":' * (_N // 6),
    "deep ones": _array(b"[" * 31 + b"]" * 31),
    "deep and open": b"[" * 31 + b"[]" * (_N // 2 - 50),
    "a text without an end": b'["' + b"a" * (_N - 2),
    "quotes": b'["' + b'","' * (_N // 3 - 1),
    "backslashes": b'["' + b"\\" * (_N - 2),
    "commas": b"[" + b"," * (_N - 1),
    "blanks": b" " * _N,
    "blanks inside": b"[0" + b" " * (_N - 5) + b",0]",
    "zeros": b"\0" * _N,
    "all bytes": bytes(range(256)) * (_N // 256),
}
LINES: dict[str, bytes] = {
    "line ends": b"\n" * _N,
    "blank lines": b" \r\n" * (_N // 3),
    "digits": b"0\n" * (_N // 2),
    "as many lines as we take, all bad": b"{}\n" * MAX_FACTS,
    "as many with NaN": (_NAN + b"\n") * MAX_FACTS,
    "as many that never close": (b"[" * 400 + b"\n") * MAX_FACTS,
    "objects on one line": TINY * (_N // len(TINY)),
    "arrays of NaN": (b'{"a":' + _nested(b"[]", 16_000, b"NaN") + b"}\n") * 520,
    "brackets": b"[" * _N,
    "blanks behind": b"0" + b" " * (_N - 1),
}


def _stored_blocks() -> bytes:
    """Empty blocks within one stream: five bytes each that give nothing."""
    head = gzip.compress(b"")[:10]
    return head + b"\x00\x00\x00\xff\xff" * ((_N - 10) // 5)


def _small_blocks() -> bytes:
    """A stream whose Huffman tables are made anew all the time."""
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = []
    for n in range(20_000):
        parts.append(made.compress(b"%d,%d;" % (n * n, n * 7_919)))
        parts.append(made.flush(zlib.Z_FULL_FLUSH))
    return b"".join(parts)[:_N]


ZIPPED: dict[str, bytes] = {
    "empty streams": gzip.compress(b"") * 200_000,
    "as many streams as we take": gzip.compress(b" " * 8_000) * 1_000,
    "a bomb": gzip.compress(b"[" + b"0," * 40_000_000),
    "a bomb in streams": gzip.compress(b" " * _N) * 900,
    "all that fits": gzip.compress(_array(_nested(b"[]", 16_000))),
    "empty blocks": _stored_blocks(),
    "small blocks": _small_blocks(),
    "noise": b"\x1f\x8b\x08" + bytes(range(256)) * 1_000,
}
