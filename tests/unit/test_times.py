"""How an instant is worded: with its date when it is not today's, its year when not this one's.

The browser's rule (tests/unit/js/format.test.mjs) reads the same cases.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.components.times import day_and_time, stamp
from domain.clock import from_rfc3339
from domain.zone import Zone

CASES = json.loads((Path(__file__).parent / "instants.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_an_instant_tells_the_date_that_its_reader_cannot_know(case: dict[str, Any]) -> None:
    at, now, zone = from_rfc3339(case["at"]), from_rfc3339(case["now"]), Zone.named(case["zone"])
    assert stamp(at, now, zone) == case["stamp"]
    assert day_and_time(at, now, zone, seconds=False) == case["full"]
    seconds = case["at"][17:19]
    assert stamp(at, now, zone, seconds=True) == f"{case['stamp']}:{seconds}"
    assert day_and_time(at, now, zone) == f"{case['full']}:{seconds}"
