"""`thresholds.csv`: the dated versions of every sign's cut-offs."""

import itertools
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import Row, read_rows
from domain.indicator import Bounds, Direction, Thresholds

FILE = "thresholds.csv"
GRADES = ("normal", "attention", "warning", "alarm")  # from mild to severe
_COLUMNS = (
    "sign",
    "version",
    "valid_from",
    "valid_to",
    *(f"{grade}_{side}" for grade in GRADES for side in ("low", "high")),
    "basis",
)


class Versions:
    """The rows of one sign in file order, with what they say."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.found: list[Thresholds] = []


def read_thresholds(folder: Path, report: Report) -> dict[str, Versions]:
    """Versions by sign code, each list checked for order and gapless validity."""
    by_sign: dict[str, Versions] = {}
    for row in read_rows(folder, FILE, _COLUMNS, report):
        versions = by_sign.setdefault(row.text("sign", longest=16), Versions())
        versions.rows.append(row)
        versions.found.append(_thresholds(row))
    for versions in by_sign.values():
        _check_validity(versions)
    return by_sign


def _thresholds(row: Row) -> Thresholds:
    row.text("basis")
    bounds = {
        grade: Bounds(row.optional_number(f"{grade}_low"), row.optional_number(f"{grade}_high"))
        for grade in GRADES
    }
    valid_from = row.day("valid_from") or "0001-01-01"
    valid_to = row.day("valid_to", empty=True)
    if valid_to is not None and valid_to <= valid_from:
        row.fault(f"valid_to: {valid_to} is not after valid_from {valid_from}")
    return Thresholds(
        version=row.integer("version", 1, 10_000),
        valid_from=valid_from,
        valid_to=valid_to,
        attention=bounds["attention"],
        warning=bounds["warning"],
        alarm=bounds["alarm"],
        normal=bounds["normal"],
    )


def _check_validity(versions: Versions) -> None:
    """Ascending versions, each beginning on the day the one before ends; the last one open."""
    pairs = list(zip(versions.rows, versions.found, strict=True))
    for (_, before), (row, now) in itertools.pairwise(pairs):
        if now.version <= before.version:
            row.fault(f"version: {now.version} does not follow {before.version}")
        if before.valid_to is None or now.valid_from < before.valid_to:
            end = before.valid_to or "an open end"
            row.fault(f"valid_from: {now.valid_from} overlaps version {before.version} ({end})")
        elif now.valid_from > before.valid_to:
            row.fault(f"valid_from: {now.valid_from} leaves a gap after {before.valid_to}")
    row, last = pairs[-1]
    if last.valid_to is not None:
        row.fault("valid_to: the newest version must be open")


def check_order(row: Row, cuts: Thresholds, direction: Direction) -> None:
    """Cut-offs present on the sides that count, and ever further out from normal to alarm."""
    grades = (cuts.normal, cuts.attention, cuts.warning, cuts.alarm)
    sides = {
        "high": (direction is not Direction.LOWER_WORSE, [g.high for g in grades]),
        "low": (direction is not Direction.HIGHER_WORSE, [g.low for g in grades]),
    }
    for side, (counts, edges) in sides.items():
        for grade, edge in zip(GRADES[1:], edges[1:], strict=True):
            if (edge is not None) != counts:
                if not row.sound(f"{grade}_{side}"):
                    continue
                wanted = "missing" if counts else "must be empty"
                row.fault(f"{grade}_{side}: {wanted} for direction {direction.value}")
        outward = 1 if side == "high" else -1
        known = [(g, e) for g, e in zip(GRADES, edges, strict=True) if e is not None]
        for (mild, near), (severe, far) in itertools.pairwise(known):
            if counts and (far - near) * outward <= 0:
                beyond = "above" if outward > 0 else "below"
                reason = f"{severe}_{side}: {far:g} is not {beyond} {mild}_{side} {near:g}"
                row.fault(reason)


def is_normal(cuts: Thresholds, value: float) -> bool:
    """True when no cut-off is reached at `value`."""
    reached = (
        (b.high is not None and value >= b.high) or (b.low is not None and value <= b.low)
        for b in (cuts.attention, cuts.warning, cuts.alarm)
    )
    return not any(reached)
