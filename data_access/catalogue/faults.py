"""What is wrong with a catalogue: collected while reading, told all at once.

Causes come before what follows from them: files that do not belong, then the files in the order
in which they build on each other. Of a kind at most MOST lines are told, the rest is counted.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST = 50
ORDER = (  # no file refers to a later one
    *("units.csv", "aqi.csv", "kinds.csv", "city.toml", "departments.csv", "sources.csv"),
    *("streets.csv", "committees.csv", "thresholds.csv", "vital_signs.csv", "weights.csv"),
    *("targets.csv", "industries.csv", "scenarios.csv", "map.geojson", "publication.toml"),
    *("wall.toml", "mappings", "labels.csv", "demo.toml", "demo.csv"),
)
_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Z]{2,5}-[0-9]+|-?[0-9][0-9.,]*")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong: the file (relative to the city's folder), its line (from 1), why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class CatalogueError(ValueError):
    """A catalogue that cannot be used; `faults` holds every reason, causes first."""

    def __init__(self, city: str, faults: list[Fault]) -> None:
        self.city = city
        self.faults = sorted(set(faults), key=_place)
        listed = "\n".join(f"  {line}" for line in told(self.faults))
        super().__init__(f"catalogue {city}: {len(self.faults)} fault(s)\n{listed}")


class Report:
    """The faults found so far."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, file: str, line: int, reason: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(file, line, reason))

    def require(self, rows: object, file: str, what: str) -> None:
        """Fault a file that could be read and yet holds nothing."""
        if not rows and all(fault.file != file for fault in self.faults):
            self.add(file, 1, f"no {what}")


def told(faults: Iterable[Fault], before: str = "") -> list[str]:
    """The lines that a person is told, `before` each file: at most MOST of a kind."""
    listed = list(faults)
    left = Counter(_kind(fault) for fault in listed)
    seen: Counter[tuple[str, str]] = Counter()
    lines = []
    for fault in listed:
        kind = _kind(fault)
        seen[kind] += 1
        if seen[kind] <= MOST:
            lines.append(f"{before}{fault}")
        if seen[kind] == left[kind] > MOST:
            lines.append(f"{before}{fault.file}: … and {left[kind] - MOST} more of this kind")
    return lines


def _kind(fault: Fault) -> tuple[str, str]:
    """File and reason without the particular names and numbers."""
    return fault.file, _PARTICULAR.sub("…", fault.reason)


def _place(fault: Fault) -> tuple[int, Fault]:
    first, _, rest = fault.file.partition("/")
    name = rest.rpartition("/")[2] if first == ".." else first
    return (ORDER.index(name) if name in ORDER else -1), fault
