"""One row of a file, whatever its format, and what ends the reading of one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class FileFault(ValueError):
    """The file cannot be read (on), or is not what the mapping describes; names file and line."""


class FileRow(NamedTuple):
    """One row of a file."""

    number: int  # line of the file, from 1 (the row of a sheet)
    cells: tuple[Any, ...] | None  # the mapping's columns, in their order; None = not readable
    raw: Any  # what stood there: cells, text or object
    why: str = ""  # why it is not readable


@dataclass(frozen=True, slots=True)
class PlainRows(Sequence[FileRow]):
    """Rows that are one line of the file each and nothing but texts, column by column.

    Of most of them nobody asks more than that; a `FileRow` is made when somebody does.
    """

    first: int  # number of the first line
    columns: Sequence[Sequence[str]]  # the mapping's, in their order
    lines: Sequence[str]  # as they stand in the file
    split: Callable[[str], Any]  # the cells of one

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[FileRow]:
        return map(self.__getitem__, range(len(self.lines)))

    def __getitem__(self, n: Any) -> Any:
        cells = tuple([column[n] for column in self.columns])
        return FileRow(self.first + n, cells, self.split(self.lines[n]))
