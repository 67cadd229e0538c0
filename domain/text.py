"""Texts: one in every language of the product, and what somebody has typed as one line."""

import unicodedata
from dataclasses import dataclass, fields

BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by name that nobody can see."""
MARKS_AT_ONCE = 3  # accents on one letter; more are there to cover the neighbours


class UnknownLanguage(ValueError):
    """Nobody wrote anything in this language."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is written in each language; Chinese comes first."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The words in one language. Raises UnknownLanguage."""
        if lang not in LANGUAGES:
            raise UnknownLanguage(f"no language {lang!r}; known: {', '.join(LANGUAGES)}")
        words: str = getattr(self, lang)
        return words

    def __bool__(self) -> bool:
        """Whether anything is written."""
        return any(getattr(self, lang) for lang in LANGUAGES)

    @classmethod
    def same(cls, words: str) -> "Text":
        """What reads alike in every language: a code, a number, a name nobody translated."""
        return cls(**dict.fromkeys(LANGUAGES, words))


LANGUAGES = tuple(field.name for field in fields(Text))
EMPTY = Text.same("")


def one_line(text: str) -> str:
    """What a person has typed, so that it can be seen and cannot disturb the lines around it:
    printable characters with single spaces between; controls, bidi and blank ones are spaces."""
    kept: list[str] = []
    marks = 0
    for c in text:
        marks = marks + 1 if unicodedata.category(c) in ("Mn", "Me") else 0
        if marks <= MARKS_AT_ONCE:
            kept.append(" " if c in BLANK or not c.isprintable() else c)
    return " ".join("".join(kept).split())
