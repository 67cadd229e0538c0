"""`targets.csv`: what a city wants of its signs, dated, each with its source in both languages."""

from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import Row, read_rows
from data_access.catalogue.signs import BASIS_TYPES, LONGEST
from domain.indicator import Direction
from domain.sign import Sign
from domain.target import Over, Target
from domain.text import Text

FILE = "targets.csv"
_COLUMNS = (
    *("sign", "over", "valid_from", "valid_to", "district", "street"),
    *("basis_type", "basis_zh", "basis_en"),
)


def read_targets(
    folder: Path, signs: tuple[Sign, ...], report: Report
) -> dict[str, tuple[Target, ...]]:
    """Targets by sign code, ascending by date; a city without the file has none."""
    if not (folder / FILE).exists():
        return {}
    known = {sign.code: sign for sign in signs}
    found: dict[str, list[Target]] = {}
    for row in read_rows(folder, FILE, _COLUMNS, report):
        target = _target(row)
        sign = known.get(target.sign)
        if sign is None:
            row.fault(f"sign: unknown sign {target.sign[:40]!r}")
        else:
            _check(row, target, sign)
        before = found.setdefault(target.sign, [])
        if before:
            _check_order(row, before[-1], target)
        before.append(target)
    return {code: tuple(targets) for code, targets in found.items()}


def _target(row: Row) -> Target:
    valid_from = row.day("valid_from") or "0001-01-01"
    valid_to = row.day("valid_to", empty=True)
    if valid_to is not None and valid_to <= valid_from:
        row.fault(f"valid_to: {valid_to} is not after valid_from {valid_from}")
    return Target(
        sign=row.text("sign", longest=16),
        over=row.member("over", Over),
        valid_from=valid_from,
        valid_to=valid_to,
        district=row.optional_number("district"),
        street=row.optional_number("street"),
        basis_type=row.choice("basis_type", BASIS_TYPES, "basis type"),
        basis=Text(
            zh=row.chinese("basis_zh", longest=LONGEST), en=row.english("basis_en", longest=LONGEST)
        ),
    )


def _check(row: Row, target: Target, sign: Sign) -> None:
    if sign.direction is Direction.BAND:
        row.fault(f"sign: {sign.code} is good within a band: a target needs one better side")
    if sign.adds_up and target.over is not Over.NOW and row.sound("over"):
        row.fault("over: an amount is not whole before its period has ended: only now")
    if target.district is None and target.street is None and row.sound("district", "street"):
        row.fault("district: neither the district nor its streets have a target")
    if target.street is not None and not sign.at_street:
        row.fault(f"street: {sign.code} is not judged below the district")
    for name, value in (("district", target.district), ("street", target.street)):
        if value is None or not row.sound(name):
            continue
        if not sign.value_min <= value <= sign.value_max:
            row.fault(f"{name}: {value:g} is outside value_min … value_max")
        elif abs(round(value, sign.decimals) - value) > 1e-9:
            row.fault(f"{name}: {value:g} has more than the {sign.decimals} decimals of the sign")


def _check_order(row: Row, before: Target, now: Target) -> None:
    if before.valid_to is None or now.valid_from < before.valid_to:
        end = before.valid_to or "an open end"
        row.fault(f"valid_from: {now.valid_from} overlaps the target before ({end})")
