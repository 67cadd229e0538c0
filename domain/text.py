"""A text in every language of the product: a name, a unit of measure, where a figure is from."""

from dataclasses import dataclass, fields


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
