"""Prepared bodies for the intake: every device of the city, again and again."""

import json
from collections.abc import Iterator
from typing import Any

from bench import rows
from bench.senders import STAMP
from domain.catalogue import Catalogue


def devices(catalogue: Catalogue, without: str = "") -> list[rows.Cell]:
    """Every device, in the order in which `bodies` goes round; those of sign `without` left out."""
    return [cell for cell in rows.cells(catalogue) if cell.sign.code != without]


def bodies(catalogue: Catalogue, source: str, size: int, without: str = "") -> Iterator[bytes]:
    """JSON arrays of `size` readings (the last of a round may be shorter), round after round.

    All are prepared before the first is given; the instant is STAMP until it is sent.
    """
    drawn = rows.values(catalogue)
    readings = []
    for n, (sign, street, point) in enumerate(devices(catalogue, without)):
        weight, below = rows.masses(sign)
        reading: dict[str, Any] = {
            "source": source,
            "sign": sign.code,
            "street": street,
            "observed_at": STAMP.decode(),
            "value": float(drawn[sign.code][n % rows.VALUES]),
            "point": point,
        }
        if weight:
            reading["weight"] = float(weight)
        if below:
            reading["denominator"] = float(below)
        readings.append(reading)
    made = [json.dumps(readings[at : at + size]).encode() for at in range(0, len(readings), size)]
    while True:
        yield from made
