"""A copy of the product with a city in it whose every text tries to be markup."""

import csv
import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data_access.settings import ROOT

LONG = '<img src=x onerror="window.planted=1">'
SHORT = "<s>"  # where a name may have few characters: an element that no page of ours uses
CITY = "planted"
PARTS = (
    *("app.py", "assets", "callbacks", "dashboard", "data_access", "domain", "engine"),
    *("pages", "requirements.txt"),
)

_Cells = dict[str, str]


def copied_product(folder: Path, plant: Callable[[Path], None] | None = None) -> Path:
    """The product's own files in another place, with a city that `plant` makes among the others.

    `plant` gets the folder of all catalogues; by default it makes the city whose names are markup.
    """
    (plant or _plant)(copied(folder) / "data_access" / "catalogue")
    return folder


def copied(folder: Path) -> Path:
    """The product's own files in another place."""
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def _plant(catalogues: Path) -> None:
    city = catalogues / CITY
    shutil.copytree(catalogues / "pudong", city)
    rewrite(city / "vital_signs.csv", _sign)
    for name in ("streets.csv", "departments.csv"):
        rewrite(city / name, _place)
    rewrite(city / "sources.csv", _named)
    toml = (city / "city.toml").read_text(encoding="utf-8")
    lines = [_marked(line) if line.startswith("name_") else line for line in toml.splitlines()]
    (city / "city.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _marked(line: str) -> str:
    """A line `name = "text"` of a TOML file, its text led by markup."""
    ((name, text),) = tomllib.loads(line).items()
    return f"{name} = {json.dumps(LONG + text, ensure_ascii=False)}"


def _named(cells: _Cells, _number: int) -> None:
    cells["name_zh"] += LONG
    cells["name_en"] += LONG


def _place(cells: _Cells, number: int) -> None:
    _named(cells, number)
    cells["short_zh"] = SHORT + chr(0x4E00 + number)


def _sign(cells: _Cells, number: int) -> None:
    _named(cells, number)
    cells["short_zh"] = cells["short_en"] = f"{SHORT}{number:03d}"
    if cells["unit_en"]:
        cells["unit_en"] = SHORT
    for labels in ("value_labels_zh", "value_labels_en"):
        cells[labels] = ";".join(LONG + word for word in cells[labels].split(";") if word)


def rewrite(path: Path, change: Callable[[_Cells, int], None]) -> None:
    """Change every row of a CSV file of a catalogue."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    for number, row in enumerate(rows):
        change(row, number)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def hostile_boundaries(folder: Path) -> Path:
    """Boundaries whose features carry what dash-leaflet would show as markup."""
    city = folder / "data_access" / "catalogue" / CITY
    document: Any = json.loads((city / "map.geojson").read_text(encoding="utf-8"))
    for feature in document["features"]:
        feature["properties"] |= {"tooltip": LONG, "popup": LONG, "licence": LONG}
    path = folder / "boundaries.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
