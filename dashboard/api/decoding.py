"""From a body's bytes to a parcel of readings. One bad element never costs the others.

The common case is one typed decode of the whole body. When that fails, element by element; and
where a body is not even JSON in the strict sense (Python writes NaN and Infinity as bare words),
with Python's own tolerant parser, so that exactly the offending readings end in quarantine.
"""

import json
import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from domain.reading import Fault, Parcel, Reading, Reason, Rejection, shown

log = logging.getLogger("yiping.intake")

MAX_READINGS = 20_000
_MISSING = re.compile(r"Object missing required field `(.*)`")
_WRONG = re.compile(r"(Expected .*) - at `\$\.(\w+)`")
_RANGE = re.compile(r"Number out of range - at `\$\.(\w+)`")
_BYTE = re.compile(r"\(byte (\d+)\)")
_TOLD_LIMIT = 1_000
_told: set[tuple[str, str]] = set()  # unknown fields that the log has seen


class _Exact(Reading, frozen=True, gc=False, forbid_unknown_fields=True):
    """A reading with no field that we do not know."""


_EXACT = msgspec.json.Decoder(list[_Exact])
_LOOSE = msgspec.json.Decoder(list[Reading])
_LINES = msgspec.json.Decoder(_Exact)
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ONE = msgspec.json.Decoder(Reading)
_FIELDS = frozenset(Reading.__struct_fields__)


class Unreadable(ValueError):
    """Nothing of the body can be read; says where it goes wrong."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (byte {position})")


class TooMany(ValueError):
    """More readings than one request may hold."""


def decode_array(body: bytes) -> Parcel:
    """The readings of a JSON array. Unreadable when it is none, TooMany beyond MAX_READINGS."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        readings: Sequence[Reading] = _limited(_EXACT.decode(body))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _decode_loosely(body)
    return Parcel(readings, range(len(readings)), (), _Raws(body))


def decode_lines(body: bytes) -> Parcel:
    """The readings of newline-delimited JSON; blank lines do not count."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    lines = [line for line in (each.strip() for each in body.split(b"\n")) if line]
    _limited(lines)
    try:
        readings = _LINES.decode_lines(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _one_by_one(lines, _read_text, _text)
    if len(readings) != len(lines):  # two objects on one line, or one on two
        return _one_by_one(lines, _read_text, _text)
    return Parcel(readings, range(len(readings)), (), lambda i: _text(lines[i]))


def _decode_loosely(body: bytes) -> Parcel:
    try:
        loose = _LOOSE.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    else:
        _tell_unknown_fields(body)
        return Parcel(loose, range(len(loose)), (), _Raws(body))
    try:
        elements = _ELEMENTS.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return _one_by_one(_limited(_tolerant(body)), _read_object, _dump)
    return _one_by_one(_limited([bytes(e) for e in elements]), _read_text, _text)


def _tolerant(body: bytes) -> list[Any]:
    """The elements of an array that Python can read though JSON's standard cannot."""
    try:
        text = body.decode()
        found = json.loads(text, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8", error.start) from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg}", len(text[: error.pos].encode())) from None
    except RecursionError:
        raise Unreadable("nested too deeply", 0) from None
    if not isinstance(found, list):
        raise Unreadable("a JSON array of readings is expected", 0)
    return found


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 4000 else float(digits)  # Python refuses longer ones


def _one_by_one(
    elements: Sequence[Any], read: Callable[[Any], Reading | Fault], text: Callable[[Any], str]
) -> Parcel:
    readings, positions, faults = [], [], []
    for index, element in enumerate(elements):
        found = read(element)
        if isinstance(found, Fault):
            faults.append(Rejection(index, *found))
        else:
            readings.append(found)
            positions.append(index)
    return Parcel(readings, positions, faults, lambda i: text(elements[i]))


def _read_text(raw: bytes) -> Reading | Fault:
    """One element as it was sent."""
    try:
        return _ONE.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        found = json.loads(raw.decode(), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        return Fault(Reason.MALFORMED, f"reading: not JSON: {error}")
    return _read_object(found)


def _read_object(element: Any) -> Reading | Fault:
    """One element as Python's parser gave it."""
    try:
        return msgspec.convert(element, Reading)
    except (msgspec.ValidationError, RecursionError) as error:
        return _fault(str(error), element)
    except UnicodeError:
        return Fault(Reason.WRONG_TYPE, "reading: a text holds half of a surrogate pair")


def _fault(message: str, element: Any) -> Fault:
    """What msgspec's message means."""
    if found := _MISSING.fullmatch(message):
        return Fault(Reason.MISSING_FIELD, f"{found[1]}: missing")
    if found := _RANGE.fullmatch(message):
        return Fault(Reason.NOT_FINITE, f"{found[1]}: {shown(element[found[1]])} is beyond range")
    if found := _WRONG.fullmatch(message):
        value = shown(element[found[2]])
        return Fault(Reason.WRONG_TYPE, f"{found[2]}: {value}: {found[1]}")
    return Fault(Reason.WRONG_TYPE, f"reading: {message}")


class _Raws:
    """The elements of a body as texts, cut out when somebody asks for the first one."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._elements: list[msgspec.Raw] | None = None

    def __call__(self, index: int) -> str:
        if self._elements is None:
            self._elements = _ELEMENTS.decode(self._body)
        return _text(bytes(self._elements[index]))


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")


def _dump(element: Any) -> str:
    try:
        return json.dumps(element, ensure_ascii=False)
    except RecursionError:
        return "(nested too deeply)"


def _limited(elements: list[Any]) -> list[Any]:
    if len(elements) > MAX_READINGS:
        raise TooMany(f"{len(elements)} readings; one request holds at most {MAX_READINGS}")
    return elements


def _tell_unknown_fields(body: bytes) -> None:
    """Log each unknown field once: they are let be, but somebody should know."""
    try:
        elements = msgspec.json.decode(body, type=list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return  # a field that nobody knows may hold what nobody can read
    for element in elements:
        for name in element.keys() - _FIELDS:
            seen = (str(element["source"]), name)
            if seen not in _told and len(_told) < _TOLD_LIMIT:
                _told.add(seen)
                log.warning("source %s sends a field that nobody knows: %s", *map(shown, seen))
