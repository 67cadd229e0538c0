"""How a page is looked at: language and theme, both in the address, kept on every link."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from dashboard.security.themes import THEMES
from dashboard.words.labels import label, language
from domain.text import LANGUAGES, Text


@dataclass(frozen=True, slots=True)
class View:
    """The reader's choices."""

    lang: str = LANGUAGES[0]
    theme: str | None = None  # None = as the system has it

    @classmethod
    def of(cls, lang: object = None, theme: object = None) -> "View":
        """From a query string: whatever is not a known choice is the default."""
        chosen = theme if isinstance(theme, str) and theme in THEMES else None
        return cls(language(lang), chosen)

    def text(self, key: str, **values: object) -> str:
        """A label in the reader's language."""
        return label(key, self.lang, **values)

    def name(self, text: Text) -> str:
        """A text of a catalogue in the reader's language."""
        return text.of(self.lang)

    def href(self, path: str, **query: str | int | None) -> str:
        """An address that keeps the choices; None leaves a parameter out."""
        asked = {name: value for name, value in query.items() if value is not None}
        if self.lang != LANGUAGES[0]:
            asked["lang"] = self.lang
        if self.theme is not None:
            asked["theme"] = self.theme
        return quote(path) + ("?" + urlencode(asked) if asked else "")

    def other_language(self) -> "View":
        """The same view in the other language."""
        return View(next(lang for lang in LANGUAGES if lang != self.lang), self.theme)
