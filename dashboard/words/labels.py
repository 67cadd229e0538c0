"""Every string of the interface, in one table: labels.csv with the columns key, zh, en.

Names of signs, streets and departments are not here: they belong to the city's catalogue, which
may word any of these strings its own way (`use_wording`).
"""

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter

from data_access.catalogue.faults import Fault
from data_access.catalogue.wording import FILE as WORDING
from domain.catalogue import Catalogue
from domain.text import LANGUAGES, Text

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


_own: dict[str, dict[str, str]] = {}


def use_wording(wording: Mapping[str, Text]) -> None:
    """Take a city's own words in place of the table's from now on, and no other city's."""
    _own.clear()
    _own.update({key: {lang: own.of(lang) for lang in LANGUAGES} for key, own in wording.items()})


def wording_faults(catalogue: Catalogue) -> list[Fault]:
    """Own words for what nobody says, or with places that nobody fills."""
    faults = []
    for line, (key, own) in enumerate(catalogue.wording.items(), start=2):
        known = table().get(key)
        if known is None:
            faults.append(Fault(WORDING, line, f"key: no label {key!r}"))
            continue
        for lang in LANGUAGES:
            strange = _places(own.of(lang)) - _places(known[lang])
            if strange:
                listed = ", ".join(sorted(strange))
                faults.append(Fault(WORDING, line, f"{lang}: {key} is not given {listed}"))
    return faults


def _places(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"a brace alone"}


def label(key: str, lang: str = "zh", **values: object) -> str:
    """The text of `key` in `lang`, its {places} filled; LabelError when there is none.

    Where `n` is 1 the row `<key>.one` is taken, if the table has one.
    """
    if values.get("n") in (1, "1") and f"{key}.one" in table():
        key = f"{key}.one"
    try:
        text = _own[key][lang] if key in _own else table()[key][lang]
    except KeyError as missing:
        raise LabelError(f"no label {key!r} in {lang!r}") from missing
    return text.format(**values) if values else text


def labels_for(lang: str, prefixes: Iterable[str]) -> dict[str, str]:
    """The part of the table whose keys start with one of `prefixes`: what a script is given."""
    chosen = tuple(prefixes)
    return {
        key: _own.get(key, texts)[lang] for key, texts in table().items() if key.startswith(chosen)
    }


def language(wanted: object) -> str:
    """A language from a query string: the wanted one when the table has it, Chinese otherwise."""
    return wanted if isinstance(wanted, str) and wanted in LANGUAGES else LANGUAGES[0]
