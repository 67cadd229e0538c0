"""What things were called and how they were judged, since when: editing a catalogue edits no past.

A ledger holds, for each sign, place and department, how it stood in the catalogue from an instant
on. What happened at an instant is told in the words, and judged by the cut-offs, of that instant.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from domain.catalogue import Catalogue
from domain.judging import version_starts
from domain.sign import Sign
from domain.text import Text

_T = TypeVar("_T", "SignTerms", "NameTerms")
Shares = Mapping[str, float]
"""By place: the part of the district that its cut-offs are scaled by; without one they are not."""


class Name(NamedTuple):
    """What a place or a department was called."""

    name: Text
    short: Text


@dataclass(frozen=True, slots=True)
class SignTerms:
    """How a sign stood in the catalogue from `since` (epoch ms) on."""

    since: int
    sign: Sign
    shares: Shares

    def judged_alike(self, other: "SignTerms") -> bool:
        """Whether the same values get the same states."""
        return self._judging() == other._judging()

    def _judging(self) -> tuple[object, ...]:
        s = self.sign
        cuts = [(v.version, v.valid_from, v.attention, v.warning, v.alarm) for v in s.thresholds]
        how = (s.typical, s.direction, s.decimals, s.threshold_rule, s.raise_after_s, s.clear_after)
        return (cuts, *how, s.street_rule, s.rule, dict(self.shares))


@dataclass(frozen=True, slots=True)
class NameTerms:
    """What a place or department was called from `since` (epoch ms) on."""

    since: int
    name: Name


class Edition(NamedTuple):
    """The cut-offs of a sign while nothing about its judging changes."""

    version: int
    since: str  # ISO date: of the version, or of the start that found it edited


class Ledger:
    """Terms by code, each ascending; the first holds for all the time before it too."""

    def __init__(
        self,
        signs: Mapping[str, Sequence[SignTerms]],
        places: Mapping[str, Sequence[NameTerms]],
        departments: Mapping[str, Sequence[NameTerms]],
    ) -> None:
        self.signs = signs
        self.places = places
        self.departments = departments

    @classmethod
    def of(cls, catalogue: Catalogue, since: int = 0) -> "Ledger":
        """The catalogue as it stands."""
        places = {catalogue.code: Name(catalogue.name, catalogue.name)}
        places |= {s.code: Name(s.name, s.short) for s in catalogue.streets}
        owners = {d.code: Name(d.name, d.short) for d in catalogue.departments}
        return cls(
            {s.code: (SignTerms(since, s, shares(catalogue, s)),) for s in catalogue.signs},
            {code: (NameTerms(since, name),) for code, name in places.items()},
            {code: (NameTerms(since, name),) for code, name in owners.items()},
        )

    def sign(self, code: str, at: int) -> SignTerms | None:
        """A sign as it stood at an instant (epoch ms); None: it never stood in the catalogue."""
        return _in_force(self.signs.get(code, ()), at)

    def place(self, code: str, at: int) -> Name | None:
        """A place's name at an instant."""
        found = _in_force(self.places.get(code, ()), at)
        return found.name if found else None

    def department(self, code: str, at: int) -> Name | None:
        """A department's name at an instant."""
        found = _in_force(self.departments.get(code, ()), at)
        return found.name if found else None

    def turns(self, catalogue: Catalogue, code: str) -> tuple[int, ...]:
        """The instants from which a sign is judged otherwise than before, ascending."""
        found: list[int] = []
        terms = self.signs.get(code, ())
        for n, mine in enumerate(terms):
            if n and not mine.judged_alike(terms[n - 1]):
                found.append(mine.since)
            end = terms[n + 1].since if n + 1 < len(terms) else None
            starts = version_starts(catalogue, mine.sign)
            found += [at for at in starts if at > mine.since and (end is None or at < end)]
        return tuple(sorted(set(found)))

    def editions(
        self, catalogue: Catalogue, code: str, from_ms: int, to_ms: int
    ) -> tuple[Edition, ...]:
        """The cut-offs that judged a sign within [from_ms, to_ms) in epoch ms, oldest first."""
        turns = self.turns(catalogue, code)
        found: list[Edition] = []
        for at in (from_ms, *(turn for turn in turns if from_ms < turn < to_ms)):
            terms = self.sign(code, at)
            if terms is not None:
                cut = terms.sign.thresholds_on(catalogue.zone.date(at))
                last = max((turn for turn in turns if turn <= at), default=None)
                since = cut.valid_from if last is None else catalogue.zone.date(last)
                found.append(Edition(cut.version, since))
        return tuple(found)


def shares(catalogue: Catalogue, sign: Sign) -> Shares:
    """The shares by which a sign's cut-offs carry to the streets, as they are now."""
    found = {s.code: catalogue.share(s.code, sign.threshold_rule) for s in catalogue.streets}
    return {code: share for code, share in found.items() if share is not None}


def _in_force(terms: Sequence[_T], at: int) -> _T | None:
    if not terms:
        return None
    n = bisect_right([t.since for t in terms], at)
    return terms[max(n - 1, 0)]
