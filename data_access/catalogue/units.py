"""`units.csv`: units of measurement that a city has beside those of the standards."""

from dataclasses import dataclass
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import read_rows, unique
from data_access.catalogue.standards import load_units

FILE = "units.csv"
COLUMNS = ("unit", "unit_en", "unit_one_en", "quantity")
LONGEST, LONGEST_EN = 12, 18  # what a cell of the wall has room for


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as shown in Chinese, in English, and beside the value 1 in English."""

    unit: str
    unit_en: str
    unit_one_en: str


def read_units(folder: Path, report: Report) -> dict[str, Unit]:
    """The city's own units as shown in Chinese; none where it has no such file."""
    if not (folder / FILE).exists():
        return {}
    rows = read_rows(folder, FILE, COLUMNS, report)
    unique(rows, "unit")
    found = {}
    for row in rows:
        unit = Unit(
            row.text("unit", longest=LONGEST),
            row.english("unit_en", longest=LONGEST_EN),
            row.english("unit_one_en", longest=LONGEST_EN, empty=True),
        )
        row.text("quantity", longest=60)
        if unit.unit in load_units():
            row.fault(f"unit: {unit.unit!r} is one of the standards already")
        found[unit.unit] = unit
    return found
