"""A wall that hangs for weeks: thousands of updates through the page's own code, and nothing grows.

YIPING_WALL_UPDATES makes it longer (the default is an hour or two of a busy city).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import CDPSession, Page

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.browser.wall import Wall
from tests.fixtures.product import Stack
from tests.web_client import Client

UPDATES = int(os.environ.get("YIPING_WALL_UPDATES", "5000"))
ROUNDS = 10  # of which the first two fill rings and compile code
HEAP_PER_1000 = 150_000  # bytes: what a bounded cache of text widths may weigh more or less
NODES_PER_1000 = 60  # one node forgotten with each update would be 1000
STORM = (Path(__file__).parent / "storm.js").read_text(encoding="utf-8")


class Weight(NamedTuple):
    """What a page holds after its garbage has been collected."""

    heap: float
    nodes: float
    listeners: float
    documents: float


def weigh(cdp: CDPSession) -> Weight:
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}
    names = ("JSHeapUsedSize", "Nodes", "JSEventListeners", "Documents")
    return Weight(*(metrics[name] for name in names))


def slope(values: list[float]) -> float:
    """Growth from one value to the next, by least squares."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    above = sum((n - middle) * (value - mean) for n, value in enumerate(values))
    return above / sum((n - middle) ** 2 for n in range(len(values)))


@pytest.fixture
def stormy(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> Iterator[tuple[Page, CDPSession]]:
    """A painted wall whose event stream is the test's."""
    feeder.post(mixed_city(catalogue))
    visitor = visit(city, leader, 1280, 720)
    page = visitor.tab()
    page.add_init_script(STORM)
    Wall(page, city.url).open()
    cdp = visitor.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    cdp.send("HeapProfiler.enable")
    yield page, cdp


def test_nothing_grows(stormy: tuple[Page, CDPSession]) -> None:
    page, cdp = stormy
    each = UPDATES // ROUNDS
    weights = []
    for _ in range(ROUNDS):
        assert page.evaluate("(count) => window.storm(count)", each) == 1  # one stream, no more
        weights.append(weigh(cdp))
    kept = weights[2:]
    stats = page.evaluate("window.yiping.stats")
    assert stats["deltas"] >= ROUNDS * each
    thousands = each / 1000
    heap, nodes = (slope(list(values)) / thousands for values in list(zip(*kept, strict=True))[:2])
    print(f"{stats['deltas']} updates, the slowest of the last took {stats['deltaMaxMs']:.0f} ms")
    print(f"heap {[round(w.heap / 1e6, 2) for w in kept]} MB, {heap / 1e3:+.1f} kB per 1000")
    print(f"nodes {[int(w.nodes) for w in kept]}, {nodes:+.1f} per 1000")
    assert heap < HEAP_PER_1000
    assert nodes < NODES_PER_1000
    assert len({w.listeners for w in kept}) == 1
    assert len({w.documents for w in kept}) == 1
