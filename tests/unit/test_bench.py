"""What the benches feed and how they count: wrong here means wrong figures everywhere."""

import csv
import importlib
import json
from itertools import islice

import pytest

from bench import rows
from bench.__main__ import BENCHES
from bench.bodies import bodies, devices
from bench.report import Figure, median, percentile
from bench.senders import STAMP, stamped
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, slot_start
from domain.facts.fact import Parcel, Window, instant_ms
from domain.facts.reading import Reading
from domain.facts.reading_check import Validator

BEGIN = 1_795_399_200_000


def _parsed(lines: list[str]) -> list[Reading]:
    found = csv.DictReader([rows.HEADER, *lines])
    return [
        Reading(
            row["source"],
            row["sign"],
            row["observed_at"],
            float(row["value"]),
            row["street"] or None,
            float(row["weight"]) if row["weight"] else None,
            float(row["denominator"]) if row["denominator"] else None,
            row["point"],
        )
        for row in found
    ]


def test_every_device_reports_once_a_minute_and_is_acceptable(catalogue: Catalogue) -> None:
    readings = _parsed(list(rows.minutes(catalogue, "files", BEGIN, 2)))
    assert len(readings) == 2 * len(rows.cells(catalogue))
    parcel = Parcel(readings, range(len(readings)))
    limits = Window(BEGIN, BEGIN + MINUTE_MS)
    assert Validator(catalogue).check(parcel, "files", limits).rejected == []
    assert {reading.sign for reading in readings} == set(catalogue.sign)
    keys = {(r.sign, r.street, r.observed_at, r.point) for r in readings}
    assert len(keys) == len(readings)


def test_history_fills_one_slot_after_another_up_to_its_end(catalogue: Catalogue) -> None:
    at: dict[str, set[str]] = {}
    for line in rows.history(catalogue, "files", BEGIN):
        _, sign, _, instant, *_ = line.split(",")
        at.setdefault(sign, set()).add(instant)
    for sign in catalogue.signs:
        width, offset = sign.slot_ms, catalogue.zone.grid_ms
        slots = sorted(slot_start(instant_ms(text), width, offset) for text in at[sign.code])
        last = slot_start(BEGIN, width, offset) - width
        assert slots == [last - back * width for back in reversed(range(rows.HISTORY))]


def test_the_same_readings_every_time(catalogue: Catalogue) -> None:
    first, again = (list(islice(rows.minutes(catalogue, "f", BEGIN, 1), 500)) for _ in range(2))
    assert first == again


def test_bodies_go_round_all_devices(catalogue: Catalogue) -> None:
    count = len(devices(catalogue))
    sent = [json.loads(stamped(b)) for b in islice(bodies(catalogue, "s", 1000), count // 1000 + 1)]
    told = [reading for body in sent for reading in body]
    assert len(told) == count
    assert STAMP.decode() not in {reading["observed_at"] for reading in told}
    without = catalogue.signs[0].code
    assert without not in {cell.sign.code for cell in devices(catalogue, without)}
    assert without.encode() not in next(bodies(catalogue, "s", count, without))


def test_percentiles_and_rows() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (median(values), percentile(values, 0.99), percentile(values, 0.0)) == (50.5, 100.0, 1.0)
    assert Figure("a", "1/s", "≥ 2/s", False).row() == "| a | 1/s | ≥ 2/s | **no** |  |  |"


def test_a_body_without_a_stamp_stays_as_it_is() -> None:
    assert stamped(b"[]") == b"[]"


@pytest.mark.parametrize("name", BENCHES)
def test_every_bench_can_be_begun(name: str) -> None:
    assert callable(importlib.import_module(f"bench.{name}").run)
