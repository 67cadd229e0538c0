"""`weights.csv`: the dated versions of what a state costs."""

import itertools
from collections.abc import Iterable
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import Row, read_rows
from data_access.catalogue.standards import FOLDER as STANDARDS
from data_access.catalogue.standards import refused
from domain.sign import GRADED, Sign
from domain.weights import Weights

FILE = "weights.csv"
COLUMNS = ("version", "valid_from", *(state.value for state in GRADED), "scale", "basis")
MOST_POINTS = 100  # a sign takes no more than there is
_FIRST_DAY = "0001-01-01"  # stands in for a date that cannot be read


def read_weights(folder: Path, signs: Iterable[Sign], report: Report) -> tuple[Weights, ...]:
    """The versions of a city, ascending; those of the standards where it has no such file."""
    if not (folder / FILE).exists():
        return _standard()
    found = _versions(folder, report)
    if found:
        _check_start(*found[0], signs)
    return tuple(weights for _, weights in found)


def _standard() -> tuple[Weights, ...]:
    report = Report()
    found = _versions(STANDARDS, report)
    if report.faults:
        raise refused(report)
    return tuple(weights for _, weights in found)


def _versions(folder: Path, report: Report) -> list[tuple[Row, Weights]]:
    rows = read_rows(folder, FILE, COLUMNS, report)
    report.require(rows, FILE, "version of the weights")
    found = [(row, _weights(row)) for row in rows]
    for (_, before), (row, now) in itertools.pairwise(found):
        if now.version <= before.version and row.sound("version"):
            row.fault(f"version: {now.version} does not follow {before.version}")
        if now.valid_from <= before.valid_from and row.sound("valid_from"):
            row.fault(f"valid_from: {now.valid_from} is not after {before.valid_from}")
    return found


def _weights(row: Row) -> Weights:
    row.text("basis")
    found = Weights(
        version=row.integer("version", 1, 10_000),
        valid_from=row.day("valid_from") or _FIRST_DAY,
        attention=row.number("attention"),
        warning=row.number("warning"),
        alarm=row.number("alarm"),
        scale=row.integer("scale", 1, 100_000),
    )
    for state in GRADED:
        points = found.of(state)
        if points < 0:
            row.fault(f"{state}: {points:g} is negative")
        elif points > MOST_POINTS:
            row.fault(f"{state}: {points:g} is more than {MOST_POINTS}")
    for mild, severe in itertools.pairwise(GRADED):
        if row.sound(mild, severe) and found.of(severe) <= found.of(mild):
            row.fault(f"{severe}: {found.of(severe):g} is not above {mild} {found.of(mild):g}")
    return found


def _check_start(row: Row, first: Weights, signs: Iterable[Sign]) -> None:
    """A state that was judged was worth something: weights begin no later than cut-offs do."""
    judged = min((sign.thresholds[0].valid_from for sign in signs), default=None)
    if judged is not None and first.valid_from > judged and row.sound("valid_from"):
        reason = f"{first.valid_from} leaves the time since {judged} without weights"
        row.fault(f"valid_from: {reason}: cut-offs hold from then on")
