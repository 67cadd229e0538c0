"""Places and organisations: the district, its streets and towns, its committees and departments."""

from dataclasses import dataclass

from domain.text import Text
from domain.unit import COMMITTEE, DEPARTMENT, PLACE, Unit


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of places, whose members are peers: 街道, 镇, 功能区, boroughs …"""

    code: str
    group: str  # what addresses call its members
    name: Text
    many: Text  # of several, where a language has another word for them
    counts: bool = True  # False: its places overlie others and are not summed into the district


@dataclass(frozen=True, slots=True)
class Hotline:
    """A number that people of the city may call."""

    number: str
    name: Text
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Street:
    """A place of a city: a street (街道), a town (镇), a special area (功能区) or what it has."""

    code: str  # first 9 digits of the NBS code
    stat_code: str
    name: Text
    short: Text
    kind: str  # code of a Kind
    lon: float | None  # WGS-84 centroid
    lat: float | None
    population: int | None
    area_km2: float | None
    employment: int | None
    basis: str
    counts: bool = True  # part of the district's sum; special areas overlie streets

    @property
    def unit(self) -> Unit:
        """The place as a unit: those of its kind are its peers."""
        return Unit(PLACE, self.code, self.name, self.short, peers=self.kind)


@dataclass(frozen=True, slots=True)
class Committee:
    """A village or neighbourhood committee (村居)."""

    code: str
    name: Text
    street: str

    @property
    def unit(self) -> Unit:
        """The committee as a unit: those of its street are its peers."""
        return Unit(COMMITTEE, self.code, self.name, self.name, peers=self.street)


@dataclass(frozen=True, slots=True)
class Department:
    """An organisation that owns signs, industries or scenarios, or works on them."""

    code: str
    name: Text
    short: Text
    tight: Text  # at most 6 and 18 characters, for the alerts of a wall
    kind: str = "district"  # district | vertical (answers upwards) | utility | partner

    @property
    def unit(self) -> Unit:
        """The department as a unit: those of its kind are its peers."""
        return Unit(DEPARTMENT, self.code, self.name, self.short, self.code, self.kind)


@dataclass(frozen=True, slots=True)
class CatalogueSource:
    """A business system that the catalogue expects to report."""

    code: str
    name: Text
    department: str
    cadence_s: int


@dataclass(frozen=True, slots=True)
class Named:
    """A field of work (城市设施 …) or a goal (更有序 …)."""

    code: str
    name: Text
