"""`vital_signs.csv`, joined with its thresholds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from data_access.catalogue.city import CityFile
from data_access.catalogue.faults import Report
from data_access.catalogue.rows import Row, read_rows, unique
from data_access.catalogue.sign_checks import (
    check_derived,
    check_sign,
    check_source,
    check_thresholds,
)
from data_access.catalogue.thresholds import FILE as THRESHOLDS_FILE
from data_access.catalogue.thresholds import Versions, read_thresholds
from data_access.catalogue.units import OwnUnit
from domain.indicator import Bounds, Direction, OverTime, Rule, Thresholds
from domain.place import CatalogueSource
from domain.sign import Sign
from domain.text import Text

FILE = "vital_signs.csv"
BASIS_TYPES = ("standard", "practice", "fact", "fact+assumed", "assumed")
LONGEST = 600  # characters of a basis
SHORT_ZH, SHORT_EN = 7, 16  # what a cell of the wall has room for
DAY_S = 86_400
UNDATED = Thresholds(0, "0001-01-01", None, *(Bounds(None, None),) * 3)
_COLUMNS = (
    *("code", "name_zh", "name_en", "short_zh", "short_en", "domain", "goal"),
    *("unit", "unit_en", "unit_one_en"),
    *("decimals", "value_min", "value_max", "cadence_s", "stale_after_s", "direction", "typical"),
    *("street_rule", "district_rule", "weight_by", "weight_by_en", "threshold_rule"),
    *("raise_after_s", "clear_after", "source", "department", "co_departments", "owner_note"),
    *("public", "wall_trend", "value_labels_zh", "value_labels_en", "derived", "derived_from"),
    *("basis_type", "basis_zh", "basis_en"),
)
_OPTIONAL = ("over_time",)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sign may refer to."""

    city: CityFile
    departments: Collection[str] | None  # None: their file could not be read
    sources: Mapping[str, CatalogueSource] | None
    units: Mapping[str, OwnUnit]  # the city's own


def read_signs(folder: Path, around: Surroundings, report: Report) -> tuple[Sign, ...]:
    """The signs in the order of the file."""
    rows = read_rows(folder, FILE, _COLUMNS, report, _OPTIONAL)
    for name in ("code", "name_zh", "name_en", "short_zh", "short_en"):
        unique(rows, name)
    report.require(rows, FILE, "sign")
    versions = read_thresholds(folder, report)
    signs = []
    for row in rows:
        found = versions.get(row.cells["code"])
        if found is None and versions:
            row.fault(f"code: no row in {THRESHOLDS_FILE}")
        sign = _sign(row, around, found)
        check_sign(row, sign, around.units)
        if found is not None:
            check_thresholds(row, sign, found)
        check_source(row, sign, (around.sources or {}).get(sign.source))
        signs.append(sign)
    for code in versions.keys() - {sign.code for sign in signs} if rows else ():
        versions[code].rows[0].fault(f"sign: unknown sign {code[:40]!r}")
    check_derived(rows, signs)
    return tuple(signs)


def _sign(row: Row, around: Surroundings, versions: Versions | None) -> Sign:
    return Sign(
        **_identity(row, around),
        **_measure(row),
        **_judgement(row, around),
        **_provenance(row, around),
        thresholds=tuple(versions.found) if versions else (UNDATED,),
    )


def _identity(row: Row, around: Surroundings) -> dict[str, Any]:
    city = around.city
    return {
        "code": row.code("code", "[A-Z]{2,5}-[0-9]{2,4}", longest=16),
        "name": row.name(),
        "short": Text(
            zh=row.text("short_zh", longest=SHORT_ZH),
            en=row.english("short_en", longest=SHORT_EN),
        ),
        "domain": row.choice("domain", city.codes("domains"), "domain"),
        "goal": row.choice("goal", city.codes("goals"), "goal"),
        "public": row.flag("public"),
        "wall_trend": row.flag("wall_trend"),
    }


def _measure(row: Row) -> dict[str, Any]:
    unit = row.text("unit", longest=12, empty=True)
    return {
        "measured_in": Text(zh=unit, en=row.english("unit_en", longest=SHORT_EN, empty=True)),
        "measured_in_one": Text(zh="", en=row.english("unit_one_en", longest=SHORT_EN, empty=True)),
        "decimals": row.integer("decimals", 0, 4),
        "value_min": row.number("value_min"),
        "value_max": row.number("value_max"),
        "cadence_s": row.integer("cadence_s", 1, 31 * DAY_S),
        "stale_after_s": row.integer("stale_after_s", 60, 366 * DAY_S),
        "value_labels": _levels(row),
        "typical": row.number("typical"),
    }


def _judgement(row: Row, around: Surroundings) -> dict[str, Any]:
    rules = ("same", "n/a", *around.city.scaling) if around.city.readable else None
    return {
        "direction": row.member("direction", Direction),
        "street_rule": row.member("street_rule", Rule),
        "rule": row.member("district_rule", Rule),
        "over_time": row.optional_member("over_time", OverTime),
        "denominator": Text(
            zh=row.text("weight_by", empty=True), en=row.english("weight_by_en", empty=True)
        ),
        "threshold_rule": row.choice("threshold_rule", rules, "threshold rule"),
        "raise_after_s": row.integer("raise_after_s", 0, DAY_S),
        "clear_after": row.integer("clear_after", 1, 100),
    }


def _provenance(row: Row, around: Surroundings) -> dict[str, Any]:
    pairs = [item.partition("=") for item in row.items("derived_from")]
    return {
        "source": row.choice("source", around.sources, "source"),
        "department": row.choice("department", around.departments, "department"),
        "co_departments": row.items("co_departments", around.departments),
        "owner_note": row.text("owner_note", empty=True),
        "derived": row.text("derived", empty=True) or None,
        "derived_from": tuple((role, sign) for role, _, sign in pairs),
        "basis_type": row.choice("basis_type", BASIS_TYPES, "basis type"),
        "basis": Text(
            zh=row.chinese("basis_zh", longest=LONGEST, empty=True),
            en=row.english("basis_en", longest=LONGEST, empty=True),
        ),
    }


def _levels(row: Row) -> tuple[Text, ...]:
    """The names of the levels; where one language names fewer, the rest are empty in it."""
    languages = (row.items("value_labels_zh"), row.items("value_labels_en"))
    return tuple(Text(zh=zh, en=en) for zh, en in zip_longest(*languages, fillvalue=""))
