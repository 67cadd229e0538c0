"""`streets.csv`, `committees.csv`, `departments.csv`, `sources.csv`."""

from collections.abc import Collection
from pathlib import Path

from data_access.catalogue.city import CityFile
from data_access.catalogue.faults import Report
from data_access.catalogue.rows import Row, read_rows, unique
from domain.place import CatalogueSource, Committee, Department, Street
from domain.text import Text

DEPARTMENT_KINDS = ("district", "vertical", "utility", "partner")
SHORT_EN = 18  # what an alert of a wall has room for
MISMATCH = 0.10  # streets may differ this much from the district's own population or area

_STREETS = (
    "code",
    "stat_code",
    "name_zh",
    "name_en",
    "short_zh",
    "kind",
    "lon",
    "lat",
    "population",
    "area_km2",
    "employment",
    "basis",
)


def read_streets(folder: Path, city: CityFile, report: Report) -> tuple[Street, ...]:
    """Streets, towns and special areas in the order of the file."""
    rows = read_rows(folder, "streets.csv", _STREETS, report)
    for name in ("code", "stat_code", "name_zh", "name_en", "short_zh"):
        unique(rows, name)
    streets = tuple(_street(row, city) for row in rows)
    counted = [s for s in streets if s.counts]
    report.require(counted, "streets.csv", "street or town")
    if city.readable and all(row.sound("population", "area_km2", "kind") for row in rows):
        _add_up(city.population, [s.population or 0 for s in counted], "population", report)
        _add_up(city.area_km2, [s.area_km2 or 0 for s in counted], "area_km2", report)
    return streets


def _street(row: Row, city: CityFile) -> Street:
    kinds = {kind.code: kind.counts for kind in city.kinds}
    kind = row.choice("kind", kinds, "kind")
    name = row.name()
    street = Street(
        code=row.code("code", "[0-9]{9}"),
        stat_code=row.code("stat_code", "[0-9]{12}"),
        name=name,
        short=Text(zh=row.chinese("short_zh", longest=6), en=name.en),
        kind=kind,
        lon=row.optional_number("lon"),
        lat=row.optional_number("lat"),
        population=row.optional_integer("population", 1, 100_000_000),
        area_km2=row.optional_number("area_km2"),
        employment=row.optional_integer("employment", 1, 100_000_000),
        basis=row.text("basis"),
        counts=kinds.get(kind, True),
    )
    if row.sound("code") and not street.code.startswith(city.code):
        row.fault(f"code: {street.code[:20]!r} is not in district {city.code}")
    if row.sound("code", "stat_code") and not street.stat_code.startswith(street.code):
        row.fault(f"stat_code: {street.stat_code[:20]!r} does not begin with the code")
    if street.area_km2 is not None and not 0 < street.area_km2 <= 100_000:
        row.fault(f"area_km2: {street.area_km2:g} is outside 0 … 100000")
    needed = ("lon", "lat", "population", "area_km2") if street.counts else ()
    for column in needed:
        if not row.cells[column]:
            row.fault(f"{column}: missing; only a special area may leave it out")
    if city.readable and row.sound("lon", "lat"):
        _inside(row, street, city)
    return street


def _inside(row: Row, street: Street, city: CityFile) -> None:
    west, south, east, north = city.box
    if (street.lon is None) != (street.lat is None):
        row.fault("lon: longitude and latitude come together")
    elif street.lon is not None and not west <= street.lon <= east:
        row.fault(f"lon: {street.lon:g} is outside the district ({west:g} … {east:g})")
    elif street.lat is not None and not south <= street.lat <= north:
        row.fault(f"lat: {street.lat:g} is outside the district ({south:g} … {north:g})")


def _add_up(whole: float | None, parts: list[float] | list[int], name: str, report: Report) -> None:
    total = sum(parts)
    if whole is not None and abs(total - whole) > MISMATCH * whole:
        reason = f"{name}: streets add up to {total:g}, the district has {whole:g}"
        report.add("streets.csv", 1, reason)


def read_committees(
    folder: Path, streets: tuple[Street, ...], report: Report
) -> tuple[Committee, ...]:
    """Village and neighbourhood committees."""
    rows = read_rows(folder, "committees.csv", ("code", "name_zh", "street"), report)
    unique(rows, "code")
    counted = {s.code for s in streets if s.counts} or None
    committees = []
    for row in rows:
        committee = Committee(
            code=row.code("code", "[0-9]{4,12}"),
            name=Text.same(row.chinese("name_zh")),
            street=row.choice("street", counted, "street or town"),
        )
        if (
            row.sound()
            and len(committee.code) == 12
            and not committee.code.startswith(committee.street)
        ):
            row.fault(f"code: {committee.code} does not begin with its street's code")
        committees.append(committee)
    return tuple(committees)


def read_departments(folder: Path, report: Report) -> tuple[Department, ...]:
    """Departments and the organisations that work with them."""
    columns = ("code", "name_zh", "name_en", "short_zh", "short_en", "kind")
    rows = read_rows(folder, "departments.csv", columns, report)
    for name in ("code", "name_zh", "name_en", "short_zh", "short_en"):
        unique(rows, name)
    report.require(rows, "departments.csv", "department")
    return tuple(_department(row) for row in rows)


def _department(row: Row) -> Department:
    name, short = row.name(), row.chinese("short_zh", longest=6)
    return Department(
        code=row.code("code"),
        name=name,
        short=Text(zh=short, en=name.en),
        tight=Text(zh=short, en=row.english("short_en", longest=SHORT_EN)),
        kind=row.choice("kind", DEPARTMENT_KINDS, "kind"),
    )


def read_sources(
    folder: Path, departments: Collection[str] | None, report: Report
) -> tuple[CatalogueSource, ...]:
    """Business systems that are expected to report."""
    columns = ("code", "name_zh", "name_en", "department", "cadence_s")
    rows = read_rows(folder, "sources.csv", columns, report)
    for name in ("code", "name_zh", "name_en"):
        unique(rows, name)
    report.require(rows, "sources.csv", "source")
    return tuple(
        CatalogueSource(
            code=row.code("code"),
            name=row.name(),
            department=row.choice("department", departments, "department"),
            cadence_s=row.integer("cadence_s", 1, 31 * 86_400),
        )
        for row in rows
    )
