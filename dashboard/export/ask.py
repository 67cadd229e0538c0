"""What an export is asked for: the reader, the language, and the filters of the page's address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.exceptions import NotFound, ServiceUnavailable

from dashboard.components.units import unit_name
from dashboard.components.view import View
from dashboard.export.document import Column, Document, Kind, Row, held
from dashboard.house.services import Services
from domain.actor import Actor
from domain.catalogue import Catalogue
from domain.picture import Picture
from domain.sign import Sign
from domain.unit import DEPARTMENT, PLACE

LONGEST = 64


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for one table."""

    services: Services
    actor: Actor
    view: View
    given: Mapping[str, str]  # the query of the page, as it stands in its address

    @property
    def city(self) -> Catalogue:
        """The catalogue."""
        return self.services.catalogue

    def code(self, name: str) -> str | None:
        """A short text of the query; None when there is none."""
        text = self.given.get(name, "")
        return text if 0 < len(text) <= LONGEST else None

    def choice(self, name: str, known: Iterable[str]) -> str | None:
        """One of the known values; None for any other."""
        text = self.given.get(name)
        return text if text in set(known) else None

    def sign(self) -> Sign:
        """The sign that the query names; NotFound when it names none."""
        found = self.city.sign.get(self.given.get("sign") or self.given.get("code", ""))
        if found is None:
            raise NotFound("there is no such sign")
        return found

    def place(self, name: str = "place") -> str:
        """The place that the query names, the district by default; NotFound for no such place."""
        code = self.given.get(name) or self.city.code
        if code not in self.city.units[PLACE]:
            raise NotFound("there is no such place")
        return code

    def picture(self) -> Picture:
        """What is true now; ServiceUnavailable before the engine has published anything."""
        found = self.services.pictures.now(self.actor)
        if found is None:
            raise ServiceUnavailable("there is no data yet")
        return found

    def simulated(self) -> bool:
        """Whether any present value is simulated: what is made of the past is then said to be."""
        found = self.services.pictures.now(self.actor)
        return found is not None and any(cell.demo for _, _, cell in found.every())

    def text(self, key: str, **values: object) -> str:
        """A label below `export.`."""
        return self.view.text(f"export.{key}", **values)

    def place_name(self, code: str) -> str:
        """The name of a place in the reader's language."""
        return unit_name(self.view, self.city, PLACE, code)

    def department_name(self, code: str | None) -> str:
        """The name of a department, its code when the catalogue does not know it."""
        return unit_name(self.view, self.city, DEPARTMENT, code or "")

    def sign_name(self, code: str) -> str:
        """The name of a sign, its code when the catalogue does not know it."""
        found = self.city.sign.get(code)
        return self.view.name(found.name) if found else code

    def when(self, ms: int | None) -> str:
        """A local instant in full: `2026-11-23 18:42:07`."""
        if ms is None:
            return self.text("none")
        zone = self.city.zone
        return zone.local(ms).strftime("%Y-%m-%d %H:%M:%S")

    def column(self, name: str, kind: Kind = Kind.TEXT, width: int = 12, **about: int) -> Column:
        """A column titled `export.col.<name>`."""
        return Column(self.text(f"col.{name}"), kind, width, about.get("decimals"))

    def marks(self, as_of: int | None, **filters: str | None) -> tuple[tuple[str, str], ...]:
        """The facts of most tables: data time and what was filtered for."""
        kept = [(self.text(f"filter.{name}"), text) for name, text in filters.items() if text]
        none = [] if kept else [(self.text("filter"), self.text("filter.none"))]
        return ((self.text("data_time"), self.when(as_of)), *kept, *none)

    def short(
        self,
        name: str,
        columns: Iterable[Column],
        rows: Iterable[Row],
        facts: tuple[tuple[str, str], ...],
        meaning: tuple[tuple[str, ...], ...] = (),
        *,
        demo: bool = False,
    ) -> Document:
        """The document of a table that is in memory anyway."""
        whole = tuple(rows)
        title = self.text(f"title.{name}")
        return Document(
            name, title, tuple(columns), held(whole), len(whole), False, facts, meaning, demo
        )
