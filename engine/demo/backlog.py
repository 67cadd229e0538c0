"""What a starting demonstration sends of the past, in helpings, newest first.

The newest value of every sign comes first, so that the wall is complete within seconds; then the
last two hours as they were; then the hours before, one value an hour, for trends and rankings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.clock import HOUR_MS, MINUTE_MS
from engine.demo.city import Group, SimReading, SimulatedCity
from engine.demo.schedule import due_times, newest_due

FULL_MS = 2 * HOUR_MS
_FULL_STEP_MS = 20 * MINUTE_MS
_HOURLY_STEP_MS = 6 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Helping:
    """Readings of a span; `hourly` = of quick sources one an hour."""

    from_ms: int
    to_ms: int
    hourly: bool


def newest(city: SimulatedCity, now_ms: int) -> Iterator[SimReading]:
    """The newest reading of every sign at every place, as of `now_ms`."""
    for group in city.groups:
        at = newest_due(group.cadence_ms, group.phase_ms, now_ms, city.catalogue.zone.grid_ms)
        yield from city.readings_at(group, at)


def helpings(from_ms: int, now_ms: int) -> list[Helping]:
    """The spans of [from, now), newest first; the hourly ones hold whole hours."""
    middle = max(from_ms, (now_ms - FULL_MS) // HOUR_MS * HOUR_MS)
    return [
        *_spans(middle, now_ms, _FULL_STEP_MS, hourly=False),
        *_spans(from_ms, middle, _HOURLY_STEP_MS, hourly=True),
    ]


def readings_of(city: SimulatedCity, helping: Helping) -> Iterator[SimReading]:
    """The readings of a helping, oldest first within each source's group."""
    for group in city.groups:
        hour = None
        for at in _instants(city, group, helping):
            if helping.hourly and at // HOUR_MS == hour:
                continue
            told = list(city.readings_at(group, at))
            if told:  # while a source is silent, its next word in the hour stands for it
                hour = at // HOUR_MS
                yield from told


def _instants(city: SimulatedCity, group: Group, helping: Helping) -> range:
    offset = city.catalogue.zone.grid_ms
    return due_times(group.cadence_ms, group.phase_ms, helping.from_ms, helping.to_ms, offset)


def _spans(from_ms: int, to_ms: int, step_ms: int, *, hourly: bool) -> Iterator[Helping]:
    end = to_ms
    while end > from_ms:
        start = max(from_ms, end - step_ms)
        yield Helping(start, end, hourly)
        end = start
