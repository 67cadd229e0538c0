"""What a person has typed, as one line that can be seen and cannot disturb the lines around it."""

import unicodedata

BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by name that nobody can see."""
MARKS_AT_ONCE = 3  # accents on one letter; more are there to cover the neighbours


def one_line(text: str) -> str:
    """Printable characters with single spaces between; controls, bidi and blank ones are spaces."""
    kept: list[str] = []
    marks = 0
    for c in text:
        marks = marks + 1 if unicodedata.category(c) in ("Mn", "Me") else 0
        if marks <= MARKS_AT_ONCE:
            kept.append(" " if c in BLANK or not c.isprintable() else c)
    return " ".join("".join(kept).split())
