"""What must be true of a sign beyond the form of its cells."""

from collections.abc import Mapping, Sequence

from data_access.catalogue.rows import Row
from data_access.catalogue.standards import load_aqi, load_units
from data_access.catalogue.thresholds import Versions, check_order, is_normal
from data_access.catalogue.units import FILE as UNITS_FILE
from data_access.catalogue.units import OwnUnit
from domain.indicator import Rule, Thresholds
from domain.place import CatalogueSource
from domain.sign import DERIVED_RULES, Sign

STALE_CADENCES = 10  # a value this many cadences old is stale, whatever the sign
_MASSES = (Rule.WEIGHTED, Rule.RATIO)


def check_sign(row: Row, sign: Sign, own: Mapping[str, OwnUnit]) -> None:
    """Unit, range, cadence, rules and labels of one sign."""
    _check_unit(row, sign, own)
    _check_range(row, sign)
    longest = STALE_CADENCES * max(sign.cadence_s, 60)
    cadence = row.sound("cadence_s", "stale_after_s")
    if cadence and not sign.cadence_s <= sign.stale_after_s <= longest:
        row.fault(
            f"stale_after_s: {sign.stale_after_s} is not between one and {STALE_CADENCES} "
            f"cadences of {sign.cadence_s} s"
        )
    if row.sound("cadence_s", "raise_after_s") and sign.raise_after_s > 2 * sign.cadence_s:
        row.fault(f"raise_after_s: {sign.raise_after_s} is more than two cadences")
    _check_rules(row, sign)
    _check_labels(row, sign)
    _check_basis(row, sign)
    if sign.department in sign.co_departments:
        row.fault(f"co_departments: {sign.department!r} is already the owner")


def _check_range(row: Row, sign: Sign) -> None:
    if not row.sound("value_min", "value_max"):
        return
    if not sign.value_min < sign.value_max:
        row.fault(f"value_max: {sign.value_max:g} is not above value_min {sign.value_min:g}")
    elif row.sound("typical") and not sign.value_min <= sign.typical <= sign.value_max:
        row.fault(f"typical: {sign.typical:g} is outside value_min … value_max")


def _check_unit(row: Row, sign: Sign, own: Mapping[str, OwnUnit]) -> None:
    shown, one = sign.measured_in, sign.measured_in_one
    if shown.zh in own:
        known = own[shown.zh]
        for name, here, there in (
            ("unit_en", shown.en, known.name.en),
            ("unit_one_en", one.en, known.one.en),
        ):
            if here != there and row.sound(name):
                row.fault(f"{name}: {here!r} is not {there!r} of {UNITS_FILE}")
    elif shown.zh and shown.zh not in load_units():
        row.fault(f"unit: unknown unit {shown.zh!r}")
    if row.sound("unit_en") and bool(shown.zh) != bool(shown.en):
        row.fault("unit_en: translation missing" if shown.zh else "unit: missing beside unit_en")
    if row.sound("unit_one_en") and one.en and not shown.en:
        row.fault("unit_en: missing beside unit_one_en")


def _check_rules(row: Row, sign: Sign) -> None:
    if row.sound("district_rule") and sign.rule is Rule.NA:
        row.fault("district_rule: a sign must be defined for the district")
    rules = row.sound("street_rule", "threshold_rule")
    if rules and sign.street_rule is Rule.NA and sign.threshold_rule != "n/a":
        row.fault("threshold_rule: must be n/a when there is no street value")
    sums = {sign.rule, sign.street_rule} <= {Rule.SUM, Rule.NA}
    if sign.adds_up and not (sums and not sign.derived):
        row.fault("over_time: amounts add up, over points and streets too, and are not derived")
    massive = sign.rule in _MASSES or sign.street_rule in _MASSES
    if massive and not sign.denominator.zh:
        row.fault("weight_by: missing for a weighted or ratio rule")
    if row.sound("weight_by_en") and bool(sign.denominator.zh) != bool(sign.denominator.en):
        row.fault("weight_by_en: translation missing")


def _check_labels(row: Row, sign: Sign) -> None:
    names = [level.zh for level in sign.value_labels if level.zh]
    if len(names) != len([level.en for level in sign.value_labels if level.en]):
        row.fault("value_labels_en: not as many as value_labels_zh")
    levels = sign.value_max - sign.value_min + 1
    known = row.sound("value_min", "value_max", "decimals", "value_labels_zh")
    if known and names and (len(names) != levels or sign.decimals):
        row.fault(f"value_labels_zh: one for each of the {levels:g} whole values is needed")


def _check_basis(row: Row, sign: Sign) -> None:
    """In both languages or in neither: the empty one is blamed."""
    if row.sound("basis_zh", "basis_en") and bool(sign.basis.zh) != bool(sign.basis.en):
        empty, other = ("basis_en", "zh") if sign.basis.zh else ("basis_zh", "en")
        row.fault(f"{empty}: missing beside basis_{other}")


def check_thresholds(row: Row, sign: Sign, versions: Versions) -> None:
    """Order of the cut-offs, their range, and that the typical value is normal now."""
    if not row.sound("code"):
        return
    for line, cuts in zip(versions.rows, versions.found, strict=True):
        if row.sound("direction"):
            check_order(line, cuts, sign.direction)
        if row.sound("value_min", "value_max"):
            _check_edges(line, sign, cuts)
    if row.sound("typical") and not is_normal(versions.found[-1], sign.typical):
        versions.rows[-1].fault(f"sign: the typical value {sign.typical:g} is not normal")


def _check_edges(line: Row, sign: Sign, cuts: Thresholds) -> None:
    for name in ("normal", "attention", "warning", "alarm"):
        bounds = getattr(cuts, name)
        for side, edge in (("low", bounds.low), ("high", bounds.high)):
            if edge is not None and not sign.value_min <= edge <= sign.value_max:
                line.fault(f"{name}_{side}: {edge:g} is outside value_min … value_max")


def check_source(row: Row, sign: Sign, source: CatalogueSource | None) -> None:
    """A source is expected at least as often as its signs."""
    if source is not None and row.sound("cadence_s") and source.cadence_s > sign.cadence_s:
        row.fault(
            f"cadence_s: {sign.cadence_s} is quicker than its source {source.code} "
            f"({source.cadence_s})"
        )


def check_derived(rows: Sequence[Row], signs: Sequence[Sign]) -> None:
    """Derived signs name a known rule, fill its roles, and rest on measured signs."""
    by_code = {sign.code: sign for sign in signs}
    for row, sign in zip(rows, signs, strict=True):
        if not row.sound("code"):
            continue
        if sign.derived is None:
            if sign.derived_from:
                row.fault("derived: missing beside derived_from")
            continue
        if sign.derived not in DERIVED_RULES:
            row.fault(f"derived: unknown rule {sign.derived[:40]!r}")
        if not sign.derived_from:
            row.fault("derived_from: missing")
        for role, code in sign.derived_from:
            _check_role(row, role, by_code.get(code))


def _check_role(row: Row, role: str, operand: Sign | None) -> None:
    scale = load_aqi().get(role)
    if scale is None:
        row.fault(f"derived_from: unknown role {role[:40]!r}")
    elif operand is None:
        row.fault(f"derived_from: the sign of {role!r} does not exist")
    elif operand.derived is not None:
        row.fault(f"derived_from: {operand.code} is derived itself")
    elif (given := operand.measured_in.zh) != scale.unit:
        row.fault(f"derived_from: {operand.code} is in {given!r}, {role} in {scale.unit!r}")
