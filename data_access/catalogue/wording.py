"""`labels.csv`: what a city words its own way in the interface (boroughs, not streets)."""

from collections.abc import Mapping
from pathlib import Path

from data_access.catalogue.faults import Report
from data_access.catalogue.rows import read_rows, unique
from domain.text import Text

FILE = "labels.csv"
COLUMNS = ("key", "zh", "en")
LONGEST = 1000


def read_wording(folder: Path, report: Report) -> Mapping[str, Text]:
    """Own words by key; none where the city has no such file.

    Which keys there are is the interface's business (`dashboard.words.labels.wording_faults`).
    """
    if not (folder / FILE).exists():
        return {}
    rows = read_rows(folder, FILE, COLUMNS, report)
    unique(rows, "key")
    return {
        row.code("key", r"[a-z][A-Za-z0-9._-]*", longest=80): Text(
            zh=row.text("zh", longest=LONGEST, blanks=True),
            en=row.text("en", longest=LONGEST, blanks=True),
        )
        for row in rows
    }
