"""Reads a city's behaviour: `demo.csv` and `demo.toml` beside its catalogue files.

All faults of the CSV are told at once with their lines, as for any catalogue file.
"""

import re
from pathlib import Path

import msgspec

from data_access.catalogue.faults import CatalogueError, Fault, Report
from data_access.catalogue.rows import Row, read_rows, read_toml, unique
from data_access.commands.check import mapping_files
from domain.catalogue import Catalogue
from engine.demo.behaviour import (
    Behaviour,
    Climate,
    Coupling,
    Disorder,
    Driver,
    Incidents,
    ObservedFrom,
    RealSeries,
    SignBehaviour,
)
from engine.demo.ground import SHARES
from engine.demo.rhythm import week_shape
from engine.demo.weather import MEASURABLE, QUANTITIES

CSV_FILE, TOML_FILE = "demo.csv", "demo.toml"
_COLUMNS = (
    *("sign", "base", "shape", "amplitude", "weekend", "noise", "scatter", "pace_min", "spread"),
    *("hours", "share", "mass", "count", "points", "areas", "couplings", "local", "wide"),
)
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_COUPLING = re.compile(rf"([A-Za-z0-9_-]+):({_NUMBER})(?:@({_NUMBER})(?:/({_NUMBER}))?)?")
_INCIDENTS = re.compile(rf"({_NUMBER})/({_NUMBER})/({_NUMBER})")
_HOURS = re.compile(rf"({_NUMBER})-({_NUMBER})")
_FLAT = (0.0,) * 168


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weekday: list[float]
    weekend: list[float]


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    climate: Climate
    disorder: Disorder
    drivers: dict[str, Driver]
    shapes: dict[str, _Shape]
    real: tuple[RealSeries, ...] = ()
    observed: dict[str, ObservedFrom] = {}


def has_behaviour(catalogue: Catalogue) -> bool:
    """Whether a city says how it behaves; one that does not is never simulated."""
    return any((Path(catalogue.map_path).parent / name).exists() for name in (CSV_FILE, TOML_FILE))


def behaviour_faults(catalogue: Catalogue) -> list[Fault]:
    """What is wrong with a city's behaviour; nothing where it has none."""
    try:
        if has_behaviour(catalogue):
            load_behaviour(catalogue)
    except CatalogueError as error:
        return error.faults
    return []


def load_behaviour(catalogue: Catalogue, folder: Path | None = None) -> Behaviour:
    """The behaviour of a city; CatalogueError lists every fault found."""
    here = folder or Path(catalogue.map_path).parent
    report = Report()
    tables = _read_tables(here, catalogue, report)
    if tables is None:
        raise CatalogueError(catalogue.city, report.faults)
    shapes = _shapes(tables, report)
    rows = read_rows(here, CSV_FILE, _COLUMNS, report)
    unique(rows, "sign")
    signs = {row.cells["sign"]: _sign(row, catalogue, tables) for row in rows}
    _check_circles(signs, report)
    if report.faults:
        raise CatalogueError(catalogue.city, report.faults)
    measured = [s.code for s in catalogue.signs if s.derived is None]
    return Behaviour(
        signs=signs,
        shapes=shapes,
        drivers=tables.drivers,
        climate=tables.climate,
        disorder=tables.disorder,
        real=tables.real,
        observed=tables.observed,
        missing=tuple(code for code in measured if code not in signs),
    )


def _read_tables(folder: Path, catalogue: Catalogue, report: Report) -> _Tables | None:
    _, data = read_toml(folder / TOML_FILE, TOML_FILE, report)
    if data is None:
        return None
    try:
        tables = msgspec.convert(data, _Tables)
    except msgspec.ValidationError as fault:
        report.add(TOML_FILE, 1, str(fault))
        return None
    _check_tables(tables, catalogue, report)
    mappings = {path.stem for path in mapping_files(catalogue)}
    for series in tables.real:
        if series.mapping not in mappings:
            report.add(TOML_FILE, 1, f"real.mapping: no mapping {series.mapping!r}")
    return tables


def _check_tables(tables: _Tables, catalogue: Catalogue, report: Report) -> None:
    for name, driver in tables.drivers.items():
        if driver.of not in QUANTITIES:
            report.add(TOML_FILE, 1, f"drivers.{name}.of: unknown quantity {driver.of!r}")
        if driver.start == driver.full:
            report.add(TOML_FILE, 1, f"drivers.{name}: start and full must differ")
    for quantity, observed in tables.observed.items():
        if quantity not in MEASURABLE:
            report.add(TOML_FILE, 1, f"observed.{quantity}: none of {', '.join(MEASURABLE)}")
        if observed.sign not in catalogue.sign:
            report.add(TOML_FILE, 1, f"observed.{quantity}.sign: unknown sign {observed.sign!r}")
        if observed.zero == observed.one:
            report.add(TOML_FILE, 1, f"observed.{quantity}: zero and one must differ")


