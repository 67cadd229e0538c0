"""A reading: one value of one sign at one place and instant, and what makes it acceptable.

`value` is always in the sign's unit, also for ratio signs (numerator = value · denominator).
A reading is identified by (sign, place, instant, source, point); sending it again is harmless, and
sending it with a higher revision corrects it.
Instants are kept to the millisecond: finer digits are cut off.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from domain.catalogue import Catalogue
from domain.clock import DAY_MS, MINUTE_MS, to_rfc3339
from domain.declared import INVALID, NONE, PROVISIONAL, QUALITIES, Sentinels, quality_of
from domain.indicator import Rule
from domain.units import is_unit_of

AHEAD_MS = 5 * MINUTE_MS  # clocks of devices may run ahead by this much
EARLIEST_MS = 946_684_800_000  # 2000-01-01T00:00Z: files may be as old as this
POINT_CHARS = 64
LAST_REVISION = 2**31 - 1
DETAIL_CHARS = 300
_REMEMBER = 50_000  # distinct instants and points remembered before starting afresh
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One reading as it is sent. `street` None = the district itself."""

    source: str
    sign: str
    observed_at: str  # RFC 3339 with its offset from UTC
    value: float
    street: str | None = None
    weight: float | None = None  # for weighted signs, > 0
    denominator: float | None = None  # for ratio signs, > 0
    point: str = ""  # device or station inside the source
    unit: str | None = None  # where it is told it must be the sign's
    quality: str | None = None  # valid (also None) | provisional | invalid
    revision: int = 0  # a higher one supersedes what was said before


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
    CONFLICT = "conflict"  # the same reading with another value: the first stays
    MALFORMED = "malformed"  # not readable as a reading at all
    UNDIGESTED = "undigested"  # accepted, but the engine fails on the batch that holds it


class Fault(NamedTuple):
    """A reason with a detail that names the field and the offending value."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A fault of the reading at `index` of what was sent."""

    index: int
    reason: Reason
    detail: str


PlainRow = tuple[int, str, str, str, int, float]
"""An acceptable reading on its way to the store: its number within its parcel, street code, sign,
point, observed_at (epoch ms), value."""
FullRow = tuple[int, str, str, str, int, float, float | None, float | None]
"""The same with weight and denominator: two columns more to carry, so only where there are any."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What arrived in one piece: the readings that could be read, and what could not."""

    readings: Sequence[Reading]
    positions: Sequence[int]  # index of each reading in what was sent
    faults: Sequence[Rejection] = ()
    payload: Callable[[int], str] | None = None  # what was sent at an index, as text


