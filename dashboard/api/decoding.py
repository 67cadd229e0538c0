"""From a body's bytes to a parcel of readings. One bad element never costs the others.

The common case is one typed decode of the whole body. When that fails, element by element, as the
text was cut; and where an element is not even JSON in the strict sense (Python writes NaN and
Infinity as bare words), with Python's own tolerant parser, so that exactly the offending readings
end in quarantine. Nothing is made before it is known to be at most MAX_READINGS.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import msgspec

from dashboard.api.budget import Budget
from dashboard.api.cutting import EXPLAINED, Span, Unreadable, elements, lines, parse
from domain.declared import NONE, Sentinels
from domain.reading import Fault, Parcel, Reading, Reason, Rejection, shown, value_fault

log = logging.getLogger("yiping.intake")

MAX_READINGS = 20_000
_MISSING = re.compile(r"Object missing required field `(.*)`")
_WRONG = re.compile(r"(Expected .*) - at `\$\.(\w+)`")
_RANGE = re.compile(r"Number out of range - at `\$\.(\w+)`")
_PLACE = re.compile(r"\$\[(\d+)\]")
_TOLD_LIMIT = 1_000
_LOOKED_AT = 100  # elements searched for fields that nobody knows
_STEP = 64  # elements between two looks at the budget
_told: set[tuple[str, str]] = set()  # unknown fields that the log has seen
_CANNOT = (msgspec.MsgspecError, UnicodeError, RecursionError)


class _Exact(Reading, frozen=True, gc=False, forbid_unknown_fields=True):
    """A reading with no field that we do not know."""


_EXACT = msgspec.json.Decoder(list[_Exact])
_LOOSE = msgspec.json.Decoder(list[Reading])
_LINES = msgspec.json.Decoder(_Exact)
_ONE = msgspec.json.Decoder(Reading)
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_FIELDS = frozenset(Reading.__struct_fields__)


class TooMany(ValueError):
    """More readings than one request may hold."""


def decode_array(body: bytes, budget: Budget | None = None, sentinels: Sentinels = NONE) -> Parcel:
    """The readings of a JSON array. Unreadable when it is none, TooMany beyond MAX_READINGS.

    `sentinels` are what their source sends when it has no value.
    """
    budget = budget or Budget()
    body = body.removeprefix(b"\xef\xbb\xbf")
    readings = _at_once(body)
    if readings is None:
        spans = _limited(elements(body), budget)
        return _one_by_one(body, spans, budget, _Reader(sentinels), alone=False)
    return Parcel(readings, range(len(readings)), (), _Texts(body, elements))


def decode_lines(body: bytes, budget: Budget | None = None, sentinels: Sentinels = NONE) -> Parcel:
    """The readings of newline-delimited JSON; blank lines do not count."""
    budget = budget or Budget()
    body = body.removeprefix(b"\xef\xbb\xbf")
    spans = _limited(lines(body), budget)
    try:
        readings = _LINES.decode_lines(body) if _few(body) else []
    except _CANNOT:
        return _one_by_one(body, spans, budget, _Reader(sentinels), alone=True)
    if len(readings) != len(spans):  # two objects on one line, or one on two
        return _one_by_one(body, spans, budget, _Reader(sentinels), alone=True)
    return Parcel(readings, range(len(readings)), (), _Texts(body, lambda _: spans))


def _few(body: bytes) -> bool:
    """Whether a typed decode can make no more than MAX_READINGS: each one opens a brace."""
    return body.count(b"{") <= MAX_READINGS


def _at_once(body: bytes) -> Sequence[Reading] | None:
    """All of an array at once; None where something in it is no reading, or there are many."""
    if not _few(body):
        return None
    try:
        return _EXACT.decode(body)
    except _CANNOT as error:
        first = _PLACE.search(str(error))
    try:
        loose = _LOOSE.decode(body)
    except _CANNOT:
        return None
    _tell_unknown_fields(body, int(first[1]) if first else 0, loose)
    return loose


def _limited(spans: Iterator[Span], budget: Budget) -> list[Span]:
    """All spans; TooMany as soon as there are more than MAX_READINGS."""
    found: list[Span] = []
    for begin, end in spans:
        found.append((begin, end))
        if len(found) > MAX_READINGS:
            raise TooMany(f"more than {MAX_READINGS} readings in one request")
        if len(found) % _STEP == 0 or end - begin > EXPLAINED:
            budget.check()
    return found


def _one_by_one(
    body: bytes,
    spans: Sequence[Span],
    budget: Budget,
    read: "_Reader",
    *,
    alone: bool,
) -> Parcel:
    """Every element judged for itself. `alone`: also one that is not even JSON costs only itself,
    as lines do; in an array it makes the body unreadable."""
    readings, positions, faults = [], [], []
    for index, (begin, end) in enumerate(spans):
        if index % _STEP == 0:
            budget.check()
        try:
            found = read(body[begin:end])
        except json.JSONDecodeError as error:
            if not alone:
                raise Unreadable(f"not JSON: {error.msg}", begin + _bytes_before(error)) from None
            found = Fault(Reason.MALFORMED, f"reading: not JSON: {error}")
        if isinstance(found, Fault):
            faults.append(Rejection(index, *found))
        else:
            readings.append(found)
            positions.append(index)
    return Parcel(readings, positions, faults, _Texts(body, lambda _: spans))


def _bytes_before(error: json.JSONDecodeError) -> int:
    return len(error.doc[: error.pos].encode())


class _Reader:
    """Reads one element at a time."""

    def __init__(self, sentinels: Sentinels) -> None:
        self._sentinels = sentinels

    def __call__(self, text: bytes) -> Reading | Fault:
        """One element as it was sent; JSONDecodeError when it is no JSON in any sense."""
        try:
            return _ONE.decode(text)
        except msgspec.ValidationError as error:
            return self._fault(str(error), lambda name: parse(bytes(_KEYS.decode(text)[name])))
        except _CANNOT:
            return self._tolerantly(text)

    def _tolerantly(self, text: bytes) -> Reading | Fault:
        """One element that the standard's parser cannot read."""
        try:
            element: Any = parse(text)
            return msgspec.convert(element, Reading)
        except json.JSONDecodeError:
            raise
        except msgspec.ValidationError as error:
            return self._fault(str(error), lambda name: element[name])
        except UnicodeEncodeError:
            return Fault(Reason.WRONG_TYPE, "reading: a text holds half of a surrogate pair")
        except (ValueError, RecursionError) as error:
            return Fault(Reason.MALFORMED, f"reading: not JSON: {error}")

    def _fault(self, message: str, held: Callable[[str], object]) -> Fault:
        """What msgspec's message means; `held` tells what a field held."""
        try:
            if found := _MISSING.fullmatch(message):
                return Fault(Reason.MISSING_FIELD, f"{found[1]}: missing")
            if found := _RANGE.fullmatch(message):
                value = shown(held(found[1]))
                return Fault(Reason.NOT_FINITE, f"{found[1]}: {value} is beyond range")
            if found := _WRONG.fullmatch(message):
                return self._wrong(found[2], held(found[2]), found[1])
        except (ValueError, RecursionError):  # it goes wrong further on, too, or is very long
            pass
        return Fault(Reason.WRONG_TYPE, f"reading: {message}")

    def _wrong(self, name: str, value: object, wanted: str) -> Fault:
        none = value_fault(value, self._sentinels) if name == "value" else None
        return none or Fault(Reason.WRONG_TYPE, f"{name}: {shown(value)}: {wanted}")


