"""`industries.csv` and `scenarios.csv`."""

from collections.abc import Collection
from pathlib import Path

from data_access.catalogue.city import CityFile
from data_access.catalogue.faults import Report
from data_access.catalogue.rows import Row, read_rows, unique
from domain.catalogue import Industry, Scenario

RISK_TIERS = ("A", "B", "C", "D")
BASIS_TYPES = ("speech", "attested", "domain_attested", "recalled", "assumed")
YEAR_MIN = 366 * 1440
_INDUSTRIES = (
    *("code", "name_zh", "name_en", "field", "department", "co_departments", "gbt4754"),
    *("risks", "checks", "risk_tier", "entities_est", "basis_type", "basis"),
)
_SCENARIOS = (
    *("code", "name_zh", "name_en", "platform", "domain", "department", "co_departments"),
    *("data_sources", "stage", "detection_rule", "respond_min", "close_min", "metrics"),
    *("basis_type", "basis"),
)


def read_industries(
    folder: Path, city: CityFile, departments: Collection[str] | None, report: Report
) -> tuple[Industry, ...]:
    """Supervised industries; a city may have none."""
    rows = read_rows(folder, "industries.csv", _INDUSTRIES, report)
    for name in ("code", "name_zh", "name_en"):
        unique(rows, name)
    fields = city.codes("fields")
    return tuple(
        Industry(
            code=row.code("code", "[A-Z]{2,5}-[0-9]{2,4}"),
            name=row.name(),
            field=row.choice("field", fields, "field"),
            department=row.choice("department", departments, "department"),
            co_departments=_others(row, departments),
            gbt4754=_gbt4754(row),
            risks=row.items("risks"),
            checks=row.items("checks"),
            risk_tier=row.choice("risk_tier", RISK_TIERS, "risk tier"),
            entities_est=row.integer("entities_est", 0, 10_000_000),
            basis_type=row.choice("basis_type", BASIS_TYPES, "basis type"),
            basis=row.text("basis"),
        )
        for row in rows
    )


def _gbt4754(row: Row) -> str:
    """A section letter of GB/T 4754-2017 with up to four digits; empty = across sections."""
    return row.code("gbt4754", "[A-T][0-9]{0,4}") if row.cells["gbt4754"] else ""


def _others(row: Row, departments: Collection[str] | None) -> tuple[str, ...]:
    others = row.items("co_departments", departments)
    if row.cells["department"] in others:
        row.fault(f"co_departments: {row.cells['department']!r} already leads")
    return others


def read_scenarios(
    folder: Path, city: CityFile, departments: Collection[str] | None, report: Report
) -> tuple[Scenario, ...]:
    """Application scenarios; a city may have none."""
    rows = read_rows(folder, "scenarios.csv", _SCENARIOS, report)
    for name in ("code", "name_zh", "name_en"):
        unique(rows, name)
    return tuple(_scenario(row, city, departments) for row in rows)


def _scenario(row: Row, city: CityFile, departments: Collection[str] | None) -> Scenario:
    scenario = Scenario(
        code=row.code("code", "[A-Z]{2,5}-[0-9]{2,4}"),
        name=row.name(),
        platform=row.choice("platform", city.codes("platforms"), "platform"),
        domain=row.choice("domain", city.codes("domains", "fields"), "domain or field"),
        department=row.choice("department", departments, "department"),
        co_departments=_others(row, departments),
        data_sources=row.items("data_sources"),
        stage=row.choice("stage", city.codes("stages"), "stage"),
        detection_rule=row.text("detection_rule"),
        respond_min=row.integer("respond_min", 1, YEAR_MIN),
        close_min=row.integer("close_min", 1, YEAR_MIN),
        metrics=row.items("metrics"),
        basis_type=row.choice("basis_type", BASIS_TYPES, "basis type"),
        basis=row.text("basis"),
    )
    if row.sound("respond_min", "close_min") and scenario.respond_min > scenario.close_min:
        row.fault(f"close_min: {scenario.close_min} is before respond_min {scenario.respond_min}")
    return scenario
