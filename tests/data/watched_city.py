"""A small city through the real intake, engine and publication, and somebody who keeps all of it.

The observer is made as strong as can be: he knows when every street spoke, that its count of a day
is the same all day, how many cases every rate stands on, and how the publication works. Only the
numbers he does not know.
"""

import random
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import event, select

from data_access.intake import door as intake
from data_access.intake.kinds.reading import READING
from data_access.intake.sources import ensure_sources
from data_access.public.store import migrate_public, open_public
from data_access.public.tables import public_corrections, public_values, public_views
from data_access.settings import Settings
from data_access.store.db import Database
from domain.catalogue import Catalogue
from domain.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_rfc3339, to_rfc3339
from domain.facts.fact import Parcel
from domain.facts.reading import Reading
from domain.sign import Sign
from engine.loop import Engine
from engine.publication import Publication

STREETS = 7
DAILY, OPEN, HOURLY, RARE = "ENV-21", "ENV-14", "ENF-01", "SAF-10"
SHARE, MEAN = "OPS-03", "SAF-11"
COUNTS = (DAILY, OPEN, HOURLY, RARE)
RATES = (SHARE, MEAN)
STEP_MS = HOUR_MS
AT_MS = 7 * MINUTE_MS  # readings are made so long after a step


def small_city(catalogue: Catalogue) -> Catalogue:
    """Seven streets and six signs; the quick ones speak by the hour, to make a month short."""
    signs = [catalogue.sign[code] for code in (*COUNTS, *RATES)]
    slow = [
        replace(s, cadence_s=3600, stale_after_s=3 * 3600) if s.cadence_s < 3600 else s
        for s in signs
    ]
    rules = catalogue.publication
    assert rules is not None
    known = {s.code for s in signs}
    kept = replace(rules, bands={}, flows=rules.flows & known, weekly=rules.weekly & known)
    streets = catalogue.counted[:STREETS]
    return replace(catalogue, signs=tuple(slow), streets=streets, publication=kept)


class Silence(NamedTuple):
    """A street says nothing in [start, end); what it has kept comes at `end`, or never."""

    street: str
    start: int
    end: int
    keeps: bool


def trouble(chance: random.Random, streets: list[str], start: int, days: int) -> list[Silence]:
    """Silent, late and returning streets, a street alone, two alone, and some calm days."""
    found: list[Silence] = []
    for n in range(days):
        day = start + n * DAY_MS
        for street in streets:
            if chance.random() < 0.08:  # now and then, for hours or for more than a day
                begin = day + chance.randrange(24) * HOUR_MS
                hours = chance.choice((2, 5, 9, 16, 30, 50))
                found.append(Silence(street, begin, begin + hours * HOUR_MS, chance.random() < 0.5))
        if chance.random() < 0.25:  # late: what was kept comes between the night and the close
            end = day + DAY_MS + chance.choice((10, 40, 70, 85)) * MINUTE_MS
            begin = day + chance.choice((14, 19, 22)) * HOUR_MS
            found.append(Silence(chance.choice(streets), begin, end, True))
        if chance.random() < 0.12:  # one alone, or two
            alone = chance.sample(streets, chance.choice((1, 2)))
            begin = day + chance.choice((6, 12, 19)) * HOUR_MS
            end = begin + chance.choice((5, 8, 28)) * HOUR_MS
            found += [Silence(s, begin, end, False) for s in streets if s not in alone]
    return found


class Figure(NamedTuple):
    """A public figure of the district or a street, with the instant at which it was first seen."""

    sign: str
    place: str
    period: str  # present | hour | day | week
    start: int  # of the period; of the present the end of its slot
    mark: str
    value: float | None
    low: float | None
    high: float | None
    seen: int


