"""Loading files in tests: a store of its own for each load, and what the load said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_access.loads import ingest
from data_access.settings import Settings
from tests.clocks import FixedClock

CLOSING = re.compile(
    r"read (\d+) = accepted (\d+) \+ duplicates (\d+) \+ quarantined (\d+)"
    r" \(readings, from (\d+) rows with (\d+) empty cells\)"
)
ROWS = re.compile(
    r"rows (\d+) = counted (\d+) \+ duplicates (\d+) \+ left out (\d+) \+ quarantined (\d+)"
)
AIR = """
missing = ["NA", ""]
[source]
code = "try-out"
[time]
column = "at"
[street]
column = "place"
lookup = { "花木" = "310115016" }
[[reading]]
column = "pm"
sign = "ENV-02"
unit = "µg/m³"
"""


@dataclass(frozen=True)
class Said:
    """What a load said: its exit code, both streams, the numbers of its last line."""

    code: int
    out: str
    err: str

    @property
    def account(self) -> tuple[int, ...]:
        """(read, accepted, duplicates, quarantined) of the last line; they add up."""
        found = CLOSING.fullmatch(self.out.rstrip().splitlines()[-1])
        assert found, self.out
        numbers = tuple(map(int, found.groups()))
        assert numbers[0] == sum(numbers[1:4])
        return numbers[:4]

    @property
    def rows(self) -> tuple[int, ...]:
        """(read, counted, duplicates, left out, quarantined) of the rows; they add up."""
        found = ROWS.search(self.out)
        assert found, self.out
        numbers = tuple(map(int, found.groups()))
        assert numbers[0] == sum(numbers[1:])
        return numbers


class Loader:
    """Loads files into one store."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        clock: FixedClock,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.folder = folder
        self._settings, self._clock, self._capsys = settings, clock, capsys

    def __call__(self, path: Path, mapping: str = AIR) -> Said:
        """Load a file through a mapping: its text, or its name."""
        name = mapping
        if "\n" in mapping:
            toml = self.folder / "mapping.toml"
            toml.write_text(mapping, encoding="utf-8")
            name = str(toml)
        self._capsys.readouterr()
        code = ingest.main([str(path), "--as", name], self._settings, self._clock)
        return Said(code, *self._capsys.readouterr())

    def file(self, name: str, content: str | bytes | Sequence[str]) -> Path:
        """A file of that content; lines get their ends."""
        path = self.folder / name
        if not isinstance(content, (str, bytes)):
            content = "".join(f"{line}\n" for line in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def air(count: int, note: str = "ok") -> list[str]:
    """Good rows for AIR with a note that nobody reads, one an hour, below their header."""
    hours = [f"2026-10-{n // 24 + 1:02}T{n % 24:02}:00:00+08:00" for n in range(count)]
    return ["at,place,pm,note", *(f"{at},花木,{n % 90 + 1},{note}" for n, at in enumerate(hours))]
