"""Cells of files that are more than a text or a number, and cells as texts and numbers."""

import unicodedata
from datetime import datetime
from typing import Any

from domain.facts.fact import shown

CELL_CHARS = 1 << 20  # a longer cell is no cell: a quote or a bracket is missing somewhere


class Percent(float):
    """A number that a sheet shows as a percentage: 0.45 there reads 45 %."""


class Bad(str):
    """A cell that stands for no value; its text says why."""

    __slots__ = ()


def text_of(cell: Any) -> str:
    """A cell as the text of a name or of a part of an instant; ValueError for what is none."""
    if cell is None:
        return ""
    if isinstance(cell, Bad):
        raise ValueError(str(cell))
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):  # a day of a sheet comes with its midnight
        midnight = cell.hour == cell.minute == cell.second == cell.microsecond == 0
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    if isinstance(cell, (dict, list)):
        raise ValueError(f"{shown(cell)} is not a text")
    return str(cell)


def number_of(cell: Any, percent: str = "refuse") -> float:
    """A cell as a number; ValueError for what is none.

    `percent` says what 45 % is: "percent" 45, "fraction" 0.45, "refuse" no number of this unit.
    """
    if isinstance(cell, Percent):
        return _of_percent(float(cell), percent, cell)
    if isinstance(cell, str) and not isinstance(cell, Bad):
        return _of_text(cell, percent)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        try:
            return float(cell)
        except OverflowError:
            return float("inf")
    raise ValueError(str(cell) if isinstance(cell, Bad) else f"{shown(cell)} is not a number")


def _of_text(cell: str, percent: str) -> float:
    if "_" not in cell:  # between digits that is Python's own habit, nobody else's
        try:
            return float(cell)
        except ValueError:
            pass
        text = unicodedata.normalize("NFKC", cell).strip()  # １２．５％ is 12.5%
        try:
            if text.endswith("%"):
                return _of_percent(float(text[:-1]) / 100, percent, cell)
            return float(text)
        except ValueError:
            pass
    raise ValueError(f"{shown(cell)} is not a number")


def _of_percent(fraction: float, percent: str, cell: Any) -> float:
    if percent == "percent":
        return float(f"{fraction * 100:.12g}")  # 57 %, not 56.99999999999999
    if percent == "fraction":
        return fraction
    raise ValueError(f"{shown(cell)} is a percentage, and the unit is not")
