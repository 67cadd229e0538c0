"""The cut-offs that judge an indicator at a place: versions over time, shares over places."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.catalogue import Catalogue
from domain.indicator import Indicator, Thresholds
from domain.state import Judge, Lines, make_judge


class Reign(NamedTuple):
    """A version of an indicator's cut-offs while it is in force at a place, [from_ms, to_ms)."""

    from_ms: int
    to_ms: int
    judge: Judge
    thresholds: Thresholds  # as they stand in the catalogue: those of the district


def local_date(ms: int, catalogue: Catalogue) -> str:
    """The ISO date of an instant (epoch ms) in the city."""
    return catalogue.zone.date(ms)


def judge_for(catalogue: Catalogue, indicator: Indicator, place: str, at_ms: int) -> Judge:
    """The judge of an indicator at a place (street or district code) at an instant (epoch ms)."""
    cuts = indicator.thresholds_on(local_date(at_ms, catalogue))
    return make_judge(indicator, cuts, _share(catalogue, indicator, place))


def lines_of(
    catalogue: Catalogue, indicator: Indicator, place: str, version: int | None, at_ms: int
) -> Lines:
    """The lines of the version that judged a cell; where nothing was judged (None), or by a version
    that is no longer in the catalogue, those in force at an instant (epoch ms)."""
    cuts = indicator.thresholds_of(version) or indicator.thresholds_on(local_date(at_ms, catalogue))
    return make_judge(indicator, cuts, _share(catalogue, indicator, place))


def _share(catalogue: Catalogue, indicator: Indicator, place: str) -> float | None:
    """The part of the district that a place's cut-offs are scaled by; None for the district."""
    return None if place == catalogue.code else catalogue.share(place, indicator.threshold_rule)


def reigns(
    catalogue: Catalogue, indicator: Indicator, place: str, from_ms: int, to_ms: int
) -> Iterator[Reign]:
    """The versions in force in [from_ms, to_ms) at a place, oldest first, without a gap."""
    share = _share(catalogue, indicator, place)
    versions = indicator.thresholds
    for n, version in enumerate(versions):
        start = from_ms if n == 0 else max(from_ms, _midnight(version.valid_from, catalogue))
        last = n + 1 == len(versions)
        end = to_ms if last else min(to_ms, _midnight(versions[n + 1].valid_from, catalogue))
        if start < end:
            yield Reign(start, end, make_judge(indicator, version, share), version)


def version_starts(catalogue: Catalogue, indicator: Indicator) -> list[int]:
    """The instants (epoch ms) at which the later versions of its cut-offs come into force."""
    return [_midnight(version.valid_from, catalogue) for version in indicator.thresholds[1:]]


def day_start(ms: int, catalogue: Catalogue) -> int:
    """Local midnight at or before an instant, epoch ms."""
    return catalogue.zone.day_start(ms)


def _midnight(iso_date: str, catalogue: Catalogue) -> int:
    """Epoch ms of the local midnight with which a date begins."""
    return catalogue.zone.date_start(iso_date)
