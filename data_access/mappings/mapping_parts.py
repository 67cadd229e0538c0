"""Sections that readings and counts share: instants, conditions, signs, durations."""

import math
from datetime import UTC, tzinfo

from data_access.mappings.mapping_file import Section
from data_access.mappings.mapping_spec import (
    Condition,
    DurationSpec,
    SignSpec,
    StreetSpec,
    TimeSpec,
    Where,
)
from domain.catalogue import Catalogue
from domain.facts.reading import POINT_CHARS
from domain.indicator import Rule
from domain.sign import Sign
from domain.units import is_unit_of
from domain.zone import UnknownZone, Zone

TIME_FORMATS = ("rfc3339", "iso", "epoch_s", "epoch_ms", "excel")  # besides strptime's own
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_OF_DAY = ("%H", "%I", "%M", "%S", "%f", "%c", "%X", "%p")  # what a format says of the time of day
_TEXT_TESTS, _NUMBER_TESTS = ("is", "is_not", "contains"), ("above", "below", "at_least", "at_most")


class Parts:
    """Reads them against a catalogue; what is wrong is told to their section."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def time(self, section: Section) -> TimeSpec:
        """The [time] of a mapping."""
        columns = section.one_of_text("column", "columns")
        formats = self._formats(section, columns)
        zone = _zone(section.text("zone"), self.catalogue)
        if zone is None:
            section.fault("zone", "neither an offset like +08:00 nor a known zone")
        lookup = section.lookup("fold_lookup")
        fold_column = section.text("fold_column")
        if lookup and fold_column is None:
            section.fault("fold_lookup", "only beside fold_column")
        for which in set(lookup.values()) - {"first", "second"}:
            section.fault("fold_lookup", f"{which!r} is neither first nor second")
        spec = TimeSpec(
            columns=tuple(columns),
            formats=formats,
            zone=zone or UTC,
            stamps=section.choice("stamps", ("start", "end")) or "start",
            fold=section.choice("fold", ("first", "second", "refuse")) or "first",
            fold_column=fold_column,
            fold_lookup=tuple(lookup.items()),
        )
        section.done()
        return spec

    def duration(self, section: Section, time: TimeSpec) -> DurationSpec:
        """One [[duration]]: its times are written like those of [time] unless it says how."""
        start, end = section.text("from", required=True), section.text("to", required=True)
        unit = section.text("unit", required=True)
        if unit is not None and unit not in UNITS:
            section.fault("unit", f"{unit!r} is none of {', '.join(UNITS)}")
        formats = time.formats
        if section.has("format") or len(time.columns) > 1:
            formats = self._formats(section, [start or ""])
        days = unit == "d" and not any(_has_time(form) for form in formats)
        specs = [
            TimeSpec((column or "",), formats, time.zone, fold=time.fold) for column in (start, end)
        ]
        spec = DurationSpec(
            name=section.text("name", required=True) or "",
            start=specs[0],
            end=specs[1],
            unit_s=UNITS.get(unit or "", 1.0),
            whole_days=days,
            tolerance_s=section.number("tolerance_s", above=-math.ulp(0)) or 0.0,
            signed=section.flag("signed"),
        )
        section.done()
        return spec

    def where(self, section: Section, key: str) -> Where:
        """A list of conditions, all of which must hold."""
        return tuple(self._condition(each) for each in section.inline(key))

    def signs(self, section: Section, street: StreetSpec, converted: bool) -> SignSpec:
        """Which sign: always one, or the one that a column names; with it the file's unit.

        `converted`: a factor or an offset leads to the sign's own unit.
        """
        code, column = section.text("sign"), section.text("sign_column")
        lookup = section.lookup("sign_lookup")
        if (code is None) == (column is None):
            section.fault("sign", "either sign or sign_column is needed")
        if lookup and column is None:
            section.fault("sign_lookup", "only beside sign_column")
        for each in lookup.values():
            self.sign(section, "sign_lookup", each, street)
        skip = section.choice("sign_unmapped", ("refuse", "skip")) == "skip"
        if skip and not lookup:
            section.fault("sign_unmapped", "skip needs a sign_lookup")
        unit = self._unit(section, code, converted, street)
        return SignSpec(code, column, lookup, skip, self._percents(code, unit))

    def sign(self, section: Section, key: str, code: str, street: StreetSpec) -> Sign | None:
        """The catalogue's sign, if it is defined where the mapping's places are."""
        sign = self.catalogue.sign.get(code)
        if sign is None:
            section.fault(key, f"no sign {code!r}")
        elif street.column is None:
            district = street.codes == (None,)
            if district and sign.rule is Rule.NA:
                section.fault(key, f"{code} is not defined for the district")
            if not district and not sign.at_street:
                section.fault(key, f"{code} is not defined for a street")
        return sign

    def _unit(
        self, section: Section, code: str | None, converted: bool, street: StreetSpec
    ) -> str | None:
        """The file's unit must be the sign's, unless factor or offset say how to get there."""
        unit = section.text("unit", required=code is not None)
        if code is None:
            return None
        sign = self.sign(section, "sign", code, street)
        if sign and unit is not None and not converted and not is_unit_of(unit, sign):
            wanted = f"{sign.measured_in.zh!r} of {code}"
            section.fault("unit", f"{unit!r} is not {wanted}, and there is no factor or offset")
        return unit

    def point(self, section: Section) -> str:
        """The constant point of a reading or count."""
        point = section.text("point") or ""
        if len(point) > POINT_CHARS or not point.isprintable():
            section.fault("point", f"not at most {POINT_CHARS} printable characters")
        return point

    def _formats(self, section: Section, columns: list[str]) -> tuple[str, ...]:
        formats = section.texts("format") or (["rfc3339"] if len(columns) == 1 else [])
        if not formats:
            section.fault("format", "needed where the instant stands in several columns")
        for form in formats:
            if form not in TIME_FORMATS and "%" not in form:
                section.fault(
                    "format", f"{form!r} is neither {', '.join(TIME_FORMATS)} nor strptime's"
                )
            elif form in TIME_FORMATS and form != "iso" and len(columns) > 1:
                section.fault("format", f"{form} takes one column")
        return tuple(formats)

    def _condition(self, section: Section) -> Condition:
        column = section.text("column", required=True) or ""
        known = (*_TEXT_TESTS, *_NUMBER_TESTS, "empty")
        tests = [test for test in known if section.has(test)]
        if len(tests) != 1:
            section.fault("column", f"one of {', '.join(known)} is needed beside it")
            return Condition(column, "is")
        test, texts, number = tests[0], list[str](), 0.0
        if test in _TEXT_TESTS:
            texts = section.texts(test)
        elif test in _NUMBER_TESTS:
            number = section.number(test) or 0.0
        else:
            number = float(section.flag(test))
        section.done()
        return Condition(column, test, frozenset(texts), number)

    def _percents(self, code: str | None, unit: str | None) -> dict[str, str]:
        """What 45 % is: 45 where the unit is %, 0.45 where it has none, else no value at all."""
        if code is not None and unit is not None:
            return {code: _percent(unit)}
        return {sign.code: _percent(sign.measured_in.zh) for sign in self.catalogue.signs}


def _percent(unit: str) -> str:
    if unit in ("%", "％"):
        return "percent"
    return "fraction" if unit in ("", "1") else "refuse"


def _has_time(form: str) -> bool:
    return form in TIME_FORMATS or any(part in form for part in _OF_DAY)


def _zone(text: str | None, catalogue: Catalogue) -> tzinfo | None:
    if text is None:
        return catalogue.zone.tz
    try:
        return Zone.named(text).tz
    except UnknownZone:
        return None