@dataclass(slots=True)
class Checked:
    """A parcel sorted by local day (days since 1970-01-01), and what was refused of it."""

    wide: bool  # all rows are FullRows, else all are PlainRows
    rows: dict[int, list[PlainRow] | list[FullRow]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    provisional: set[int] = field(default_factory=set)  # numbers of rows that are
    revisions: dict[int, int] = field(default_factory=dict)  # of rows whose revision is not 0

    @property
    def days(self) -> list[int]:
        """The local days that have rows, ascending."""
        return sorted(self.rows)

    @property
    def newest(self) -> int | None:
        """The newest instant of all rows, epoch ms; None without rows."""
        return (
            max((row[4] for row in self.rows[max(self.rows)]), default=None) if self.rows else None
        )


class _Place(NamedTuple):
    code: str
    low: float
    high: float


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


class Validator:
    """Checks readings against one catalogue; remembers what it has already understood."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._zone = catalogue.zone
        self._known_sources = {s.code for s in catalogue.sources}
        self._places: dict[tuple[str, str | None], _Place] = {}
        for sign in catalogue.signs:
            if sign.rule is not Rule.NA:
                self._places[sign.code, None] = _Place(
                    catalogue.code, sign.value_min, sign.value_max
                )
            if sign.at_street:
                for street in catalogue.streets:
                    self._places[sign.code, street.code] = _Place(
                        street.code, sign.value_min, sign.value_max
                    )
        self._instants: dict[str, int] = {}
        self._points: dict[str, str] = {"": ""}  # as sent: as kept
        self._units: set[tuple[str, str | None]] = set()  # (sign, unit as sent) that fit

    def check(
        self, parcel: Parcel, source: str, limits: Window, sentinels: Sentinels = NONE
    ) -> Checked:
        """Sort a parcel of `source` into rows by local day and rejections by index."""
        wide = any(r.weight is not None or r.denominator is not None for r in parcel.readings)
        out = Checked(wide, rejected=list(parcel.faults))
        places, instants, points = self._places, self._instants, self._points
        units, none = self._units, sentinels.numbers
        oldest, newest = limits
        day_from = day_until = 0  # of the reading before: most lie in the same day
        day_rows, zone, positions = list[Any](), self._zone, parcel.positions
        for n, reading in enumerate(parcel.readings):
            sign, point, value = reading.sign, reading.point, reading.value
            weight, denominator = reading.weight, reading.denominator
            place = places.get((sign, reading.street))
            at, kept = instants.get(reading.observed_at), points.get(point)
            if (
                place is None
                or at is None
                or kept is None
                or not place[1] <= value <= place[2]
                or not oldest <= at <= newest
                or reading.source != source
                or (weight is not None and not 0.0 < weight < math.inf)
                or (denominator is not None and not 0.0 < denominator < math.inf)
                or reading.quality is not None
                or reading.revision
                or (reading.unit is not None and (sign, reading.unit) not in units)
                or (none and value in none)
            ):
                found = self._careful(reading, source, limits, sentinels)
                if isinstance(found, Fault):
                    out.rejected.append(Rejection(positions[n], *found))
                    continue
                at, place = found, places[sign, reading.street]
                if quality_of(reading.quality) == PROVISIONAL:
                    out.provisional.add(n)
                if reading.revision:
                    out.revisions[n] = reading.revision
                points, kept = self._points, point.strip()
            if not day_from <= at < day_until:
                day_from, day_until = zone.day_start(at), zone.next_day(at)
                day_rows = out.rows.setdefault(zone.day_number(at), [])
            if wide:
                day_rows.append((n, place[0], sign, kept, at, value, weight, denominator))
            else:
                day_rows.append((n, place[0], sign, kept, at, value))
        return out

    def _careful(
        self, reading: Reading, source: str, limits: Window, sentinels: Sentinels
    ) -> int | Fault:
        """The instant of a good reading (epoch ms), or the first thing that is wrong with it."""
        fault = (
            self._source_fault(reading.source, source)
            or self._place_fault(reading.sign, reading.street)
            or value_fault(reading.value, sentinels)
            or _quality_fault(reading.quality)
            or _revision_fault(reading.revision)
            or self._unit_fault(reading.sign, reading.unit)
            or _number_fault(reading)
            or self._range_fault(reading)
            or self._point_fault(reading.point)
        )
        if fault is not None:
            return fault
        at = self._instant(reading.observed_at)
        if at is None:
            return Fault(
                Reason.BAD_TIME,
                f"observed_at: {shown(reading.observed_at)} is not an RFC 3339 instant with an "
                "offset from UTC",
            )
        if at > limits.newest:
            return Fault(
                Reason.TOO_FAR_AHEAD,
                f"observed_at: {reading.observed_at} is after {to_rfc3339(limits.newest)}",
            )
        if at < limits.oldest:
            return Fault(
                Reason.TOO_FAR_BEHIND,
                f"observed_at: {reading.observed_at} is before {to_rfc3339(limits.oldest)}",
            )
        return at

    def _instant(self, text: str) -> int | None:
        known = self._instants.get(text)
        if known is not None:
            return known
        try:
            at = instant_ms(text)
        except ValueError:
            return None
        if len(self._instants) >= _REMEMBER:
            self._instants.clear()
        self._instants[text] = at
        return at

    def _source_fault(self, given: str, expected: str) -> Fault | None:
        if given == expected:
            return None
        if given in self._known_sources:
            return Fault(
                Reason.WRONG_SOURCE, f"source: {shown(given)}, but this sender is {expected}"
            )
        return Fault(Reason.UNKNOWN_SOURCE, f"source: {shown(given)} is not registered")

    def _place_fault(self, sign_code: str, street: str | None) -> Fault | None:
        if (sign_code, street) in self._places:
            return None
        sign = self._catalogue.sign.get(sign_code)
        if sign is None:
            return Fault(Reason.UNKNOWN_SIGN, f"sign: {shown(sign_code)} is not in the catalogue")
        if street is not None and street not in self._catalogue.street:
            return Fault(Reason.UNKNOWN_STREET, f"street: {shown(street)} is not in the catalogue")
        level = "the district" if street is None else f"a street ({shown(street)})"
        return Fault(Reason.NOT_APPLICABLE, f"street: {sign_code} is not defined for {level}")

    def _range_fault(self, reading: Reading) -> Fault | None:
        sign = self._catalogue.sign[reading.sign]
        if sign.value_min <= reading.value <= sign.value_max:
            return None
        return Fault(
            Reason.ABSURD,
            f"value: {reading.value!r} {sign.measured_in.zh} is outside "
            f"{sign.value_min:g} … {sign.value_max:g} of {sign.code}",
        )

    def _unit_fault(self, code: str, unit: str | None) -> Fault | None:
        if unit is None or (code, unit) in self._units:
            return None
        sign = self._catalogue.sign[code]
        if not is_unit_of(unit, sign):
            return Fault(
                Reason.WRONG_UNIT,
                f"unit: {shown(unit)} is not {sign.measured_in.zh or 'none'} of {code}",
            )
        if len(self._units) < _REMEMBER:
            self._units.add((code, unit))
        return None

    def _point_fault(self, point: str) -> Fault | None:
        """Also notes how a good one is kept: without the blanks around it."""
        if point in self._points:
            return None
        kept = point.strip()
        if len(kept) > POINT_CHARS or not kept.isprintable():
            return Fault(
                Reason.BAD_POINT,
                f"point: {shown(point)} is not at most {POINT_CHARS} printable characters",
            )
        if len(self._points) >= _REMEMBER:
            self._points = {"": ""}
        self._points[point] = kept
        return None


def value_fault(value: object, sentinels: Sentinels) -> Fault | None:
    """Whether a value is what its source sends when it has none."""
    if sentinels.holds(value):
        return Fault(Reason.NO_VALUE, f"value: {shown(value)} stands for no value")
    return None


def _quality_fault(text: str | None) -> Fault | None:
    quality = quality_of(text)
    if quality is None:
        return Fault(
            Reason.BAD_QUALITY, f"quality: {shown(text)} is none of {', '.join(QUALITIES)}"
        )
    if quality == INVALID:
        return Fault(Reason.DECLARED_INVALID, "quality: its sender says that it is invalid")
    return None


def _revision_fault(revision: int) -> Fault | None:
    if 0 <= revision <= LAST_REVISION:
        return None
    return Fault(
        Reason.BAD_REVISION,
        f"revision: {shown(revision)} is not a whole number from 0 to {LAST_REVISION}",
    )


def _number_fault(reading: Reading) -> Fault | None:
    if not math.isfinite(reading.value):
        return Fault(Reason.NOT_FINITE, f"value: {reading.value!r} is not a finite number")
    for name in ("weight", "denominator"):
        number = getattr(reading, name)
        if number is not None and not (math.isfinite(number) and number > 0):
            return Fault(Reason.BAD_WEIGHT, f"{name}: {number!r} is not a number above 0")
    return None
