"""A fact: one thing that a source says, of whatever kind, and how its refusal names the reason.

Every kind has a struct of its own, like `Reading`. What all of them share stands here: who says it,
when that can have been, what a refusal looks like.
Instants are kept to the millisecond: finer digits are cut off.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec

from domain.clock import DAY_MS, MINUTE_MS, to_rfc3339

AHEAD_MS = 5 * MINUTE_MS  # clocks of devices may run ahead by this much
EARLIEST_MS = 946_684_800_000  # 2000-01-01T00:00Z: files may be as old as this
DETAIL_CHARS = 300
LAST_REVISION = 2**31 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def about(description: str, **schema: Any) -> msgspec.Meta:
    """What the interface's description says of a field. It binds nobody: a kind's check does."""
    return msgspec.Meta(description=description, extra_json_schema=schema or None)


INSTANT = {"format": "date-time"}
"""What marks a field that holds an instant."""


class Fact(msgspec.Struct, frozen=True, gc=False):
    """What every fact says. Its kind adds `observed_at`, when it was so, and the rest."""

    source: Annotated[str, about("The source that the key speaks for.")]


F = TypeVar("F", bound=Fact)
Observed = Annotated[
    str, about("RFC 3339 with an offset from UTC; kept to the millisecond.", **INSTANT)
]
"""The instant of a fact as it is sent."""


def revised(what: str) -> msgspec.Meta:
    """The description of a field `revision`: which telling of the same thing it is."""
    return about(
        f"A higher one supersedes what was said of the same {what}; the same one with "
        "another value is a conflict, and the first stays.",
        minimum=0,
        maximum=LAST_REVISION,
    )


class Reason(StrEnum):
    """Why something ended in quarantine."""

    UNKNOWN_SIGN = "unknown_sign"
    UNKNOWN_SOURCE = "unknown_source"
    WRONG_SOURCE = "wrong_source"  # a known source, but not the one this key speaks for
    UNKNOWN_STREET = "unknown_street"
    NOT_APPLICABLE = "not_applicable"  # 不适用: the sign is not defined at this level
    NOT_FINITE = "not_finite"
    ABSURD = "absurd"  # outside the sign's physical range
    TOO_FAR_AHEAD = "too_far_ahead"
    TOO_FAR_BEHIND = "too_far_behind"
    WRONG_TYPE = "wrong_type"
    MISSING_FIELD = "missing_field"
    BAD_TIME = "bad_time"
    BAD_WEIGHT = "bad_weight"
    BAD_POINT = "bad_point"
    WRONG_UNIT = "wrong_unit"  # another unit than the sign's
    BAD_QUALITY = "bad_quality"  # no quality that we know
    BAD_REVISION = "bad_revision"  # no whole number from 0 on
    DECLARED_INVALID = "declared_invalid"  # its own sender says so
    NO_VALUE = "no_value"  # what its source sends when it has none: not kept in quarantine
    CONFLICT = "conflict"  # the same fact told otherwise: the first stays
    MALFORMED = "malformed"  # not readable as a fact at all
    UNDIGESTED = "undigested"  # accepted, but the engine fails on the batch that holds it


class Fault(NamedTuple):
    """A reason with a detail that names the field and the offending value."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A fault of the fact at `index` of what was sent."""

    index: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Parcel(Generic[F]):
    """What arrived in one piece: the facts that could be read, and what could not."""

    facts: Sequence[F]
    positions: Sequence[int]  # index of each fact in what was sent
    faults: Sequence[Rejection] = ()
    payload: Callable[[int], str] | None = None  # what was sent at an index, as text


T = TypeVar("T")


class Pieces(Sequence[T]):
    """Several sequences as one: what was read piece by piece stays in the form it was read in."""

    def __init__(self) -> None:
        self.pieces: list[Sequence[T]] = []
        self._starts: list[int] = []
        self._count = 0
        self._open: list[T] | None = None  # the last piece, while single ones are added to it

    def add(self, piece: Sequence[T]) -> None:
        """Add a whole piece."""
        self._starts.append(self._count)
        self.pieces.append(piece)
        self._count += len(piece)
        self._open = None

    def append(self, one: T) -> None:
        """Add a single one."""
        if self._open is None:
            made: list[T] = []
            self.add(made)
            self._open = made
        self._open.append(one)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self.pieces)

    def __getitem__(self, n: Any) -> Any:
        which = bisect_right(self._starts, n) - 1
        return self.pieces[which][n - self._starts[which]]


class Window(NamedTuple):
    """The instants acceptable now, epoch ms, both ends included."""

    oldest: int
    newest: int


def window(now_ms: int, retain_days: int | None) -> Window:
    """Acceptable instants: not older than the raw retention; None = as old as files may be."""
    oldest = EARLIEST_MS if retain_days is None else now_ms - retain_days * DAY_MS
    return Window(oldest, now_ms + AHEAD_MS)


def instant_ms(text: str) -> int:
    """Epoch ms of an RFC 3339 instant; ValueError when it is naive or not one."""
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 instant with an offset from UTC")
    gap = datetime.fromisoformat(text.upper()) - _EPOCH
    return gap.days * DAY_MS + gap.seconds * 1000 + gap.microseconds // 1000


def shown(value: object) -> str:
    """A value as it may stand in a detail: quoted, one line, at most 80 characters.

    Letters of every script stand as they are; what cannot be seen is escaped.
    """
    try:
        text = repr(value[:80] if isinstance(value, (str, bytes)) else value)
    except (RecursionError, ValueError):  # nested, or digits, beyond what Python writes
        return f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."


# -- checks that kinds share: a fault, or None ------------------------------------------------


def source_fault(given: str, expected: str, known: frozenset[str]) -> Fault | None:
    """Whether a fact names the source that sends it; `known` are those of the catalogue."""
    if given == expected:
        return None
    if given in known:
        return Fault(Reason.WRONG_SOURCE, f"source: {shown(given)}, but this sender is {expected}")
    return Fault(Reason.UNKNOWN_SOURCE, f"source: {shown(given)} is not registered")


def no_instant(text: str, name: str = "observed_at") -> Fault:
    """A field that is no instant."""
    wanted = "is not an RFC 3339 instant with an offset from UTC"
    return Fault(Reason.BAD_TIME, f"{name}: {shown(text)} {wanted}")


def window_fault(text: str, at: int, limits: Window) -> Fault | None:
    """Whether a fact can have been observed at `at`, which was sent as `text`."""
    if at > limits.newest:
        edge, where, reason = limits.newest, "after", Reason.TOO_FAR_AHEAD
    elif at < limits.oldest:
        edge, where, reason = limits.oldest, "before", Reason.TOO_FAR_BEHIND
    else:
        return None
    return Fault(reason, f"observed_at: {text} is {where} {to_rfc3339(edge)}")


def revision_fault(revision: int) -> Fault | None:
    """Whether a revision is one."""
    if 0 <= revision <= LAST_REVISION:
        return None
    return Fault(
        Reason.BAD_REVISION,
        f"revision: {shown(revision)} is not a whole number from 0 to {LAST_REVISION}",
    )


def finite_fault(name: str, number: float) -> Fault | None:
    """Whether a number is one that can be added up."""
    if math.isfinite(number):
        return None
    return Fault(Reason.NOT_FINITE, f"{name}: {number!r} is not a finite number")
