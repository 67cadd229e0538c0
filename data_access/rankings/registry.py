"""The measures of a city: every file of `data_access.measures` is asked for its own."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from data_access import measures as home
from data_access.scoring.measure import Measure, Peers
from domain.catalogue import Catalogue

Groups = Mapping[str, tuple[Peers, ...]]
"""Groups of peers by the word that addresses have for them."""


def measures(catalogue: Catalogue) -> tuple[Measure, ...]:
    """All measures, in their order; ValueError where two have one code."""
    found = [one for own in _files(tuple(home.__path__)) for one in own(catalogue)]
    if len({one.code for one in found}) < len(found):
        raise ValueError(f"two measures have one code: {sorted(one.code for one in found)}")
    return tuple(sorted(found, key=lambda one: one.order))


def measure(catalogue: Catalogue, code: str) -> Measure:
    """The measure of that code; KeyError where there is none."""
    return {one.code: one for one in measures(catalogue)}[code]


def of_kind(catalogue: Catalogue, kind: str) -> tuple[Measure, ...]:
    """What units of a kind are ranked by; the first is what they are shown by unasked."""
    return tuple(one for one in measures(catalogue) if one.kind == kind)


def in_group(catalogue: Catalogue, group: str) -> tuple[Measure, ...]:
    """What a group of peers, as addresses name it, is ranked by."""
    return tuple(
        one
        for one in measures(catalogue)
        if any(peers.group == group for peers in one.peers(catalogue))
    )


def groups(catalogue: Catalogue) -> Groups:
    """Every group that addresses may name, with its parts, in the order in which they stand."""
    found: dict[str, dict[str, Peers]] = {}
    for one in measures(catalogue):
        for peers in one.peers(catalogue):
            found.setdefault(peers.group, {}).setdefault(peers.code, peers)
    return {group: tuple(parts.values()) for group, parts in found.items()}


@lru_cache(maxsize=4)
def _files(folders: tuple[str, ...]) -> tuple[Callable[[Catalogue], Iterable[Measure]], ...]:
    """What each file of these folders says of its measures."""
    names = [file.name for file in pkgutil.iter_modules(folders, f"{home.__name__}.")]
    return tuple(importlib.import_module(name).measures for name in names)
