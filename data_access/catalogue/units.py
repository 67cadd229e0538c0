"""`units.csv`: units of measurement that a city has beside those of the standards."""

from dataclasses import dataclass
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import read_rows, unique
from data_access.catalogue.standards import load_units
from domain.text import Text

FILE = "units.csv"
COLUMNS = ("unit", "unit_en", "unit_one_en", "quantity")
LONGEST, LONGEST_EN = 12, 18  # what a cell of the wall has room for


@dataclass(frozen=True, slots=True)
class OwnUnit:
    """A unit of measure of the city's own, as shown and as shown beside the value 1."""

    name: Text
    one: Text


def read_units(folder: Path, report: Report) -> dict[str, OwnUnit]:
    """The city's own units as shown in Chinese; none where it has no such file."""
    if not (folder / FILE).exists():
        return {}
    rows = read_rows(folder, FILE, COLUMNS, report)
    unique(rows, "unit")
    found = {}
    for row in rows:
        shown = row.text("unit", longest=LONGEST)
        found[shown] = OwnUnit(
            Text(zh=shown, en=row.english("unit_en", longest=LONGEST_EN)),
            Text(zh="", en=row.english("unit_one_en", longest=LONGEST_EN, empty=True)),
        )
        row.text("quantity", longest=60)
        if shown in load_units():
            row.fault(f"unit: {shown!r} is one of the standards already")
    return found