def hurry(store: Database) -> None:
    """Let SQLite not wait for the disk: nobody pulls the plug in this test."""

    @event.listens_for(store.engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")


@dataclass
class WatchedCity:
    """The city, its truth, and what was seen of it."""

    db: Database
    settings: Settings
    catalogue: Catalogue
    start: int  # local midnight
    chance: random.Random
    figures: list[Figure] = field(default_factory=list)
    count: dict[tuple[str, str, int], int] = field(default_factory=dict)  # sign, street, day
    mean: dict[tuple[str, str, int], tuple[float, int]] = field(default_factory=dict)  # and cases
    spoken: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)
    corrections: int = 0

    def __post_init__(self) -> None:
        migrate_public(self.settings)
        self.public = open_public(self.settings, read_only=False)
        for store in (self.db, self.public):
            hurry(store)
        ensure_sources(self.db, self.catalogue, self.start)
        self.engine = Engine(self.db, self.catalogue, self.start)
        self.publication = Publication(self.db, self.public, self.catalogue, settle_ms=0)
        self.streets = [s.code for s in self.catalogue.counted]
        self._seen: dict[tuple[object, ...], object] = {}
        self._kept: dict[str, list[Reading]] = {}
        self._hours = {s: self.chance.randrange(7, 10) for s in self.streets}

    def live(self, days: int, troubles: list[Silence]) -> None:
        """Let days go by; publish whenever something has come, when days close, and in between.

        In every other minute the present is what it was: nothing has come and no slot has ended.
        """
        ends = sorted({t.end for t in troubles if t.keeps})
        for at in range(self.start, self.start + days * DAY_MS + 3 * HOUR_MS, STEP_MS):
            now = at + AT_MS
            self._send(self._readings(now, troubles), now)
            self._publish(now)
            if (at - self.start) % DAY_MS < 3 * HOUR_MS or self.chance.random() < 0.1:
                self._publish(now + 29 * MINUTE_MS)
            for end in [e for e in ends if now < e <= now + STEP_MS]:
                self._catch_up(end, troubles)

    def _catch_up(self, end: int, troubles: list[Silence]) -> None:
        """A street returns with what it has kept."""
        for street in {t.street for t in troubles if t.end == end and t.keeps}:
            kept = self._kept.pop(street, [])
            if kept:
                self._send(kept, end)
                self._publish(end + MINUTE_MS)

    def _readings(self, now: int, troubles: list[Silence]) -> list[Reading]:
        rows = []
        for street in self.streets:
            silent = [t for t in troubles if t.street == street and t.start <= now < t.end]
            made = list(self._made(street, now))
            if not silent:
                rows += made
            elif all(t.keeps for t in silent):
                self._kept.setdefault(street, []).extend(made)
            else:
                self._kept.pop(street, None)
        return rows

    def _made(self, street: str, now: int) -> Iterator[Reading]:
        day = self.catalogue.zone.day_start(now)
        into = now - day
        for sign in self.catalogue.signs:
            if sign.cadence_s * 1000 == DAY_MS:
                due = into // STEP_MS == self._hours[street]
            else:
                due = into % (sign.cadence_s * 1000) == AT_MS
            if not due:
                continue
            value, cases = self._truth(sign, street, day)
            yield Reading(
                source=sign.source,
                sign=sign.code,
                street=street,
                observed_at=to_rfc3339(now) or "",
                value=value,
                weight=cases if sign.code == MEAN else None,
                denominator=cases if sign.code == SHARE else None,
            )

    def _truth(self, sign: Sign, street: str, day: int) -> tuple[float, int | None]:
        key, chance = (sign.code, street, day), self.chance
        if sign.code in COUNTS:
            if key not in self.count:
                most = 3 if sign.code == RARE else chance.choice((3, 6, 12, 30))
                self.count[key] = max(0, round(chance.triangular(-0.5, most, 1)))
            return self.count[key], None
        if key not in self.mean:
            cases = chance.randrange(1, 7) if sign.code == MEAN else chance.randrange(8, 130)
            value = chance.randrange(60, 240) / 10 if sign.code == MEAN else 100.0
            if sign.code == SHARE:
                value = 100 * chance.randrange(cases // 2, cases + 1) / cases
            self.mean[key] = value, cases
        return self.mean[key]

    def _send(self, rows: list[Reading], now: int) -> None:
        by_source: dict[str, list[Reading]] = {}
        for row in rows:
            by_source.setdefault(row.source, []).append(row)
            at = from_rfc3339(row.observed_at)
            insort(self.spoken.setdefault((row.sign, row.street or ""), []), (at, now))
        parcels = {source: Parcel(own, range(len(own))) for source, own in by_source.items()}
        taken = intake.accept_all(READING, self.db, self.catalogue, parcels, now, "api")
        assert sum(outcome.accepted for outcome in taken) == len(rows)
        while self.engine.turn():
            pass
        if (now - self.start) // HOUR_MS % 12 == 0:
            self.engine.roll(now, force=True)

    # what was seen

    def _publish(self, now: int) -> None:
        self.publication.publish(now)
        with self.public.read() as conn:
            body = conn.execute(
                select(public_views.c.body).where(public_views.c.view == "public")
            ).scalar_one()
            rows = conn.execute(
                select(public_values).where(public_values.c.released_at == now)
            ).all()
            self.corrections = len(conn.execute(select(public_corrections.c.sign)).all())
        for item in msgspec.json.decode(bytes(body))["signs"]:
            if item["value"] is not None:
                end = from_rfc3339(item["at"])
                shown = (item["code"], self.catalogue.code, "present", end, "exact")
                self._note(Figure(*shown, item["value"], item["value"], item["value"], now))
        for r in rows:
            self._note(
                Figure(r.sign, r.place, r.period, r.start, r.mark, r.value, r.low, r.high, now)
            )

    def _note(self, figure: Figure) -> None:
        known = self._seen.get(figure[:4])
        if known != figure[4:8]:
            self._seen[figure[:4]] = figure[4:8]
            self.figures.append(figure)

    def standing(self, sign: str, instant: int, known_at: int) -> dict[str, int]:
        """Which streets had a value at an instant, by what had come in: street → its instant.

        The same rule as the engine's: a street's last word, unless it is stale.
        """
        found = self.catalogue.sign[sign]
        edge = instant - found.stale_after_s * 1000
        last: dict[str, int] = {}
        for street in self.streets:
            for at, came in reversed(self.spoken.get((sign, street), [])):
                if at < instant and came <= known_at:
                    if at > edge:
                        last[street] = at
                    break
        return last

    def day_of(self, instant: int) -> int:
        """Local midnight before an instant."""
        return self.catalogue.zone.day_start(instant)
