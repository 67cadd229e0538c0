"""Why a reading was refused, in the reader's language.

What refuses a reading says so in English, for whoever sent it. The rows `refusal.<reason>…` of
the label table hold those sentences as their English text: a sentence that one of them fits is
said with the same parts in the other language. What none fits stands as it is.
"""

import re
from functools import lru_cache

from dashboard.components.view import View
from dashboard.words.labels import table

_PLACE = re.compile(r"\\\{(\w+)\\\}")  # a {place} of a sentence after re.escape


def refusal(view: View, reason: str, detail: str) -> str:
    """A quarantined row's detail for this reader."""
    for key, pattern in _sentences().get(reason, ()):
        found = pattern.fullmatch(detail)
        if found:
            return view.text(key, **found.groupdict())
    return detail


@lru_cache(maxsize=1)
def _sentences() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """By reason: the keys of its sentences, and what each fits."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for key, texts in table().items():
        prefix, _, rest = key.partition(".")
        if prefix == "refusal":
            pattern = _PLACE.sub(r"(?P<\1>.+?)", re.escape(texts["en"]))
            found.setdefault(rest.partition(".")[0], []).append((key, re.compile(pattern)))
    return found