class _Texts:
    """The elements of a body as texts; where they are is found when somebody asks for one."""

    def __init__(self, body: bytes, spans: Callable[[bytes], Iterable[Span]]) -> None:
        self._body = body
        self._find = spans
        self._spans: list[Span] | None = None

    def __call__(self, index: int) -> str:
        if self._spans is None:
            self._spans = []
            with suppress(Unreadable):  # an element longer than we look at
                self._spans.extend(self._find(self._body))
        if index >= len(self._spans):
            return ""
        begin, end = self._spans[index]
        return self._body[begin:end].decode(errors="backslashreplace")


def _tell_unknown_fields(body: bytes, first: int, readings: Sequence[Reading]) -> None:
    """Log each unknown field once: they are let be, but somebody should know."""
    looked_at = islice(enumerate(elements(body)), first, first + _LOOKED_AT)
    with suppress(Unreadable):  # an element longer than we look at
        for index, (begin, end) in looked_at:
            if end - begin <= EXPLAINED:
                _tell_of(readings[index].source, body[begin:end])


def _tell_of(source: str, text: bytes) -> None:
    try:
        names = _KEYS.decode(text).keys() - _FIELDS
    except _CANNOT:
        return  # a field that nobody knows may hold what nobody can read
    for name in names:
        seen = (shown(source), shown(name))
        if seen not in _told and len(_told) < _TOLD_LIMIT:
            _told.add(seen)
            log.warning("source %s sends a field that nobody knows: %s", *seen)
