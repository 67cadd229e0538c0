"""Every string of the interface, in one table: labels.csv with the columns key, zh, en.

Names of signs, streets and departments are not here: they belong to the city's catalogue.
"""

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("zh", "en")
TABLE = Path(__file__).with_name("labels.csv")


class LabelError(KeyError):
    """A key or a language that the table does not hold."""


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """The whole table: key → language → text. ValueError names a row that is not whole."""
    rows: dict[str, dict[str, str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            key = row["key"]
            if key in rows:
                raise ValueError(f"labels.csv:{line}: {key} stands twice")
            if any(not row.get(language) for language in LANGUAGES) or None in row:
                raise ValueError(f"labels.csv:{line}: {key} needs a text in each language")
            rows[key] = {language: row[language] for language in LANGUAGES}
    return rows


def label(key: str, lang: str = "zh", **values: object) -> str:
    """The text of `key` in `lang`, its {places} filled; LabelError when there is none.

    Where `n` is 1 the row `<key>.one` is taken, if the table has one.
    """
    if values.get("n") in (1, "1") and f"{key}.one" in table():
        key = f"{key}.one"
    try:
        text = table()[key][lang]
    except KeyError as missing:
        raise LabelError(f"no label {key!r} in {lang!r}") from missing
    return text.format(**values) if values else text


def labels_for(lang: str, prefixes: Iterable[str]) -> dict[str, str]:
    """The part of the table whose keys start with one of `prefixes`: what a script is given."""
    chosen = tuple(prefixes)
    return {key: texts[lang] for key, texts in table().items() if key.startswith(chosen)}


def language(wanted: object) -> str:
    """A language from a query string: the wanted one when the table has it, Chinese otherwise."""
    return wanted if isinstance(wanted, str) and wanted in LANGUAGES else LANGUAGES[0]
