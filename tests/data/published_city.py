"""A city whose roll-ups are written straight down, and its publication, driven by hand."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from data_access.public.store import migrate_public, open_public
from data_access.public.tables import public_values, public_views
from data_access.series import rollups
from data_access.series.rollups import MinuteRow
from data_access.settings import Settings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS
from engine.publication import Publication

COUNT, RARE, MEASURE, RATE, BANDED, PRIVATE = (
    "OPS-07",
    "SAF-01",
    "ENV-02",
    "OPS-03",
    "OPS-11",
    "FAC-05",
)


class PublishedCity:
    """Write samples, publish, and look at what the public store then holds."""

    def __init__(self, db: Database, settings: Settings, catalogue: Catalogue) -> None:
        migrate_public(settings)
        self.db, self.catalogue = db, catalogue
        self.public = open_public(settings, read_only=False)
        self.publication = Publication(db, self.public, catalogue, settle_ms=0)
        self.streets = [street.code for street in catalogue.counted]

    def midnight(self, ms: int) -> int:
        """The local midnight before an instant."""
        return self.catalogue.zone.day_start(ms)

    def samples(
        self, sign: str, at: int, values: Mapping[str, float], mass: float = 1, severity: int = 0
    ) -> None:
        """A sample at each place, rolled up to its hour and day."""
        slot = self.catalogue.zone.slot_start(at, self.catalogue.sign[sign].slot_ms)
        rows: list[MinuteRow] = [
            (place, sign, slot, v * mass, mass, 1, v, v, v, False, severity)
            for place, v in values.items()
        ]
        hour = self.catalogue.zone.slot_start(at, HOUR_MS)
        with self.db.write() as conn:
            rollups.write_minutes(self.db, conn, rows)
            hours = [(p, sign, hour) for p in values]
            rollups.roll_hours(self.db, conn, hours, 0, hour + HOUR_MS)
            days = [(p, sign, self.midnight(at)) for p in values]
            rollups.roll_days(self.db, conn, days, self.catalogue.zone)

    def counts(self, sign: str, day: int, counts: Sequence[int]) -> None:
        """The streets' counts at the end of a day, and the district's."""
        values = dict(zip(self.streets, map(float, counts), strict=True))
        values[self.catalogue.code] = float(sum(counts))
        self.samples(sign, day + DAY_MS - 1, values)

    def view(self, name: str) -> dict[str, Any]:
        """A view of the present."""
        query = select(public_views.c.body).where(public_views.c.view == name)
        with self.public.read() as conn:
            found: dict[str, Any] = msgspec.json.decode(bytes(conn.execute(query).scalar_one()))
        return found

    def shown(self, sign: str) -> dict[str, Any]:
        """A sign of the district at present."""
        found: dict[str, Any] = next(s for s in self.view("public")["signs"] if s["code"] == sign)
        return found

    def released(self, sign: str, period: str, start: int) -> dict[str, Any]:
        """What was released of a period, by place."""
        v = public_values.c
        query = select(public_values).where(v.sign == sign, v.period == period, v.start == start)
        with self.public.read() as conn:
            return {row.place: row for row in conn.execute(query)}

    def everything(self) -> list[tuple[Any, ...]]:
        """Every closed value, in order."""
        with self.public.read() as conn:
            return sorted(tuple(row) for row in conn.execute(select(public_values)))


def poisson(chance: random.Random, mean: float) -> int:
    """A count of rare events."""
    tries = 40
    return sum(chance.random() < mean / tries for _ in range(tries))
