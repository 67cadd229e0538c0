"""Real series beside the simulator: what a replay drives, and what the simulator takes from it.

A city's demo.toml names files of public data (`[[real]]`, under the folder DEMO_DATA) with their
mappings. Each one present is replayed on today's clock by a process of its own and drives its
signs; the simulator leaves those out and lets the same series, on the same clock, move the rest.
"""

import logging
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from data_access.catalogue.loader import load_catalogue
from data_access.loads.replay_series import Plan, Series
from data_access.mappings.mapping import load_mapping
from data_access.mappings.mapping_rows import RowMapper
from data_access.mappings.tabular import FileFault
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.replay import Loop
from engine.demo.behaviour import Behaviour, ObservedFrom
from engine.demo.behaviour_files import has_behaviour, load_behaviour

log = logging.getLogger("yiping.demo")

BRIDGE_MS = 6 * HOUR_MS  # a longer gap is a gap

Placed = dict[int, float]  # value by place in the loop, ascending, ms


class LoopedSeries:
    """One quantity of a file, on today's clock as the replay lays it out."""

    def __init__(self, loop: Loop, placed: Placed, scale: ObservedFrom) -> None:
        self._loop = loop
        self._scale = scale
        self._places = list(placed)
        self._values = list(placed.values())
        self._hours: dict[int, list[tuple[int, float]]] = {}

    def at(self, at_ms: int) -> float | None:
        """The quantity at an instant, between the measured ones; None in a gap."""
        known = self._around(at_ms)
        n = bisect_right(known, (at_ms, float("inf")))
        if not 0 < n < len(known):
            return None
        (before, low), (after, high) = known[n - 1], known[n]
        if after - before > BRIDGE_MS:
            return None
        value = low + (high - low) * (at_ms - before) / (after - before)
        return (value - self._scale.zero) / (self._scale.one - self._scale.zero)

    def _around(self, at_ms: int) -> list[tuple[int, float]]:
        """Instants of the wall with their values, an hour and what bridges it on both sides."""
        hour = at_ms // HOUR_MS * HOUR_MS
        known = self._hours.get(hour)
        if known is None:
            due = self._loop.due(self._places, hour - BRIDGE_MS, hour + HOUR_MS + BRIDGE_MS)
            known = [(wall, self._values[index]) for index, wall in due]
            if len(self._hours) >= 200:
                self._hours.clear()
            self._hours[hour] = known
        return known


class RealWeather:
    """The measured quantities of the weather (an `Observed`)."""

    def __init__(self, quantities: dict[str, LoopedSeries]) -> None:
        self._quantities = quantities

    def at(self, quantity: str, at_ms: int) -> float | None:
        """A measured quantity at an instant; None where it was not measured."""
        series = self._quantities.get(quantity)
        return None if series is None else series.at(at_ms)


def real_files(settings: Settings, catalogue: Catalogue, behaviour: Behaviour) -> list[Plan]:
    """The files of a city's demonstration that are there; MappingError for a wrong mapping."""
    found = []
    for entry in behaviour.real:
        path = settings.demo_data / entry.file
        if path.is_file():
            found.append(Plan(path, load_mapping(catalogue, entry.mapping)))
        else:
            log.info("%s is not there: its signs are simulated", path)
    return found


def real_input(
    files: Sequence[Plan], catalogue: Catalogue, behaviour: Behaviour
) -> tuple[frozenset[str], RealWeather]:
    """The signs that the files drive, and what they know of the weather on the replay's clock.

    A damaged file is told in the log and counts as absent.
    """
    signs: set[str] = set()
    weather: dict[str, LoopedSeries] = {}
    for file in files:
        wanted = {q: o for q, o in behaviour.observed.items() if o.sign in file.signs}
        try:
            series = Series(file, catalogue.zone.grid_ms, now_ms=0)  # by the calendar, not from now
            placed = _read(file, series, frozenset(o.sign for o in wanted.values()))
        except FileFault as fault:
            log.warning("%s: its signs are simulated", fault)
            continue
        for quantity, scale in wanted.items():
            weather[quantity] = LoopedSeries(series.loop, placed[scale.sign], scale)
        signs |= file.signs
        log.info("%s: real series for %s", file.path.name, ", ".join(sorted(file.signs)))
    return frozenset(signs), RealWeather(weather)


def _read(file: Plan, series: Series, signs: frozenset[str]) -> dict[str, Placed]:
    """Some signs of a file by their place in its loop; several stations by their mean."""
    once = replace(file.mapping, street=replace(file.mapping.street, codes=(None,), column=None))
    mapper = RowMapper(once, readings=[r for r in file.mapping.readings if r.sign in signs])
    found: dict[str, dict[int, list[float]]] = {sign: {} for sign in signs}
    for place, line, repeated in zip(*series.entries(), strict=True):
        if repeated is None:
            for reading in mapper(line)[0]:
                found[reading.sign].setdefault(place, []).append(reading.value)
    return {sign: {at: mean(v) for at, v in by.items()} for sign, by in found.items()}


def replay_arguments(settings: Settings) -> list[list[str]]:
    """What `python app.py replay` is told, once for each real series of the demonstration.

    CatalogueError, MappingError when the city's files are wrong.
    """
    catalogue = load_catalogue(settings.city)
    if not has_behaviour(catalogue):
        return []
    files = real_files(settings, catalogue, load_behaviour(catalogue))
    return [[str(file.path), "--as", file.mapping.name] for file in files]


def replay_sources(settings: Settings) -> frozenset[str]:
    """Codes of the sources that the demonstration's replays speak as, there or not."""
    catalogue = load_catalogue(settings.city)
    named = load_behaviour(catalogue).real if has_behaviour(catalogue) else ()
    return frozenset(Plan(Path(r.file), load_mapping(catalogue, r.mapping)).source for r in named)
