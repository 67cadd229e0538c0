"""Units as people write them: one spelling for what is the same unit."""

import unicodedata
from functools import lru_cache

from domain.sign import Sign
from domain.text import LANGUAGES

# after NFKC both signs for micro are the Greek letter; where there is no such key people write u
_SAME = str.maketrans({"μ": "u", "−": "-", "⋅": "·", "∙": "·"})

# whole numbers: the public manifest quotes them, and 100.0 for 100 would be told as a changed rule
_OUT_OF = {"%": 100, "‰": 1_000, "‱": 10_000}


@lru_cache(maxsize=4096)
def plain_unit(text: str) -> str:
    """The one spelling: m³ and m3, ℃ and °C, µ and μ and u, with or without blanks.

    Letters keep their case: mW is not MW.
    """
    return "".join(unicodedata.normalize("NFKC", text[:100]).translate(_SAME).split())


def is_unit_of(text: str, sign: Sign) -> bool:
    """Whether a declared unit is the sign's own, in any language."""
    spelled = {plain_unit(sign.measured_in.of(lang)) for lang in LANGUAGES}
    alone = {plain_unit(sign.measured_in_one.of(lang)) for lang in LANGUAGES} - {""}
    return plain_unit(text) in spelled | alone


def rate_base(unit: str) -> float | None:
    """What a whole reads in a unit: 100 for per cent; None where the unit is that of no rate."""
    return _OUT_OF.get(plain_unit(unit))