def _shapes(tables: _Tables, report: Report) -> dict[str, tuple[float, ...]]:
    shapes: dict[str, tuple[float, ...]] = {"": _FLAT}
    for name, shape in tables.shapes.items():
        if len(shape.weekday) != 24 or len(shape.weekend) != 24:
            report.add(TOML_FILE, 1, f"shapes.{name}: 24 hours are needed for each kind of day")
            continue
        try:
            shapes[name] = week_shape(shape.weekday, shape.weekend)
        except ValueError as fault:
            report.add(TOML_FILE, 1, f"shapes.{name}: {fault}")
    return shapes


def _sign(row: Row, catalogue: Catalogue, tables: _Tables) -> SignBehaviour:
    code = row.choice("sign", catalogue.sign, "sign")
    sign = catalogue.sign.get(code)
    if sign is not None and sign.derived is not None:
        row.fault(f"sign: {code} is derived, not measured")
    return SignBehaviour(
        sign=code,
        base=_one_of(row, "base", QUANTITIES),
        shape=_one_of(row, "shape", tables.shapes),
        amplitude=_number(row, "amplitude"),
        weekend=_number(row, "weekend"),
        noise=_number(row, "noise"),
        scatter=_number(row, "scatter"),
        pace_min=_number(row, "pace_min") or 60.0,
        spread=_number(row, "spread"),
        hours=_hours(row),
        share=row.choice("share", SHARES, "share"),
        mass=_number(row, "mass"),
        count=row.flag("count"),
        points=row.integer("points", 1, 20),
        areas=row.flag("areas"),
        couplings=_couplings(row, {*tables.drivers, *catalogue.sign}),
        local=_incidents(row, "local"),
        wide=_incidents(row, "wide"),
    )


def _number(row: Row, name: str) -> float:
    return row.optional_number(name) or 0.0


def _one_of(row: Row, name: str, allowed: "dict[str, _Shape] | tuple[str, ...]") -> str:
    return row.choice(name, allowed, name) if row.cells[name] else ""


def _hours(row: Row) -> tuple[float, float] | None:
    text = row.text("hours", empty=True)
    found = _HOURS.fullmatch(text)
    if not text or found is None:
        if text:
            row.fault(f"hours: {text!r} is not start-end")
        return None
    start, end = float(found[1]), float(found[2])
    if not (0 <= start <= 24 and 0 <= end <= 24 and start != end):
        row.fault(f"hours: {text!r}: two different hours of 0 … 24 are needed")
        return None
    return start, end


def _couplings(row: Row, drivers: set[str]) -> tuple[Coupling, ...]:
    out = []
    for item in row.items("couplings"):
        found = _COUPLING.fullmatch(item)
        if found is None:
            row.fault(f"couplings: {item!r} is not driver:gain@lag/memory")
        elif found[1] not in drivers:
            row.fault(f"couplings: unknown driver {found[1]!r}")
        else:
            lag, memory = float(found[3] or 0), float(found[4] or 0)
            if not (0 <= lag <= 720 and 0 <= memory <= 360):
                row.fault(f"couplings: {item!r}: lag to 720 min, memory to 360 min")
            out.append(Coupling(found[1], float(found[2]), lag, memory))
    return tuple(out)


def _incidents(row: Row, name: str) -> Incidents | None:
    text = row.text(name, empty=True)
    if not text:
        return None
    found = _INCIDENTS.fullmatch(text)
    if found is None or min(float(n) for n in found.groups()) <= 0:
        row.fault(f"{name}: {text!r} is not number/hours/size, all above 0")
        return None
    return Incidents(*(float(n) for n in found.groups()))


def _check_circles(signs: dict[str, SignBehaviour], report: Report) -> None:
    """A sign must not, over other signs, drive itself."""

    def walk(code: str, path: tuple[str, ...]) -> None:
        if code in path:
            report.add(CSV_FILE, 1, f"couplings go in a circle: {' → '.join([*path, code])}")
            return
        for coupling in signs[code].couplings:
            if coupling.driver in signs:
                walk(coupling.driver, (*path, code))

    for code in signs:
        walk(code, ())
