"""`python app.py city lint PATH`: every fault of a city's folder, or what it holds."""

import sys
from collections import Counter
from pathlib import Path

from data_access.catalogue.faults import told
from data_access.catalogue.loader import CatalogueError, Fault, load_catalogue_from
from data_access.commands.check import More, check_city, mapping_files
from domain.catalogue import Catalogue


def main(path: str | Path, *more: More) -> int:
    """Print the faults of the folder as `file:line: reason`; 0 when there are none, else 1.

    What refers to the catalogue is looked at once that is sound, as at every start.
    """
    folder = Path(path)
    if not folder.is_dir():
        print(f"{folder}: not a folder", file=sys.stderr)
        return 1
    try:
        catalogue = load_catalogue_from(folder)
        check_city(catalogue, *more)
    except CatalogueError as error:
        return _refuse(folder, error.faults)
    print(_summary(catalogue, len(mapping_files(catalogue))))
    return 0


def _refuse(folder: Path, faults: list[Fault]) -> int:
    print("\n".join(told(faults, f"{folder}/")))
    print(f"{folder.name}: {len(faults)} fault(s)")
    return 1


def _summary(catalogue: Catalogue, mappings: int) -> str:
    places = Counter(street.kind for street in catalogue.streets)
    counts = {
        "signs": len(catalogue.signs),
        "domains": len(catalogue.domains),
        **{kind.many.en.lower(): places[kind.code] for kind in catalogue.kinds},
        "committees": len(catalogue.committees),
        "targets": sum(len(found) for found in catalogue.targets.values()),
        "departments and partners": len(catalogue.departments),
        "sources": len(catalogue.sources),
        "industries": len(catalogue.industries),
        "scenarios": len(catalogue.scenarios),
        "mappings": mappings,
    }
    title = f"{catalogue.name.zh} {catalogue.name.en} ({catalogue.city}) {catalogue.version}"
    return "\n".join([title, *(f"  {count:6,} {name}" for name, count in counts.items())])
