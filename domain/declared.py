"""What a sender says of its values beside the values: which stand for none, and how good one is."""

import math
from dataclasses import dataclass

VALID, PROVISIONAL, INVALID = "valid", "provisional", "invalid"
QUALITIES = (VALID, PROVISIONAL, INVALID)
SEPARATOR = ";"
_NULL, _NAN = "null", "nan"


@dataclass(frozen=True, slots=True)
class Sentinels:
    """The values by which a source says that it has none: -9999, "NA", null."""

    numbers: frozenset[float] = frozenset()
    texts: frozenset[str] = frozenset()  # in small letters

    @classmethod
    def of(cls, listed: str) -> "Sentinels":
        """From a list like `-9999;NA;null`."""
        texts = frozenset(each.strip().casefold() for each in listed.split(SEPARATOR)) - {""}
        found = (_number(text) for text in texts)
        return cls(frozenset(n for n in found if n is not None and n == n), texts)

    def holds(self, value: object) -> bool:
        """Whether what stands in `value` is one of them."""
        if value is None:
            return _NULL in self.texts
        if isinstance(value, str):
            return value.strip().casefold() in self.texts
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if isinstance(value, float) and math.isnan(value):
            return _NAN in self.texts
        return value in self.numbers


NONE = Sentinels()


def quality_of(text: str | None) -> str | None:
    """The quality that a text names, `valid` where nothing is said; None for no known one."""
    if text is None:
        return VALID
    word = text.strip().casefold()
    return word if word in QUALITIES else None


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None
