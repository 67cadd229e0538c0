"""Which versions of weights and cut-offs a number was made by, in words."""

from collections.abc import Mapping, Sequence

from dashboard.components.view import View
from domain.catalogue import Catalogue
from domain.terms import Edition
from domain.weights import Weights

NAMED = 5  # so many signs are named, more are counted
Editions = Mapping[str, Sequence[Edition]]
"""By sign: the cut-offs that judged it over a period, oldest first."""


def weights_words(view: View, weights: Weights) -> str:
    """The version of the weights and since when it holds."""
    return view.text("versions.weights", version=weights.version, since=weights.valid_from)


def edition_words(view: View, edition: Edition) -> str:
    """A version of cut-offs and since when it holds."""
    return view.text("versions.edition", version=edition.version, since=edition.since)


def editions_short(listed: Sequence[Edition]) -> str:
    """`1`, or `1 → 2` where cut-offs changed; nothing where none is known."""
    return " → ".join(str(edition.version) for edition in listed)


def cut_words(view: View, catalogue: Catalogue, editions: Editions) -> list[str]:
    """Sentences: how many signs by which version; those whose cut-offs changed, by name."""
    steady: dict[Edition, list[str]] = {}
    for code, listed in editions.items():
        if len(listed) == 1:
            steady.setdefault(listed[0], []).append(code)
    parts: list[str] = []
    for edition, codes in sorted(steady.items(), key=lambda item: (-len(item[1]), item[0])):
        words = edition_words(view, edition)
        if parts and len(codes) <= NAMED:
            names = view.text("versions.join").join(_name(view, catalogue, c) for c in codes)
            parts.append(view.text("versions.cuts.named", edition=words, names=names))
        else:
            parts.append(view.text("versions.cuts.count", edition=words, n=len(codes)))
    said = (
        [view.text("versions.cuts", list=view.text("versions.semi").join(parts))] if parts else []
    )
    changed = [
        view.text(
            "versions.cuts.turned",
            name=_name(view, catalogue, code),
            list=" → ".join(edition_words(view, edition) for edition in listed),
        )
        for code, listed in editions.items()
        if len(listed) > 1
    ]
    if changed:
        said.append(
            view.text("versions.cuts.changed", list=view.text("versions.semi").join(changed))
        )
    return said


def _name(view: View, catalogue: Catalogue, code: str) -> str:
    sign = catalogue.sign.get(code)
    return code if sign is None else view.name(sign.short)
