"""A city's catalogue in memory: immutable, validated by its loader, shared by every process."""

from dataclasses import dataclass
from functools import cached_property

from domain.place import CatalogueSource, Committee, Department, Named, Street
from domain.sign import Sign


@dataclass(frozen=True, slots=True)
class Industry:
    """A supervised industry of the economic-governance platform."""

    code: str
    name_zh: str
    name_en: str
    field: str
    department: str
    co_departments: tuple[str, ...]
    gbt4754: str
    risks: tuple[str, ...]
    checks: tuple[str, ...]
    risk_tier: str
    entities_est: int
    basis_type: str
    basis: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """An application scenario (应用场景) with its time limits."""

    code: str
    name_zh: str
    name_en: str
    platform: str
    domain: str
    department: str
    co_departments: tuple[str, ...]
    data_sources: tuple[str, ...]
    stage: str
    detection_rule: str
    respond_min: int
    close_min: int
    metrics: tuple[str, ...]
    basis_type: str
    basis: str


@dataclass(frozen=True)
class Catalogue:
    """Everything that makes a city: one folder of files, one of these."""

    city: str
    version: str
    code: str  # six-digit code of the district: the place code of district values
    name_zh: str
    name_en: str
    short_zh: str
    utc_offset_min: int
    population: int | None
    area_km2: float | None
    domains: tuple[Named, ...]
    goals: tuple[Named, ...]
    signs: tuple[Sign, ...]
    streets: tuple[Street, ...]  # streets, towns and special areas, in official order
    committees: tuple[Committee, ...]
    departments: tuple[Department, ...]
    sources: tuple[CatalogueSource, ...]
    fields: tuple[Named, ...]  # economic fields
    industries: tuple[Industry, ...]
    scenarios: tuple[Scenario, ...]
    map_path: str  # GeoJSON of the schematic map, absolute

    @cached_property
    def sign(self) -> dict[str, Sign]:
        """Signs by code."""
        return {s.code: s for s in self.signs}

    @cached_property
    def street(self) -> dict[str, Street]:
        """Streets, towns and special areas by code."""
        return {s.code: s for s in self.streets}

    @cached_property
    def department(self) -> dict[str, Department]:
        """Departments by code."""
        return {d.code: d for d in self.departments}

    @cached_property
    def counted(self) -> tuple[Street, ...]:
        """The streets and towns that make up the district (special areas overlie them)."""
        return tuple(s for s in self.streets if s.counts)

    @property
    def offset_ms(self) -> int:
        """Offset of local time from UTC in ms."""
        return self.utc_offset_min * 60_000
