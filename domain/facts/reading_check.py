"""What makes a reading acceptable: its place, its value, its instant, its point."""

import math
from collections.abc import Iterable, Sequence
from itertools import count
from operator import le
from typing import Any, NamedTuple

from domain.catalogue import Catalogue
from domain.declared import INVALID, NONE, PROVISIONAL, QUALITIES, Sentinels, quality_of
from domain.facts.fact import (
    Fault,
    Parcel,
    Pieces,
    Reason,
    Rejection,
    Window,
    finite_fault,
    instant_ms,
    no_instant,
    revision_fault,
    shown,
    source_fault,
    window_fault,
)
from domain.facts.reading import POINT_CHARS, Checked, Mass, Reading, Stretch
from domain.indicator import Rule
from domain.units import is_unit_of

_REMEMBER = 50_000  # distinct instants and points remembered before starting afresh


class _Place(NamedTuple):
    code: str
    low: float
    high: float


class Validator:
    """Checks readings against one catalogue; remembers what it has already understood."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._zone = catalogue.zone
        self._known_sources = frozenset(s.code for s in catalogue.sources)
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
        self, parcel: Parcel[Reading], source: str, limits: Window, sentinels: Sentinels = NONE
    ) -> Checked:
        """Sort a parcel of `source` into rows by local day and rejections by index."""
        pieces = parcel.facts.pieces if isinstance(parcel.facts, Pieces) else [parcel.facts]
        out = Checked(any(map(_is_wide, pieces)), rejected=list(parcel.faults))
        numbers, positions = 0, parcel.positions
        for piece in pieces:
            done = (
                isinstance(piece, Stretch)
                and not sentinels.numbers
                and self._at_a_glance(piece, numbers, source, limits, out)
            )
            if not done:
                self._one_by_one(piece, numbers, positions, source, limits, sentinels, out)
            numbers += len(piece)
        return out

    def _at_a_glance(
        self, told: Stretch, first: int, source: str, limits: Window, out: Checked
    ) -> bool:
        """Take in a stretch whose readings are all good and of one day; False: look at each."""
        instants = {text: self._instant(text) for text in set(told.instants)}
        known = [at for at in instants.values() if at is not None]
        if not known or len(known) < len(instants) or told.sources.count(source) < len(told):
            return False
        oldest, newest = min(known), max(known)
        if (
            oldest < limits.oldest
            or newest > limits.newest
            or newest >= self._zone.next_day(oldest)
        ):
            return False
        if any(self._point_fault(point) for point in set(told.points)):
            return False
        if not all(map(_is_mass, {*told.weights, *told.denominators})):
            return False
        try:
            places = map(self._places.__getitem__, zip(told.signs, told.streets, strict=True))
            codes, lows, highs = zip(*places, strict=True)
            points = list(map(self._points.__getitem__, told.points))
        except KeyError:
            return False
        values = told.values
        if not (all(map(le, lows, values)) and all(map(le, values, highs))):
            return False
        at = map(instants.__getitem__, told.instants)
        row: list[Iterable[Any]] = [count(first), codes, told.signs, points, at, values]
        if out.wide:
            row += [told.weights, told.denominators]
        day_rows: list[Any] = out.rows.setdefault(self._zone.day_number(oldest), [])
        day_rows.extend(zip(*row, strict=False))
        return True

    def _one_by_one(
        self,
        facts: Iterable[Reading],
        first: int,
        positions: Sequence[int],
        source: str,
        limits: Window,
        sentinels: Sentinels,
        out: Checked,
    ) -> None:
        places, instants, points = self._places, self._instants, self._points
        units, none, wide = self._units, sentinels.numbers, out.wide
        oldest, newest = limits
        day_from = day_until = 0  # of the reading before: most lie in the same day
        day_rows, zone = list[Any](), self._zone
        for n, reading in enumerate(facts, start=first):
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

    def _careful(
        self, reading: Reading, source: str, limits: Window, sentinels: Sentinels
    ) -> int | Fault:
        """The instant of a good reading (epoch ms), or the first thing that is wrong with it."""
        fault = (
            source_fault(reading.source, source, self._known_sources)
            or self._place_fault(reading.sign, reading.street)
            or value_fault(reading.value, sentinels)
            or _quality_fault(reading.quality)
            or revision_fault(reading.revision)
            or self._unit_fault(reading.sign, reading.unit)
            or _number_fault(reading)
            or self._range_fault(reading)
            or self._point_fault(reading.point)
        )
        if fault is not None:
            return fault
        at = self._instant(reading.observed_at)
        if at is None:
            return no_instant(reading.observed_at)
        return window_fault(reading.observed_at, at, limits) or at

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


def _number_fault(reading: Reading) -> Fault | None:
    fault = finite_fault("value", reading.value)
    if fault is not None:
        return fault
    for name in ("weight", "denominator"):
        number = getattr(reading, name)
        if number is not None and not (math.isfinite(number) and number > 0):
            return Fault(Reason.BAD_WEIGHT, f"{name}: {number!r} is not a number above 0")
    return None


def _is_wide(piece: Sequence[Reading]) -> bool:
    """Whether any of some readings has a weight or a denominator."""
    if isinstance(piece, Stretch):
        return piece.is_wide
    return any(r.weight is not None or r.denominator is not None for r in piece)


def _is_mass(number: Mass) -> bool:
    return number is None or 0.0 < number < math.inf
