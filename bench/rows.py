"""Seeded readings of the whole city: every sign and street, several devices each."""

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.report import SEED
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_rfc3339
from domain.indicator import Direction, Rule
from domain.sign import Sign
from engine.window import KEEP_SLOTS

POINTS = 3  # devices of a sign in a street
VALUES = 64  # different values of a sign
NOISE = 0.02
HEADER = "source,sign,street,observed_at,value,weight,denominator,point"
HISTORY = KEEP_SLOTS + 2  # slots that fill the engine's windows
MASS = "200"  # what a rate is a rate of


class Cell(NamedTuple):
    """One device: its sign, the street (None = the district), its name."""

    sign: Sign
    street: str | None
    point: str


def cells(catalogue: Catalogue) -> list[Cell]:
    """Every device; signs without a meaning below the district have theirs there."""
    found = []
    for sign in catalogue.signs:
        places = [s.code for s in catalogue.counted] if sign.at_street else [None]
        found += [Cell(sign, place, f"p{n}") for place in places for n in range(POINTS)]
    return found


def ledger_signs(catalogue: Catalogue) -> list[str]:
    """Five signs of streets for which any whole number from 0 to 6 is a good reading."""
    fitting = (
        sign.code
        for sign in catalogue.signs
        if sign.street_rule in (Rule.MAX, Rule.SUM)
        and sign.direction is Direction.HIGHER_WORSE
        and sign.derived is None
        and sign.value_max >= 6
    )
    return list(islice(fitting, 5))


def values(catalogue: Catalogue) -> dict[str, list[str]]:
    """What a device of each sign says: the typical value with a little noise, as texts.

    Where a parent is the sum of its children, a device has its share of the typical value.
    """
    dice = random.Random(SEED)
    devices = len(catalogue.counted) * POINTS
    found = {}
    for sign in catalogue.signs:
        parts = devices if sign.at_street else POINTS
        typical = sign.typical / (parts if sign.rule is Rule.SUM else 1)
        drawn = (dice.gauss(typical, NOISE * (abs(typical) or 1.0)) for _ in range(VALUES))
        inside = (min(max(v, sign.value_min), sign.value_max) for v in drawn)
        found[sign.code] = [f"{v:.{sign.decimals + 1}f}" for v in inside]
    return found


def history(catalogue: Catalogue, source: str, until_ms: int) -> Iterator[str]:
    """CSV lines that fill the engine's windows: a reading of every device in each slot."""
    devices, drawn = cells(catalogue), values(catalogue)
    for back in range(HISTORY, 0, -1):
        at = {}
        for sign in catalogue.signs:
            end = catalogue.zone.slot_start(until_ms, sign.slot_ms)
            at[sign.code] = end - back * sign.slot_ms + sign.slot_ms // 2
        yield from _round(devices, drawn, source, at, back)


def minutes(catalogue: Catalogue, source: str, from_ms: int, count: int) -> Iterator[str]:
    """CSV lines of `count` minutes in which every device reports once."""
    devices, drawn = cells(catalogue), values(catalogue)
    for n in range(count):
        at = dict.fromkeys(drawn, from_ms + n * MINUTE_MS)
        yield from _round(devices, drawn, source, at, n)


def _round(
    devices: list[Cell], drawn: dict[str, list[str]], source: str, at: dict[str, int], seed: int
) -> Iterator[str]:
    choice = random.Random(SEED + seed).randrange
    instants = {code: to_rfc3339(ms) for code, ms in at.items()}
    for sign, street, point in devices:
        value = drawn[sign.code][choice(VALUES)]
        weight, below = masses(sign)
        yield (
            f"{source},{sign.code},{street or ''},{instants[sign.code]},{value},{weight},{below},"
            f"{point}\n"
        )


def masses(sign: Sign) -> tuple[str, str]:
    """(weight, denominator) as a device of the sign would send them, "" for none."""
    return (
        MASS if sign.rule is Rule.WEIGHTED else "",
        MASS if sign.rule is Rule.RATIO else "",
    )


def write_csv(path: Path, lines: Iterable[str]) -> int:
    """Write a file of our own columns; how many readings it holds."""
    count = 0
    with path.open("w") as out:
        out.write(HEADER + "\n")
        for line in lines:
            out.write(line)
            count += 1
    return count
