"""Targets with what stands against them: present values, and those of the day and month so far."""

from collections.abc import Sequence
from typing import NamedTuple

from data_access.caching.cache import cached_query, uncached
from data_access.scoring.score_rows import bucket_sums
from data_access.series.series_query import rule_at
from data_access.store.db import Database
from domain.actor import Actor, require_person
from domain.aggregation import bucket_value
from domain.aim import Aim, Spell, aim_of
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.judging import local_date
from domain.picture import Picture
from domain.span import Span
from domain.target import Over, Target, in_force


class PeriodValue(NamedTuple):
    """The value of a sign at a place over a period so far, and how much of it is known."""

    place: str
    sign: str
    value: float
    known: float  # share of the hours that have passed


@uncached("made of answers that are kept")
def aims(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    picture: Picture,
    places: Sequence[str],
    signs: Sequence[str],
    now_ms: int,
) -> dict[tuple[str, str], Aim]:
    """By (place, sign), wherever a target is in force now. Forbidden for a wall."""
    require_person(actor, "targets: for people with an account")
    today = local_date(now_ms, catalogue)
    found: list[tuple[str, Target, float]] = []
    for code in signs:
        target = in_force(catalogue.targets.get(code, ()), today)
        for place in places if target is not None else ():
            wanted = target.at(place == catalogue.code) if target is not None else None
            if target is not None and wanted is not None:
                found.append((place, target, wanted))
    spells: dict[tuple[Over, str, str], Spell] = {}
    for over in (Over.DAY, Over.MONTH):
        asked = tuple(dict.fromkeys(t.sign for _, t, _ in found if t.over is over))
        if asked:
            there = tuple(dict.fromkeys(p for p, t, _ in found if t.over is over))
            span = period_span(catalogue, over, now_ms)
            for row in period_values(db, actor, catalogue, there, asked, span):
                spells[over, row.place, row.sign] = Spell(row.value, row.known)
    made = {}
    for place, target, wanted in found:
        told = target.sign in picture.signs and place in picture.places
        cell = picture.cell(target.sign, place) if told else None
        spell = spells.get((target.over, place, target.sign))
        sign = catalogue.sign[target.sign]
        made[place, target.sign] = aim_of(sign, target, wanted, cell, spell)
    return made


def period_span(catalogue: Catalogue, over: Over, now_ms: int) -> Span:
    """The local day or month that holds an instant, as far as it has passed."""
    zone = catalogue.zone
    start = zone.day_start(now_ms)
    if over is Over.MONTH:
        start = zone.next_day(start, 1 - int(zone.date(start)[-2:]))
    end = max(zone.slot_end(now_ms, HOUR_MS), start + HOUR_MS)
    return Span.of(start, end, now_ms, zone, whole_days=False)


@cached_query(ttl=60, stale_ttl=240)
def period_values(
    db: Database,
    actor: Actor,
    catalogue: Catalogue,
    places: tuple[str, ...],
    signs: tuple[str, ...],
    span: Span,
) -> tuple[PeriodValue, ...]:
    """The values of signs at places over a span that runs, from the roll-ups. Not for a wall."""
    require_person(actor, "values of a period")
    passed = max((span.until - span.from_ms) / HOUR_MS, 1 / 60)
    found = []
    for *row, known in bucket_sums(db, places, signs, span):
        place, code = row[0], row[1]
        sign = catalogue.sign[code]
        value = bucket_value(sign, rule_at(sign, place, catalogue), tuple(row))
        found.append(PeriodValue(place, code, value, min(known / passed, 1.0)))
    return tuple(found)
