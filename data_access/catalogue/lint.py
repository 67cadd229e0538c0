"""`python app.py city lint PATH`: every fault of a city's folder, or what it holds."""

import sys
from pathlib import Path

from data_access.catalogue.loader import CatalogueError, load_catalogue_from
from domain.catalogue import Catalogue


def main(path: str | Path) -> int:
    """Print the faults of the folder as `file:line: reason`; 0 when there are none, else 1."""
    folder = Path(path)
    if not folder.is_dir():
        print(f"{folder}: not a folder", file=sys.stderr)
        return 1
    try:
        catalogue = load_catalogue_from(folder)
    except CatalogueError as error:
        for fault in error.faults:
            print(f"{folder / fault.file}:{fault.line}: {fault.reason}")
        print(f"{error.city}: {len(error.faults)} fault(s)")
        return 1
    print(_summary(catalogue))
    return 0


def _summary(catalogue: Catalogue) -> str:
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
    }
    title = f"{catalogue.name_zh} {catalogue.name_en} ({catalogue.city}) {catalogue.version}"
    return "\n".join([title, *(f"  {count:6,} {name}" for name, count in counts.items())])
