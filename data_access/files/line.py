"""One row of a file, whatever its format, and what ends the reading of one."""

from functools import partial
from typing import Any, NamedTuple


class FileFault(ValueError):
    """The file cannot be read (on), or is not what the mapping describes; names file and line."""


class Line(NamedTuple):
    """One row of a file."""

    number: int  # line of the file, from 1 (the row of a sheet)
    cells: tuple[Any, ...] | None  # the mapping's columns, in their order; None = not readable
    raw: Any  # what stood there: cells, text or object
    why: str = ""  # why it is not readable


line_of = partial(tuple.__new__, Line)  # a Line of four parts without the cost of its constructor
