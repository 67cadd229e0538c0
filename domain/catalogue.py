"""A city's catalogue in memory: immutable, validated by its loader, shared by every process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from domain import weights as scoring
from domain.place import CatalogueSource, Committee, Department, Hotline, Kind, Named, Street
from domain.publication import Publication
from domain.sign import Sign, State
from domain.target import Target
from domain.text import Text
from domain.unit import INDUSTRY, PLACE, SCENARIO, Unit, UnknownUnit
from domain.wall import WallProfile
from domain.weights import Stretch, Weights
from domain.zone import Zone


@dataclass(frozen=True, slots=True)
class Industry:
    """A supervised industry of the economic-governance platform."""

    code: str
    name: Text
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

    @property
    def unit(self) -> Unit:
        """The industry as a unit: those of its field are its peers."""
        return Unit(INDUSTRY, self.code, self.name, self.name, self.department, self.field)


@dataclass(frozen=True, slots=True)
class Scenario:
    """An application scenario (应用场景) with its time limits."""

    code: str
    name: Text
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

    @property
    def unit(self) -> Unit:
        """The scenario as a unit: those of its platform are its peers."""
        return Unit(SCENARIO, self.code, self.name, self.name, self.department, self.platform)


@dataclass(frozen=True)
class Catalogue:
    """Everything that makes a city: one folder of files, one of these."""

    city: str
    version: str
    code: str  # six-digit code of the district: the place code of district values
    name: Text
    short: Text
    zone: Zone
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
    weights: tuple[Weights, ...]  # versions of what a state costs, ascending, never empty
    platforms: tuple[Named, ...] = ()  # of scenarios: 城市运行, 经济治理, …
    stages: tuple[Named, ...] = ()  # of scenarios: 应用, 新建, 预研, 储备
    scaling: Mapping[str, str] = field(default_factory=dict)  # threshold rule → Street attribute
    limits: Mapping[State, int] = field(default_factory=dict)  # ms within which a state should end
    publication: Publication | None = None  # None: nothing is told to the public
    kinds: tuple[Kind, ...] = ()  # of places, in the order in which they are shown
    hotlines: tuple[Hotline, ...] = ()  # the first that is no emergency number is the city's own
    wording: Mapping[str, Text] = field(default_factory=dict)  # own labels by key
    targets: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)  # by sign
    walls: tuple[WallProfile, ...] = ()  # the first is a wall's whose address names none

    @cached_property
    def sign(self) -> dict[str, Sign]:
        """Signs by code."""
        return {s.code: s for s in self.signs}

    @cached_property
    def units(self) -> Mapping[str, Mapping[str, Unit]]:
        """Every unit of the city: by kind, then by code, in the order of their files."""
        whole = Unit(PLACE, self.code, self.name, self.short)
        members = (self.streets, self.committees, self.departments, self.industries, self.scenarios)
        found: dict[str, dict[str, Unit]] = {PLACE: {whole.code: whole}}
        for unit in (member.unit for group in members for member in group):
            found.setdefault(unit.kind, {})[unit.code] = unit
        return found

    def unit(self, kind: str, code: str) -> Unit:
        """The unit of a kind. Raises UnknownUnit."""
        try:
            return self.units[kind][code]
        except KeyError:
            raise UnknownUnit(f"{self.city} has no {kind} {code[:60]!r}") from None

    @cached_property
    def street(self) -> dict[str, Street]:
        """Streets, towns and special areas by code."""
        return {s.code: s for s in self.streets}

    @cached_property
    def kind(self) -> dict[str, Kind]:
        """Kinds of places by code."""
        return {k.code: k for k in self.kinds}

    @cached_property
    def hotline(self) -> str | None:
        """The city's own number, for what is no emergency."""
        return next((h.number for h in self.hotlines if not h.emergency), None)

    @cached_property
    def department(self) -> dict[str, Department]:
        """Departments by code."""
        return {d.code: d for d in self.departments}

    @cached_property
    def counted(self) -> tuple[Street, ...]:
        """The streets and towns that make up the district (special areas overlie them)."""
        return tuple(s for s in self.streets if s.counts)

    @cached_property
    def source(self) -> dict[str, CatalogueSource]:
        """Expected business systems by code."""
        return {s.code: s for s in self.sources}

    @cached_property
    def _weights_begin(self) -> tuple[int, ...]:
        return scoring.starts(self.weights, self.zone)

    def weights_at(self, at_ms: int) -> Weights:
        """The weights that hold at an instant (epoch ms)."""
        return scoring.in_force(self.weights, self._weights_begin, at_ms)

    def weights_over(self, from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
        """The weights that hold within [from_ms, to_ms) in epoch ms, oldest first."""
        return scoring.stretches(self.weights, self._weights_begin, from_ms, to_ms)

    def due(self, state: State, since_ms: int | None) -> int | None:
        """When a state that holds since an instant should have ended; None: it has no limit."""
        limit = self.limits.get(state)
        return None if limit is None or since_ms is None else since_ms + limit

    def share(self, street: str, rule: str) -> float | None:
        """Share (0 … 1] of the district that threshold `rule` gives a street; None = do not scale.

        A place without the rule's figure (special areas have no residents) is taken by its jobs,
        its area, or as one among equals. KeyError for an unknown street.
        """
        attribute = self.scaling.get(rule)
        if attribute is None:
            return None
        place = self.street[street]
        for name in (attribute, "population", "employment", "area_km2"):
            own = getattr(place, name)
            whole = sum(getattr(s, name) or 0 for s in self.counted)
            if own and whole:
                return float(min(own / whole, 1.0))
        return 1.0 / max(len(self.counted), 1)
