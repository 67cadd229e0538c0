"""What is wrong with a catalogue: collected while reading, told all at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong: the file (relative to the city's folder), its line (from 1), why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class CatalogueError(ValueError):
    """A catalogue that cannot be used; `faults` holds every reason, in file order."""

    def __init__(self, city: str, faults: list[Fault]) -> None:
        self.city = city
        self.faults = sorted(set(faults))
        listed = "\n".join(f"  {fault}" for fault in self.faults)
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
