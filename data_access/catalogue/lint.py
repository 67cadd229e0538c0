"""`python app.py city lint PATH`: every fault of a city's folder, or what it holds."""

import sys
from pathlib import Path

from data_access.catalogue.loader import CatalogueError, Fault, load_catalogue_from
from data_access.mapping import MappingError, load_mapping
from domain.catalogue import Catalogue


def main(path: str | Path) -> int:
    """Print the faults of the folder as `file:line: reason`; 0 when there are none, else 1.

    Mappings are looked at once the catalogue they refer to is sound.
    """
    folder = Path(path)
    if not folder.is_dir():
        print(f"{folder}: not a folder", file=sys.stderr)
        return 1
    try:
        catalogue = load_catalogue_from(folder)
    except CatalogueError as error:
        return _refuse(folder, error.faults)
    mappings = sorted((folder / "mappings").glob("*.toml"))
    faults = [fault for file in mappings for fault in _mapping_faults(catalogue, file)]
    if faults:
        return _refuse(folder, faults)
    print(_summary(catalogue, len(mappings)))
    return 0


def _mapping_faults(catalogue: Catalogue, file: Path) -> list[Fault]:
    try:
        load_mapping(catalogue, str(file))
    except MappingError as error:
        return [Fault(f"mappings/{file.name}", f.line, f.reason) for f in error.faults]
    return []


def _refuse(folder: Path, faults: list[Fault]) -> int:
    for fault in faults:
        print(f"{folder / fault.file}:{fault.line}: {fault.reason}")
    print(f"{folder.name}: {len(faults)} fault(s)")
    return 1


def _summary(catalogue: Catalogue, mappings: int) -> str:
    areas = len(catalogue.streets) - len(catalogue.counted)
    counts = {
        "signs": len(catalogue.signs),
        "domains": len(catalogue.domains),
        "streets and towns": len(catalogue.counted),
        "special areas": areas,
        "committees": len(catalogue.committees),
        "departments and partners": len(catalogue.departments),
        "sources": len(catalogue.sources),
        "industries": len(catalogue.industries),
        "scenarios": len(catalogue.scenarios),
        "mappings": mappings,
    }
    title = f"{catalogue.name_zh} {catalogue.name_en} ({catalogue.city}) {catalogue.version}"
    return "\n".join([title, *(f"  {count:6,} {name}" for name, count in counts.items())])
