"""Everything that must hold of a city before it starts; `city lint` and every start ask this."""

from collections.abc import Callable
from pathlib import Path

from data_access.catalogue.faults import CatalogueError, Fault
from data_access.catalogue.map_checks import FILE as MAP_FILE
from data_access.catalogue.map_checks import line_of
from data_access.mappings.mapping import MappingError, load_mapping
from data_access.maps.boundaries import shape_faults
from domain.catalogue import Catalogue

More = Callable[[Catalogue], list[Fault]]


def check_city(catalogue: Catalogue, *more: More) -> None:
    """CatalogueError with every fault of a catalogue whose own files have been read soundly.

    Looks at what refers to the catalogue: shapes, mappings, and what `more` looks at.
    """
    faults = [*_map_faults(catalogue), *_mapping_faults(catalogue)]
    for check in more:
        faults += check(catalogue)
    if faults:
        raise CatalogueError(catalogue.city, faults)


def mapping_files(catalogue: Catalogue) -> list[Path]:
    """The mappings that lie in a city's folder."""
    return sorted((Path(catalogue.map_path).parent / "mappings").glob("*.toml"))


def _map_faults(catalogue: Catalogue) -> list[Fault]:
    path = Path(catalogue.map_path)
    found = shape_faults(path, catalogue.counted)
    text = path.read_text(encoding="utf-8-sig") if found else ""
    return [Fault(MAP_FILE, line_of(text, code), reason) for code, reason in found]


def _mapping_faults(catalogue: Catalogue) -> list[Fault]:
    faults = []
    for file in mapping_files(catalogue):
        try:
            load_mapping(catalogue, str(file))
        except MappingError as error:
            faults += [Fault(f"mappings/{file.name}", f.line, f.reason) for f in error.faults]
    return faults
