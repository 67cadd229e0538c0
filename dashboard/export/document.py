"""What an export is made of, before it becomes a file: typed columns, rows, and what they mean."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from data_access.store.db import Database

MAX_ROWS = 100_000

Cell: TypeAlias = str | float | None
"""Text, a number, or nothing; a time is its epoch ms."""
Row: TypeAlias = Sequence[Cell]
Rows: TypeAlias = Callable[[Database], Iterator[Sequence[Row]]]
"""Rows in chunks, read through the given store: a file may be made beside the web's own thread."""


class Kind(StrEnum):
    """How the cells of a column are to be read."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"  # epoch ms, shown in the city's local time


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its title is in the reader's language."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14  # characters, for a spreadsheet
    decimals: int | None = None  # None: as many as the number has


@dataclass(frozen=True, slots=True)
class Document:
    """One table with everything that must travel with it."""

    name: str  # of the table in the registry
    title: str
    columns: tuple[Column, ...]
    rows: Rows
    count: int  # rows that follow, at most MAX_ROWS
    cut: bool  # whether there are more than follow
    facts: tuple[tuple[str, str], ...]  # filter, period, data time: (what, how)
    meaning: tuple[tuple[str, ...], ...] = ()  # definitions, the heads first
    demo: bool = False  # whether any of it is simulated
    picked: int = 0  # how many were picked by hand; 0: all that the filters leave

    def with_facts(self, *facts: tuple[str, str]) -> "Document":
        """The same with `facts` in front of its own."""
        return replace(self, facts=(*facts, *self.facts))


def rounded(value: float | None, decimals: int) -> float | None:
    """A number as the pages show it: nobody wants to see that 0.59 is not a binary fraction."""
    return None if value is None else round(value, decimals)


def held(rows: Iterable[Row]) -> Rows:
    """Rows that are in memory already."""
    whole = tuple(rows)

    def chunks(_db: Database) -> Iterator[Sequence[Row]]:
        yield whole

    return chunks
