"""A copy of a city's folder in which single cells are broken, with the line that must be blamed."""

import csv
import shutil
from pathlib import Path

from data_access.catalogue.loader import FOLDER, CatalogueError, Fault, load_catalogue_from


def copy_city(city: str, target: Path) -> Path:
    """A private copy of a shipped city."""
    return Path(shutil.copytree(FOLDER / city, target / city))


def faults_of(folder: Path) -> list[Fault]:
    """The faults of a folder; an empty list when it loads."""
    try:
        load_catalogue_from(folder)
    except CatalogueError as error:
        return error.faults
    return []


def read_table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def write_table(path: Path, table: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(table)


def set_cell(folder: Path, file: str, key: str, column: str, value: str) -> int:
    """Put `value` into the row whose first cell is `key`; the line number of that row."""
    table = read_table(folder / file)
    line = next(n for n, row in enumerate(table, 1) if row[0] == key)
    table[line - 1][table[0].index(column)] = value
    write_table(folder / file, table)
    return line


def replace_line(folder: Path, file: str, old: str, new: str, nth: int = 1) -> int:
    """Replace the n-th line that contains `old` by `new`; its line number."""
    lines = (folder / file).read_text(encoding="utf-8").split("\n")
    line = [n for n, text in enumerate(lines, 1) if old in text][nth - 1]
    lines[line - 1] = new
    (folder / file).write_text("\n".join(lines), encoding="utf-8")
    return line
