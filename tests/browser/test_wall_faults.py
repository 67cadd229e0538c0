"""When parts of the product die, hang or restart, the wall goes on or says that it does not."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from domain.catalogue import Catalogue
from domain.sign import Sign
from tests.browser.conftest import Visit, Visitor
from tests.browser.feed import Feeder, mixed_city, reading
from tests.browser.oracle import Words, shown
from tests.browser.processes import frozen, kill
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

SILENT_S = 15  # three ticks of the engine
HEALED_S = 40.0  # on a busy machine; docs/benchmarks.md has the measured figure
SOON_S = 6.0

_values = count(1)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as product:
        yield product


@pytest.fixture(scope="module")
def watcher(stack: Stack) -> Client:
    return sign_in_new(stack, "faults.leader", "leader")


@pytest.fixture(scope="module")
def feeder(stack: Stack, catalogue: Catalogue) -> Feeder:
    made = Feeder(stack, "faults")
    made.post(mixed_city(catalogue))
    return made


@pytest.fixture
def visitor(stack: Stack, watcher: Client, visit: Visit) -> Visitor:
    return visit(stack, watcher)


@pytest.fixture(scope="module")
def sign(catalogue: Catalogue) -> Sign:
    """A sign that tells many values apart."""
    return max(catalogue.signs, key=lambda s: (s.value_max >= 1e4, s.decimals == 0, s.code))


def fresh_value(feeder: Feeder, sign: Sign, *, patience: float = HEALED_S) -> str:
    """Send a value that was never sent before, until the intake takes it; its text."""
    value = float(next(_values))

    def taken() -> bool:
        feeder.post([reading(sign, value)])
        return True

    eventually(taken, patience, every=0.3)
    return shown(value, sign, "zh")


def shows(wall: Wall, sign: Sign, text: str, timeout: float) -> float:
    """Wait until the cell shows it; seconds waited."""
    began = time.monotonic()
    wall.eventually(lambda w: w.cell(sign.code).value == text, timeout)
    return time.monotonic() - began


def agrees(wall: Wall) -> bool:
    """Whether every cell and street is as the server says now."""
    said, version = wall.snapshot(), wall.version
    cells, streets = wall.cells(), wall.streets()
    same = all(
        (cells[s["code"]].state, cells[s["code"]].freshness) == (s["state"], s["freshness"])
        for s in said["signs"]
    )
    painted = all(streets[s["code"]] == s["state"] for s in said["streets"])
    return same and painted and said["version"] == version


def grey(wall: Wall) -> bool:
    """Whether everything but the banner has lost its colour."""
    script = "(nodes) => nodes.map((node) => getComputedStyle(node).filter)"
    filters = wall.page.locator("#wall-top, #wall-answer, #wall-left, .side-right").evaluate_all(
        script
    )
    assert len(filters) == 4
    return all("grayscale(1)" in one for one in filters)


@pytest.mark.parametrize("parts", [("engine",), ("web",), ("engine", "web", "valkey")])
def test_silence_greys_the_whole_page_and_it_recovers(
    stack: Stack,
    feeder: Feeder,
    sign: Sign,
    visitor: Visitor,
    parts: tuple[str, ...],
) -> None:
    page = visitor.tab()
    page.clock.install()
    wall = Wall(page, stack.url).open()
    wall.eventually(lambda w: w.stream == "live")
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    heard = wall.version
    wall.eventually(lambda w: w.version > heard, timeout=15)
    with ExitStack() as still:
        for part in parts:
            still.enter_context(frozen(stack, part))
        page.clock.run_for(1000 * (SILENT_S - 2))
        assert (wall.stream, wall.banner(), grey(wall)) == ("live", "", False)
        page.clock.run_for(1000 * 4)
        assert (wall.stream, grey(wall)) == ("silent", True)
        assert Words("zh")["wall.silent.title"] in wall.banner()
        faults = [f for f in wall.look() if "#wall-banner" in f or ".banner" in f]
        assert not faults, "\n".join(faults)
    page.clock.resume()
    text = fresh_value(feeder, sign)
    shows(wall, sign, text, HEALED_S)
    wall.eventually(lambda w: (w.stream, w.banner(), grey(w)) == ("live", "", False), HEALED_S)
    visitor.forgive()


def test_the_watchdog_needs_no_clock_of_the_test(
    stack: Stack, watcher: Client, visitor: Visitor
) -> None:
    """As a viewer lives through it: the picture says within 17 s that it has stopped."""
    wall = Wall(visitor.tab(), stack.url).open()
    wall.eventually(lambda w: w.stream == "live")
    with frozen(stack, "engine"):
        began = time.monotonic()
        wall.eventually(lambda w: w.banner(), SILENT_S + 6)
        waited = time.monotonic() - began
    print(f"silence was said after {waited:.1f} s")
    assert SILENT_S - 6 < waited < SILENT_S + 3
    wall.eventually(lambda w: not w.banner(), HEALED_S)


@pytest.mark.parametrize("part", ["engine", "workers", "valkey", "web"])
def test_kill_9(stack: Stack, feeder: Feeder, sign: Sign, visitor: Visitor, part: str) -> None:
    """What is sent after the death of a part is on the wall without anybody touching it."""
    wall = Wall(visitor.tab(), stack.url).open()
    loads: list[str] = []
    wall.page.on("load", lambda page: loads.append(page.url))
    shows(wall, sign, fresh_value(feeder, sign), SOON_S)
    began = time.monotonic()
    kill(stack, part)
    text = fresh_value(feeder, sign)
    away = time.monotonic() - began
    waited = shows(wall, sign, text, HEALED_S)
    print(f"{part} killed: intake away for {away:.1f} s, the wall {waited:.1f} s behind it")
    wall.eventually(agrees, HEALED_S)
    assert wall.banner() == ""
    assert loads == []  # healed in place
    visitor.forgive()


def test_a_hung_valkey_does_not_stop_the_wall(
    stack: Stack, feeder: Feeder, sign: Sign, visitor: Visitor
) -> None:
    wall = Wall(visitor.tab(), stack.url).open()
    wall.eventually(lambda w: w.stream == "live")
    with frozen(stack, "valkey"):
        for _ in range(3):
            waited = shows(wall, sign, fresh_value(feeder, sign), HEALED_S)
            print(f"Valkey hangs: on the wall after {waited:.1f} s")
            assert wall.banner() == ""
    wall.eventually(agrees, HEALED_S)
    visitor.forgive()


def test_where_streams_are_blocked_the_wall_asks_instead(
    stack: Stack, feeder: Feeder, sign: Sign, visitor: Visitor
) -> None:
    """A proxy that lets no event stream pass: later, but live."""
    page = visitor.tab()
    page.route("**/live/screen/events", lambda route: route.abort())
    wall = Wall(page, stack.url).open()
    for _ in range(3):
        waited = shows(wall, sign, fresh_value(feeder, sign), SILENT_S)
        print(f"without a stream: on the wall after {waited:.1f} s")
    assert (wall.stream, wall.banner()) == ("live", "")
    visitor.forgive()


def test_a_restart_of_everything(
    stack: Stack, feeder: Feeder, sign: Sign, visitor: Visitor
) -> None:
    """The same build comes back: no reload, no lost value, the session still stands."""
    wall = Wall(visitor.tab(), stack.url).open()
    loads: list[str] = []
    wall.page.on("load", lambda page: loads.append(page.url))
    before = fresh_value(feeder, sign)
    shows(wall, sign, before, SOON_S)
    stack.stop(timeout=20)
    assert wall.cell(sign.code).value == before  # the last picture stays
    stack.start()
    shows(wall, sign, fresh_value(feeder, sign), HEALED_S)
    wall.eventually(agrees, HEALED_S)
    assert (wall.banner(), loads) == ("", [])
    visitor.forgive()
