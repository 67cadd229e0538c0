"""Tables that hold for every city: units of measurement, air quality index breakpoints, kinds."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data_access.catalogue.faults import CatalogueError, Fault, Report
from data_access.catalogue.rows import Row, read_rows
from domain.place import Kind
from domain.text import Text

KINDS = ("code", "group", "name_zh", "name_en", "many_en", "counts")
FOLDER = Path(__file__).parent / "standards"


def refused(report: Report) -> CatalogueError:
    """The error for a wrong table of the standards, named as seen from a city's folder."""
    faults = [Fault(f"../{FOLDER.name}/{f.file}", f.line, f.reason) for f in report.faults]
    return CatalogueError(FOLDER.name, faults)


@dataclass(frozen=True, slots=True)
class AqiScale:
    """The breakpoints of one pollutant (HJ 633-2012, table 1)."""

    pollutant: str  # pm25 | pm10 | o3 | no2 | so2 | co
    unit: str
    averaging: str  # the mean the standard defines them for: 1h | 24h
    points: tuple[tuple[float, float], ...]  # (concentration, index), both ascending from 0


@lru_cache(maxsize=1)
def load_aqi() -> dict[str, AqiScale]:
    """Scales by pollutant; the index between two points is linear, above the last it stays there.

    Raises CatalogueError when the table itself is wrong.
    """
    report = Report()
    columns = ("pollutant", "unit", "averaging", "iaqi", "concentration")
    scales: dict[str, AqiScale] = {}
    for row in read_rows(FOLDER, "aqi.csv", columns, report):
        name, point = row.code("pollutant"), (row.number("concentration"), row.number("iaqi"))
        unit, averaging = row.text("unit"), row.choice("averaging", ("1h", "24h"), "averaging")
        scale = scales.get(name, AqiScale(name, unit, averaging, ()))
        last = scale.points[-1] if scale.points else (-1.0, -1.0)
        if not (point[0] > last[0] and point[1] > last[1]):
            row.fault(f"breakpoint {point} does not follow {last}")
        scales[name] = AqiScale(name, unit, averaging, (*scale.points, point))
    if report.faults:
        raise refused(report)
    return scales


def check_standards() -> None:
    """CatalogueError when a table that every city needs is missing or wrong."""
    for load in (load_units, load_aqi, load_kinds):
        load()


@lru_cache(maxsize=1)
def load_kinds() -> tuple[Kind, ...]:
    """The kinds of places of a city that names none of its own. Raises CatalogueError."""
    report = Report()
    kinds = tuple(_kind(row) for row in read_rows(FOLDER, "kinds.csv", KINDS, report))
    if report.faults:
        raise refused(report)
    return kinds


def _kind(row: Row) -> Kind:
    name = row.name()
    return Kind(
        code=row.code("code"),
        group=row.code("group"),
        name=name,
        many=Text(zh=name.zh, en=row.english("many_en")),
        counts=row.flag("counts"),
    )


@lru_cache(maxsize=1)
def load_units() -> frozenset[str]:
    """Units that a sign may have, as shown in Chinese. Raises CatalogueError."""
    report = Report()
    rows = read_rows(FOLDER, "units.csv", ("unit", "quantity"), report)
    units = frozenset(row.text("unit", longest=12) for row in rows)
    if report.faults:
        raise refused(report)
    return units
