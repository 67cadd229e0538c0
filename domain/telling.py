"""Whether a figure about people may be told: one set of rules for every public answer.

The present, hours, days and weeks, and with them every page, feed and download, are made of
*pictures*: what all streets and the district said of one sign in one slot. A picture is told as a
whole or not at all, and the total of a slot is told once. The rules, which rest on public facts
(which streets report) and on no count:

    of one day      every street speaks for the local day of the slot, none still for the day before
    not alone       a district value to which one street alone contributes is that street's
    the same        two totals of different streets lie a day apart (`apart_ms`), so that nobody
                    gets a street by subtracting one total from another
    enough          a rate or a mean stands on at least `least` cases

So of one local day there is at most one equation between the counts of a sign: that of its row.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from domain.privacy import Rates
from domain.publication import Kind

_CLOSE = 1e-9  # relative: sums of floating-point masses


class Part(NamedTuple):
    """A value and what it stands on: cases behind a rate, 1 behind a count."""

    value: float
    mass: float


class Picture(NamedTuple):
    """A sign in one slot."""

    slot: int  # start, epoch ms
    streets: Mapping[str, Part]  # what contributes, none of it stale
    whole: Part | None  # the district's own sample
    oldest: int  # start of the oldest slot that contributes
    mixed: bool = False  # a street still stands with its value of the day before
    severity: int | None = None  # of the district: 0 normal … 3 alarm; None: not judged
    demo: bool = False


class Base(NamedTuple):
    """Over what a sign was last told: a fingerprint of the streets, first and last such slot."""

    streets: int
    since: int
    last: int


def fingerprint(picture: Picture, kind: Kind) -> int:
    """What a total stands on: these streets, or the district's own word (0)."""
    if not adds_up(picture, kind):
        return 0
    names = "\n".join(sorted(picture.streets)).encode()
    return int.from_bytes(blake2b(names, digest_size=7).digest()) + 1


def adds_up(picture: Picture, kind: Kind) -> bool:
    """Whether the district's value is the streets' total, not its own word."""
    streets, whole = picture.streets.values(), picture.whole
    if not streets or whole is None:
        return bool(streets)
    if kind is Kind.COUNT:
        return sum(round(part.value) for part in streets) == round(whole.value)
    return abs(sum(part.mass for part in streets) - whole.mass) <= _CLOSE * whole.mass


def exact_whole(picture: Picture, kind: Kind, rates: Rates) -> float | None:
    """The district's value where it may be told exactly; None where not."""
    whole = picture.whole
    if picture.mixed or whole is None or len(picture.streets) == 1:
        return None
    if kind is Kind.RATE and whole.mass < rates.least:
        return None
    return whole.value


def follows(base: Base | None, streets: int, slot: int, apart_ms: int) -> bool:
    """Whether a total over `streets` may be told beside those that were told before."""
    if base is None:
        return True
    if streets == base.streets:
        return slot >= base.since
    return slot >= base.last + apart_ms


def told_too(base: Base | None, streets: int, slot: int) -> Base:
    """The base after a total over `streets` has been told."""
    if base is None or streets != base.streets:
        return Base(streets, slot, slot)
    return base._replace(last=max(base.last, slot))
