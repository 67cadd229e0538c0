"""A city's folder → `domain.catalogue.Catalogue`, or every reason why not.

No city is known here: everything that distinguishes one from another is in its folder
(`docs/catalogue.md` describes the files).
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from data_access.catalogue.city import CityFile, read_city
from data_access.catalogue.economy import read_industries, read_scenarios
from data_access.catalogue.faults import CatalogueError, Fault, Report
from data_access.catalogue.files import check_files
from data_access.catalogue.map_checks import FILE as MAP_FILE
from data_access.catalogue.map_checks import check_map
from data_access.catalogue.places import (
    read_committees,
    read_departments,
    read_sources,
    read_streets,
)
from data_access.catalogue.publication import read_publication
from data_access.catalogue.signs import Surroundings, read_signs
from data_access.catalogue.standards import AqiScale, check_standards, load_aqi
from data_access.catalogue.targets import read_targets
from data_access.catalogue.units import read_units
from data_access.catalogue.wall import read_walls
from data_access.catalogue.weights import read_weights
from data_access.catalogue.wording import read_wording
from domain.catalogue import Catalogue

__all__ = [
    "AqiScale",
    "CatalogueError",
    "Fault",
    "cities",
    "load_aqi",
    "load_catalogue",
    "load_catalogue_from",
]

FOLDER = Path(__file__).resolve().parent


def cities() -> list[str]:
    """Names of the cities that ship with the product."""
    return sorted(p.parent.name for p in FOLDER.glob("*/city.toml"))


@lru_cache(maxsize=4)
def load_catalogue(city: str) -> Catalogue:
    """The catalogue of a city by the name of its folder; read once per process.

    Raises CatalogueError with all faults.
    """
    if city not in cities():
        known = ", ".join(cities())
        raise CatalogueError(city, [Fault("city.toml", 1, f"no such city; known: {known}")])
    return load_catalogue_from(FOLDER / city)


def load_catalogue_from(path: Path) -> Catalogue:
    """The catalogue in a folder. Raises CatalogueError with all faults."""
    folder, report = path.resolve(), Report()
    check_standards()
    check_files(folder, report)
    city = read_city(folder, report)
    streets = read_streets(folder, city, report)
    departments = read_departments(folder, report)
    codes = {d.code for d in departments} or None
    sources = read_sources(folder, codes, report)
    units = read_units(folder, report)
    around = Surroundings(city, codes, {s.code: s for s in sources} or None, units)
    words = city.vocabularies
    faults_before = len(report.faults)
    signs = read_signs(folder, around, report)
    # what only follows from a wrong sign is not told beside it
    of_signs = report if len(report.faults) == faults_before else Report()
    catalogue = Catalogue(
        city=folder.name,
        version=_version(folder, city),
        code=city.code,
        name=city.name,
        short=city.short,
        zone=city.zone,
        population=city.population,
        area_km2=city.area_km2,
        domains=words["domains"],
        goals=words["goals"],
        signs=signs,
        streets=streets,
        committees=read_committees(folder, streets, report),
        departments=departments,
        sources=sources,
        fields=words["fields"],
        industries=read_industries(folder, city, codes, report),
        scenarios=read_scenarios(folder, city, codes, report),
        map_path=str(folder / MAP_FILE),
        weights=read_weights(folder, () if of_signs is not report else signs, report),
        platforms=words["platforms"],
        stages=words["stages"],
        scaling=city.scaling,
        limits=city.limits,
        kinds=city.kinds,
        hotlines=city.hotlines,
        wording=read_wording(folder, report),
        publication=read_publication(folder, signs, of_signs),
        targets=read_targets(folder, signs, of_signs),
        walls=read_walls(folder, words["domains"], {s.code for s in signs}, of_signs),
    )
    check_map(folder, streets, report)
    if report.faults:
        raise CatalogueError(folder.name, report.faults)
    return catalogue


def _version(folder: Path, city: CityFile) -> str:
    """The stated version and a digest of every file, so that no change goes unnoticed."""
    digest = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = file.relative_to(folder).as_posix()
        if not name.startswith("."):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{city.version}+{digest.hexdigest()[:8]}"
