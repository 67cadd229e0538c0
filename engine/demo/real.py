"""Real series beside the simulator: what a replay drives, and what the simulator takes from it.

A city's demo.toml names files of public data (`[[real]]`, under the folder DEMO_DATA) with their
mappings. Each one present is replayed on today's clock by a process of its own and drives its
signs; the simulator leaves those out and lets the same series, on the same clock, move the rest.
"""

import logging
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from data_access.mapping import Mapping, load_mapping
from data_access.mapping_rows import RowMapper
from data_access.settings import Settings
from data_access.tabular import Table
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS
from domain.reading import instant_ms
from domain.replay import Loop, calendar_loop
from engine.demo.behaviour import Behaviour, ObservedFrom

log = logging.getLogger("yiping.demo")

BRIDGE_MS = 6 * HOUR_MS  # a longer gap is a gap

Series = dict[int, float]  # value by instant of the file, epoch ms


@dataclass(frozen=True, slots=True)
class RealFile:
    """A file that is there, and how it is read."""

    path: Path
    mapping: Mapping

    @property
    def signs(self) -> frozenset[str]:
        """Codes of the signs it drives."""
        return frozenset(r.sign for r in self.mapping.readings if r.sign is not None)


class LoopedSeries:
    """One quantity of a file, on today's clock as the replay lays it out."""

    def __init__(self, loop: Loop, series: Series, scale: ObservedFrom) -> None:
        placed = sorted((p, v) for at, v in series.items() if (p := loop.place(at)) is not None)
        self._loop = loop
        self._scale = scale
        self._places = [place for place, _ in placed]
        self._values = [value for _, value in placed]
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


def real_files(settings: Settings, catalogue: Catalogue, behaviour: Behaviour) -> list[RealFile]:
    """The files of a city's demonstration that are there; MappingError for a wrong mapping."""
    found = []
    for entry in behaviour.real:
        path = settings.demo_data / entry.file
        if path.is_file():
            found.append(RealFile(path, load_mapping(catalogue, entry.mapping)))
        else:
            log.info("%s is not there: its signs are simulated", path)
    return found


def real_weather(
    files: Sequence[RealFile], catalogue: Catalogue, behaviour: Behaviour
) -> RealWeather | None:
    """What the files know of the weather, on the replay's clock; None when nothing."""
    quantities: dict[str, LoopedSeries] = {}
    for file in files:
        wanted = {q: o for q, o in behaviour.observed.items() if o.sign in file.signs}
        if not wanted:
            continue
        instants, series = _read(file, frozenset(o.sign for o in wanted.values()))
        loop = calendar_loop(min(instants), max(instants), catalogue.offset_ms, 1.0)
        for quantity, scale in wanted.items():
            quantities[quantity] = LoopedSeries(loop, series[scale.sign], scale)
        log.info("%s: real series for %s", file.path.name, ", ".join(sorted(file.signs)))
    return RealWeather(quantities) if quantities else None


def _read(file: RealFile, signs: frozenset[str]) -> tuple[list[int], dict[str, Series]]:
    """All readable instants of a file, and some of its signs; several stations by their mean."""
    once = replace(file.mapping, street=replace(file.mapping.street, codes=(None,), column=None))
    specs = [spec for spec in file.mapping.readings if spec.sign in signs]
    mapper = RowMapper(once, readings=specs)
    instants: list[int] = []
    found: dict[str, dict[int, list[float]]] = {sign: {} for sign in signs}
    table = Table(file.path, once)
    try:
        for line in table:
            try:
                at = instant_ms(mapper.instant(line.cells or ()))
            except (ValueError, IndexError):
                continue
            instants.append(at)
            for reading in mapper(line)[0]:
                found[reading.sign].setdefault(at, []).append(reading.value)
    finally:
        table.close()
    return instants, {s: {at: mean(v) for at, v in by.items()} for s, by in found.items()}
