"""Signs that follow from other signs, where the catalogue says so.

A derived value stands only where nothing is reported, is as old as its oldest ingredient, and is
computed for streets; the district adds its streets up like any other sign.
"""

from collections.abc import Callable, Iterable, Mapping

from data_access.catalogue.standards import load_aqi
from domain.aggregation import Child
from domain.sign import Sign
from engine.sample import Sample
from engine.window import SignWindow


def air_quality_index(values: Mapping[str, float]) -> float | None:
    """The air quality index of concentrations by pollutant: the worst of the single indexes.

    HJ 633-2012: linear between breakpoints, 500 above the last. None without any pollutant.
    Fed with hourly concentrations it is an hourly index, not the official daily one.
    """
    scales = load_aqi()
    return max(
        (_single_index(scales[name].points, value) for name, value in values.items()),
        default=None,
    )


def _single_index(points: tuple[tuple[float, float], ...], value: float) -> float:
    low = points[0]
    for high in points[1:]:
        if value <= high[0]:
            share = max(value - low[0], 0.0) / (high[0] - low[0])
            return low[1] + share * (high[1] - low[1])
        low = high
    return low[1]


RULES: dict[str, Callable[[Mapping[str, float]], float | None]] = {"aqi": air_quality_index}


def derive(
    target: SignWindow,
    sign: Sign,
    windows: Mapping[str, SignWindow],
    district: str,
    changed: Iterable[tuple[str, int]],
) -> list[tuple[str, int]]:
    """Compute a derived sign in its window at the (place, slot) pairs where an ingredient changed.

    Returns the pairs that lie before the window (late by far).
    """
    rule = RULES[sign.derived or ""]
    late = []
    for place, slot in sorted(_reached(sign, windows, changed)):
        if place == district:
            continue
        found: dict[str, Sample] = {}
        for role, code in sign.derived_from:
            sample = windows[code].sample_at(place, slot)
            if sample is not None:
                found[role] = sample
        value = rule({role: sample.value for role, sample in found.items()})
        if value is not None:
            oldest = min(sample.at for sample in found.values())
            demo = any(sample.demo for sample in found.values())
            if not target.add_computed(place, slot, Child(value, 1.0, oldest), demo):
                late.append((place, slot))
    return late


def _reached(
    sign: Sign, windows: Mapping[str, SignWindow], changed: Iterable[tuple[str, int]]
) -> set[tuple[str, int]]:
    """The (place, slot) pairs, and those with an ingredient that they may carry forward into."""
    sources = [windows[code] for _, code in sign.derived_from]
    far = max(window.reach * window.slot_ms for window in sources)
    found = set(changed)
    for place, slot in list(found):
        for window in sources:
            found.update((place, later) for later in window.slots(place, slot, slot + far))
    return found
