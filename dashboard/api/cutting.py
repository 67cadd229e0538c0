"""Where the facts of a body begin and end, found before anything of them is made.

A reader that turns a body into objects first and counts them afterwards can be made to build
millions of them from a few megabytes. Here the brackets are matched by one expression that keeps
nothing, one element at a time, and whoever counts may stop.
"""

import json
import re
from collections.abc import Iterator
from functools import cache

MAX_DEPTH = 32  # brackets inside brackets within one element
MAX_ELEMENT = 256 * 1024  # bytes of one element: what one call of the expression may look at
EXPLAINED = 16 * 1024  # bytes of an element that Python's own parser gets to see
BRACKETS = 100  # and how many lists or objects it may make of them

Span = tuple[int, int]
"""Begin and end of an element in its body, without the space around it."""

_SPACE = re.compile(rb"[ \t\r\n]*+")
_LINE = re.compile(rb"\S[^\n]*+")


class Unreadable(ValueError):
    """Nothing of the body can be read; says where it goes wrong."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (byte {position})")


def elements(body: bytes, plural: str) -> Iterator[Span]:
    """The elements of a JSON array of what is called `plural`. Unreadable where it is none; what
    they are is not looked at."""
    at = _skip(body, 0)
    if body[at : at + 1] != b"[":
        raise Unreadable(f"a JSON array of {plural} is expected", at)
    match, at = _element().match, _skip(body, at + 1)
    if body[at : at + 1] == b"]":
        _nothing_after(body, at + 1)
        return
    while True:
        found = match(body, at, at + MAX_ELEMENT)
        end = found.end() if found else at
        after = body[end : end + 1]
        if end == at or after not in (b",", b"]"):
            raise why(body, at)
        yield at, at + len(body[at:end].rstrip(b" \t\r\n"))
        if after == b"]":
            _nothing_after(body, end + 1)
            return
        at = _skip(body, end + 1)


def lines(body: bytes) -> Iterator[Span]:
    """The lines of a body that hold anything."""
    for found in _LINE.finditer(body):
        yield found.start(), found.start() + len(found[0].rstrip())


def parse(text: bytes) -> object:
    """What Python's parser makes of one element, which is more than JSON's standard allows.

    ValueError when it is none or more than a fact can be, RecursionError when it is too deep.
    """
    if len(text) > EXPLAINED or text.count(b"[") + text.count(b"{") > BRACKETS:
        raise ValueError(f"more than {EXPLAINED} bytes or {BRACKETS} brackets")
    return json.loads(text.decode(), parse_int=_integer)


def why(body: bytes, at: int) -> Unreadable:
    """Why no element can be read at `at`."""
    piece = body[at : at + EXPLAINED]
    try:
        text = piece.decode()
    except UnicodeDecodeError as error:
        if error.start < EXPLAINED - 4 or len(piece) < EXPLAINED:
            return Unreadable("not UTF-8", at + error.start)
        text = piece[: error.start].decode()
    try:
        _, end = json.JSONDecoder(parse_int=_integer).raw_decode(text)
    except json.JSONDecodeError as error:
        position = at + len(text[: error.pos].encode())
        cut_off = error.pos >= len(text) - 8 or error.msg.startswith("Unterminated")
        if len(piece) == EXPLAINED and cut_off:
            return Unreadable(f"one element holds more than {EXPLAINED} bytes and is wrong", at)
        return Unreadable(f"not JSON: {error.msg}", position)
    except RecursionError:
        return Unreadable("nested too deeply", at)
    end = _skip(body, at + len(text[:end].encode()))
    if body[end : end + 1] in (b",", b"]"):
        return Unreadable("nested too deeply", at)
    return Unreadable("not JSON: Expecting ',' delimiter", end)


@cache
def _element() -> re.Pattern[bytes]:
    """One element up to its comma or the array's end; nothing in it is ever tried twice."""
    string = rb'"(?>[^"\\]++|\\.)*+"'
    nested = b""
    for _ in range(MAX_DEPTH):
        inner = b"|" + nested if nested else b""
        nested = rb'[\[{](?>[^"{}\[\]]++|' + string + inner + rb")*+[\]}]"
    return re.compile(rb'(?>[^"{}\[\],]++|' + string + b"|" + nested + rb")*+", re.DOTALL)


def _skip(body: bytes, at: int) -> int:
    found = _SPACE.match(body, at)
    return found.end() if found else at


def _nothing_after(body: bytes, at: int) -> None:
    end = _skip(body, at)
    if end != len(body):
        raise Unreadable("not JSON: Extra data", end)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 4000 else float(digits)  # Python refuses longer ones
