"""From a body's bytes to a parcel of facts. One bad element never costs the others.

The common case is one typed decode of the whole body. When that fails, element by element, as the
text was cut; and where an element is not even JSON in the strict sense (Python writes NaN and
Infinity as bare words), with Python's own tolerant parser, so that exactly the offending facts end
in quarantine. Nothing is made before it is known to be at most MAX_FACTS.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, Generic

import msgspec

from dashboard.api.budget import Budget
from dashboard.api.cutting import EXPLAINED, Span, Unreadable, elements, lines, parse
from data_access.intake.kind import Kind
from domain.declared import NONE, Sentinels
from domain.facts.fact import F, Fault, Parcel, Reason, Rejection, shown
from domain.facts.reading_check import value_fault

log = logging.getLogger("yiping.intake")

MAX_FACTS = 20_000
_MISSING = re.compile(r"Object missing required field `(.*)`")
_WRONG = re.compile(r"(Expected .*) - at `\$\.(\w+)`")
_RANGE = re.compile(r"Number out of range - at `\$\.(\w+)`")
_PLACE = re.compile(r"\$\[(\d+)\]")
_TOLD_LIMIT = 1_000
_LOOKED_AT = 100  # elements searched for fields that nobody knows
_STEP = 64  # elements between two looks at the budget
_told: set[tuple[str, str]] = set()  # unknown fields that the log has seen
_MARK = b"\xef\xbb\xbf"  # some put it before UTF-8
_KNOWN_FIELDS_ONLY: Any = {"frozen": True, "gc": False, "forbid_unknown_fields": True}
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CANNOT = (msgspec.MsgspecError, UnicodeError, RecursionError)


class TooMany(ValueError):
    """More facts than one request may hold."""


class Decoder(Generic[F]):
    """Reads bodies that hold facts of one kind.

    `sentinels` are what their source sends when it has no value. Unreadable when a body is none of
    the kind's, TooMany beyond MAX_FACTS.
    """

    def __init__(self, kind: Kind[F]) -> None:
        struct = kind.struct
        bases: Any = (struct,)
        exact: Any = msgspec.defstruct(  # a fact with no field that we do not know
            f"Exact{struct.__name__}", [], bases=bases, **_KNOWN_FIELDS_ONLY
        )
        self._kind = kind
        self._exact = msgspec.json.Decoder(list[exact])
        self._loose = msgspec.json.Decoder(list[struct])  # type: ignore[valid-type]
        self._lines = msgspec.json.Decoder(exact)
        self._one = msgspec.json.Decoder(struct)
        self._fields = frozenset(struct.__struct_fields__)

    def array(
        self, body: bytes, budget: Budget | None = None, sentinels: Sentinels = NONE
    ) -> Parcel[F]:
        """The facts of a JSON array."""
        budget = budget or Budget()
        body = body.removeprefix(_MARK)
        facts = self._at_once(body)
        if facts is None:
            spans = self._limited(self._elements(body), budget)
            return self._one_by_one(body, spans, budget, sentinels, alone=False)
        return Parcel(facts, range(len(facts)), (), _Texts(body, self._elements))

    def lines(
        self, body: bytes, budget: Budget | None = None, sentinels: Sentinels = NONE
    ) -> Parcel[F]:
        """The facts of newline-delimited JSON; blank lines do not count."""
        budget = budget or Budget()
        body = body.removeprefix(_MARK)
        spans = self._limited(lines(body), budget)
        try:
            facts = self._lines.decode_lines(body) if _few(body) else []
        except _CANNOT:
            return self._one_by_one(body, spans, budget, sentinels, alone=True)
        if len(facts) != len(spans):  # two objects on one line, or one on two
            return self._one_by_one(body, spans, budget, sentinels, alone=True)
        return Parcel(facts, range(len(facts)), (), _Texts(body, lambda _: spans))

    def _elements(self, body: bytes) -> Iterator[Span]:
        return elements(body, self._kind.plural)

    def _at_once(self, body: bytes) -> Sequence[F] | None:
        """All of an array at once; None where something in it is no fact, or there are many."""
        if not _few(body):
            return None
        try:
            found: Sequence[F] = self._exact.decode(body)
        except _CANNOT as error:
            first = _PLACE.search(str(error))
        else:
            return found
        try:
            loose: Sequence[F] = self._loose.decode(body)
        except _CANNOT:
            return None
        self._tell_unknown_fields(body, int(first[1]) if first else 0, loose)
        return loose

    def _limited(self, spans: Iterator[Span], budget: Budget) -> list[Span]:
        """All spans; TooMany as soon as there are more than MAX_FACTS."""
        found: list[Span] = []
        for begin, end in spans:
            found.append((begin, end))
            if len(found) > MAX_FACTS:
                raise TooMany(f"more than {MAX_FACTS} {self._kind.plural} in one request")
            if len(found) % _STEP == 0 or end - begin > EXPLAINED:
                budget.check()
        return found

    def _one_by_one(
        self,
        body: bytes,
        spans: Sequence[Span],
        budget: Budget,
        sentinels: Sentinels,
        *,
        alone: bool,
    ) -> Parcel[F]:
        """Every element judged for itself. `alone`: also one that is not even JSON costs only
        itself, as lines do; in an array it makes the body unreadable."""
        facts, positions, faults = list[F](), list[int](), list[Rejection]()
        for index, (begin, end) in enumerate(spans):
            if index % _STEP == 0:
                budget.check()
            try:
                found = self._read(body[begin:end], sentinels)
            except json.JSONDecodeError as error:
                if not alone:
                    at = begin + _bytes_before(error)
                    raise Unreadable(f"not JSON: {error.msg}", at) from None
                found = Fault(Reason.MALFORMED, f"{self._kind.name}: not JSON: {error}")
            if isinstance(found, Fault):
                faults.append(Rejection(index, *found))
            else:
                facts.append(found)
                positions.append(index)
        return Parcel(facts, positions, faults, _Texts(body, lambda _: spans))

    def _read(self, text: bytes, sentinels: Sentinels) -> F | Fault:
        """One element as it was sent; JSONDecodeError when it is no JSON in any sense."""
        try:
            return self._one.decode(text)
        except msgspec.ValidationError as error:
            held = partial(_field_of, text)
            return self._fault(str(error), held, sentinels)
        except _CANNOT:
            return self._tolerantly(text, sentinels)

    def _tolerantly(self, text: bytes, sentinels: Sentinels) -> F | Fault:
        """One element that the standard's parser cannot read."""
        name = self._kind.name
        try:
            element: Any = parse(text)
            return msgspec.convert(element, self._kind.struct)
        except json.JSONDecodeError:
            raise
        except msgspec.ValidationError as error:
            return self._fault(str(error), lambda field: element[field], sentinels)
        except UnicodeEncodeError:
            return Fault(Reason.WRONG_TYPE, f"{name}: a text holds half of a surrogate pair")
        except (ValueError, RecursionError) as error:
            return Fault(Reason.MALFORMED, f"{name}: not JSON: {error}")

    def _fault(self, message: str, held: Callable[[str], object], sentinels: Sentinels) -> Fault:
        """What msgspec's message means; `held` tells what a field held."""
        try:
            if found := _MISSING.fullmatch(message):
                return Fault(Reason.MISSING_FIELD, f"{found[1]}: missing")
            if found := _RANGE.fullmatch(message):
                value = shown(held(found[1]))
                return Fault(Reason.NOT_FINITE, f"{found[1]}: {value} is beyond range")
            if found := _WRONG.fullmatch(message):
                return _wrong(found[2], held(found[2]), found[1], sentinels)
        except (ValueError, RecursionError):  # it goes wrong further on, too, or is very long
            pass
        return Fault(Reason.WRONG_TYPE, f"{self._kind.name}: {message}")

    def _tell_unknown_fields(self, body: bytes, first: int, facts: Sequence[F]) -> None:
        """Log each unknown field once: they are let be, but somebody should know."""
        looked_at = islice(enumerate(self._elements(body)), first, first + _LOOKED_AT)
        with suppress(Unreadable):  # an element longer than we look at
            for index, (begin, end) in looked_at:
                if end - begin <= EXPLAINED:
                    self._tell_of(facts[index].source, body[begin:end])

    def _tell_of(self, source: str, text: bytes) -> None:
        try:
            names = _KEYS.decode(text).keys() - self._fields
        except _CANNOT:
            return  # a field that nobody knows may hold what nobody can read
        for name in names:
            seen = (shown(source), shown(name))
            if seen not in _told and len(_told) < _TOLD_LIMIT:
                _told.add(seen)
                log.warning("source %s sends a field that nobody knows: %s", *seen)


def _few(body: bytes) -> bool:
    """Whether a typed decode can make no more than MAX_FACTS: each one opens a brace."""
    return body.count(b"{") <= MAX_FACTS


def _field_of(text: bytes, name: str) -> object:
    """What a field of an object holds."""
    return parse(bytes(_KEYS.decode(text)[name]))


def _wrong(name: str, value: object, wanted: str, sentinels: Sentinels) -> Fault:
    none = value_fault(value, sentinels) if name == "value" else None
    return none or Fault(Reason.WRONG_TYPE, f"{name}: {shown(value)}: {wanted}")


def _bytes_before(error: json.JSONDecodeError) -> int:
    return len(error.doc[: error.pos].encode())


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
