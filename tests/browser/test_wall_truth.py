"""From a reading to its pixel, and what becomes of it when no other follows."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from domain.freshness import late_after_s
from domain.sign import Sign, State
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, quick_signs, reading, value_for
from tests.browser.oracle import Words, age, shown, stamp
from tests.browser.processes import frozen
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

SOON_S = 5.0  # on a busy machine; docs/benchmarks.md has the measured figure
EDGE = timedelta(milliseconds=1_500)  # the page looks once a second
DEDUCTS = {State.NORMAL: 0.0, State.ATTENTION: 0.25, State.WARNING: 0.75, State.ALARM: 2.0}
AHEAD_S = 60  # how long after they are sent the readings reach their first edge


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as product:
        yield product


@pytest.fixture(scope="module")
def watcher(stack: Stack) -> Client:
    return sign_in_new(stack, "truth.leader", "leader")


@pytest.fixture(scope="module")
def feeder(stack: Stack) -> Feeder:
    return Feeder(stack, "truth")


def colour(page: Page, selector: str, kind: str) -> str:
    """A computed colour of the first element that fits."""
    script = "(node, kind) => getComputedStyle(node)[kind]"
    found: str = page.locator(selector).first.evaluate(script, kind)
    return found


def shape(page: Page, code: str) -> tuple[str, str]:
    """What a cell's mark draws: two states never share it."""
    script = """(node) => {
      const shown = [...node.querySelectorAll("svg > *")].filter((one) => one.checkVisibility());
      const form = shown.map((one) => one.outerHTML + getComputedStyle(one).fill).join();
      return [getComputedStyle(node).display, form];
    }"""
    display, form = page.locator(f"#sign-{code} .mark").evaluate(script)
    return display, form


def of_its_street(state: State) -> State:
    """The state of a street of which one sign is known: too little to call it normal."""
    return State.UNKNOWN if state is State.NORMAL else state


def turned(wall: Wall, sign: Sign, street: str, state: State) -> float:
    """Wait until the cell is in `state` and its street has followed; seconds until the cell was."""
    began = time.monotonic()
    wall.eventually(lambda w: w.cell(sign.code).state == state, SOON_S)
    waited = time.monotonic() - began
    wall.eventually(lambda w: w.streets()[street] == of_its_street(state), SOON_S)
    return waited


def test_a_reading_changes_cell_street_index_and_alerts(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    wall = Wall(visit(stack, watcher).tab(), stack.url).open()
    sign, street = quick_signs(catalogue)[0], catalogue.counted[4].code
    looks: dict[State, tuple[str, ...]] = {}
    waits = []
    for state in DEDUCTS:
        value = value_for(sign, state)
        feeder.post([reading(sign, value, street)])
        waits.append(turned(wall, sign, street, state))
        looks[state] = (
            colour(wall.page, f"#sign-{sign.code}", "backgroundColor"),
            colour(wall.page, f"path.street[data-code='{street}']", "fill"),
            *shape(wall.page, sign.code),
        )
        says_so(wall, sign, value, state)
    print("from POST to the cell, s:", [round(w, 2) for w in waits])
    for part in range(2):  # colours of cell and street
        assert len({look[part] for look in looks.values()}) == len(looks), looks
    marks = {look[2:] for state, look in looks.items() if state is not State.NORMAL}
    assert len(marks) == 3  # normal is quiet: it has no mark in a cell


def says_so(wall: Wall, sign: Sign, value: float, state: State) -> None:
    """The one known sign, told alike by its cell, the index, the alerts and the map's legend."""
    words, cell = Words("zh"), wall.cell(sign.code)
    said = (cell.value, cell.mark, cell.freshness)
    assert said == (shown(value, sign, "zh"), state, "live")
    assert words[f"state.{state}"] in cell.label
    assert wall.page.locator("#wall .alert").count() == int(state is not State.NORMAL)
    assert wall.text("#wall-index .big").replace("\n", "") == f"{100 - DEDUCTS[state]:.2f}"
    tally = wall.text("#wall-map-foot .tally >> nth=0")
    stands = of_its_street(state)
    places = 1 if stands is state else len(wall.streets())
    assert f"{places} {words[f'state.{stands}']}" in tally.replace("\n", " ")


def test_the_street_that_is_worst_has_its_name_and_cause_on_the_map(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    wall = Wall(visit(stack, watcher).tab(), stack.url).open()
    sign = quick_signs(catalogue)[1]
    street = max(catalogue.counted, key=lambda s: s.area_km2 or 0)
    feeder.post([reading(sign, value_for(sign, State.ALARM), street.code)])
    wall.eventually(lambda w: w.streets()[street.code] == "alarm", SOON_S)
    wall.eventually(
        lambda w: any(
            street.short.zh in name and sign.short.zh in name
            for name in w.page.locator(".map-name").all_inner_texts()
        )
    )
    board = wall.eventually(lambda w: w.page.locator("#wall .alert").all_inner_texts())
    owner = catalogue.department[sign.department].short.zh
    assert any(street.short.zh in row and sign.short.zh in row and owner in row for row in board), (
        board
    )


def test_a_value_that_comes_late_is_marked_late_by_the_engine(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    """An old observation that arrives now is as old as its observation, not as its arrival."""
    wall = Wall(visit(stack, watcher).tab(), stack.url).open()
    late, stale = catalogue.sign["FAC-01"], catalogue.sign["FAC-02"]
    feeder.post(
        [
            reading(late, value_for(late, State.NORMAL), age_s=late.cadence_s * 2 + 5),
            reading(stale, value_for(stale, State.NORMAL), age_s=stale.stale_after_s + 5),
        ]
    )
    wall.eventually(lambda w: w.cell(late.code).freshness == "late", SOON_S)
    wall.eventually(lambda w: w.cell(stale.code).freshness == "stale", SOON_S)
    assert wall.cell(late.code).state == "normal"
    assert wall.cell(stale.code).state == "unknown"


def test_a_district_value_says_how_many_streets_it_stands_on(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    """A street that has fallen silent is missing from the whole: the cell counts it."""
    wall = Wall(visit(stack, watcher).tab(), stack.url).open()
    sign, streets = quick_signs(catalogue)[2], catalogue.counted[10:14]
    silent_s = sign.stale_after_s + 60
    feeder.post(reading(sign, sign.typical, s.code) for s in streets[1:])
    wall.eventually(lambda w: w.cell(sign.code).freshness == "live", SOON_S)
    assert wall.cell(sign.code).age == ""
    feeder.post([reading(sign, sign.typical, streets[0].code, age_s=silent_s)])
    wall.eventually(lambda w: w.cell(sign.code).age == "3/4", SOON_S)
    assert Words("zh").say("wall.cell.partial", alive=3, known=4) in wall.cell(sign.code).label


def test_a_stale_value_is_nowhere_shown_as_if_it_were_fresh(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    """Beside its cell, a sign with a line of its own tells its value a second time."""
    lines = [s for s in catalogue.signs if s.wall_trend]
    stale, live = lines[:2], lines[2:]
    feeder.post(reading(s, s.typical, age_s=s.stale_after_s + 60) for s in stale)
    feeder.post(reading(s, s.typical) for s in live)
    wall = Wall(visit(stack, watcher).tab(), stack.url).open()
    wall.eventually(
        lambda w: [w.cell(s.code).freshness for s in lines] == ["stale"] * 2 + ["live"] * len(live)
    )
    script = "(nodes) => nodes.map((node) => [getComputedStyle(node).color, node.textContent])"
    told = wall.page.locator(".trend .now-value b").evaluate_all(script)
    greyed = colour(wall.page, f"#sign-{stale[0].code} .value", "color")
    fresh = {shade for shade, _ in told[len(stale) :]}
    assert len(fresh) == 1 and greyed not in fresh
    for shade, text in told[: len(stale)]:
        assert text == "—" or shade not in fresh, (text, shade)


GREYED = """() => [...document.querySelectorAll("#wall .cell")].map((cell) => [
  getComputedStyle(cell.querySelector(".value")).color, getComputedStyle(cell).backgroundImage])"""


INDEXES = """() => [...document.querySelectorAll("#wall .panel .head .figure, #wall-index .big")]
  .map((node) => node.dataset.outgrown)"""


def edges_of(sign: Sign) -> tuple[int, ...]:
    """Ages in seconds at which a value turns late and stale; one where both are the same."""
    late, stale = late_after_s(sign.cadence_s, sign.stale_after_s), sign.stale_after_s
    return (late, stale) if late < stale else (stale,)


class Ageing:
    """A wall that no longer hears anything, whose clock the test moves."""

    def __init__(self, wall: Wall, catalogue: Catalogue, last: dict[str, Any]) -> None:
        """`last` is the last snapshot that the page has painted, its clock standing still."""
        self.wall = wall
        self.catalogue = catalogue
        self.now = datetime.fromisoformat(last["as_of"])
        self.seen = {s["code"]: datetime.fromisoformat(s["observed_at"]) for s in last["signs"]}
        self.values = {s["code"]: s["value"] for s in last["signs"]}

    def moments(self) -> list[tuple[datetime, datetime]]:
        """Stretches of time in which signs turn: readings sent together turn together."""
        signs = self.catalogue.signs
        edges = sorted(
            self.seen[s.code] + timedelta(seconds=edge) for s in signs for edge in edges_of(s)
        )
        stretches = [(edges[0], edges[0])]
        for edge in edges:
            first, last = stretches[-1]
            if edge - last < 2 * EDGE:
                stretches[-1] = (first, edge)
            else:
                stretches.append((edge, edge))
        return stretches

    def move_to(self, instant: datetime) -> None:
        """Move the page's clock to an instant of the server's clock."""
        self.wall.page.clock.fast_forward((instant - self.now) // timedelta(milliseconds=1))
        self.now = instant

    def should(self, sign: Sign) -> tuple[str, str, str, str]:
        """Freshness, state, value and age of a normal sign now."""
        words, gone = Words("zh"), self.now - self.seen[sign.code]
        value = shown(self.values[sign.code], sign, "zh")
        late, stale = late_after_s(sign.cadence_s, sign.stale_after_s), sign.stale_after_s
        if gone > timedelta(seconds=stale):
            at = stamp(self.seen[sign.code], self.now, self.catalogue.zone.tz)
            return "stale", "unknown", value, words.say("wall.cell.stale", time=at)
        if gone > timedelta(seconds=late):
            return "late", "normal", value, age(gone, words)
        return "live", "normal", value, ""

    def check(self) -> None:
        """Every cell shows what its value is worth at this moment."""
        cells = self.wall.cells()
        for sign in self.catalogue.signs:
            cell = cells[sign.code]
            said = (cell.freshness, cell.state, cell.value, cell.age)
            assert said == self.should(sign), (sign.code, self.now)


def test_the_browser_ages_every_value_by_itself(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    """The engine stands still. Each sign turns late, then stale, at its own edge, not before."""
    visitor = visit(stack, watcher)
    page = visitor.tab()
    page.clock.install()
    wall = Wall(page, stack.url).open()
    feeder.post(
        reading(s, value_for(s, State.NORMAL), age_s=edges_of(s)[0] - AHEAD_S)
        for s in catalogue.signs
    )
    wall.eventually(lambda w: {c.freshness for c in w.cells().values()} == {"live"}, SOON_S)
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=2))
    heard = wall.version
    wall.eventually(lambda w: w.version > heard, timeout=15)  # the next word stops the clock at it
    fresh = {colour for colour, _ in page.evaluate(GREYED)}
    with frozen(stack, "engine"):
        ageing = Ageing(wall, catalogue, last_word(wall, watcher))
        moments = ageing.moments()
        print(f"{len(moments)} moments at which something turns")
        for first, last in moments:
            ageing.move_to(first - EDGE)
            ageing.check()
            ageing.move_to(last + EDGE)
            ageing.check()
            faults = wall.look()
            assert not faults, f"{ageing.now}\n" + "\n".join(faults)
    assert {c.freshness for c in wall.cells().values()} == {"stale"}
    for shade, hatch in page.evaluate(GREYED):
        assert shade not in fresh and "gradient" in hatch
    assert wall.stream == "silent"
    assert page.evaluate(INDEXES) == ["1"] * (len(catalogue.domains) + 1)
    none = len(catalogue.signs)
    assert Words("zh").say("wall.say.blind", total=none, unknown=none) == wall.text(
        "#wall-sentence"
    )


def last_word(wall: Wall, client: Client) -> dict[str, Any]:
    """The last snapshot, as soon as the page has painted it."""

    def painted() -> dict[str, Any] | None:
        last: dict[str, Any] = client.get("/live/screen").json()
        return last if last["version"] == wall.version else None

    return eventually(painted) or {}


@pytest.mark.parametrize("skew", [timedelta(days=-2), timedelta(hours=7)], ids=str)
def test_a_browser_whose_clock_is_wrong_shows_the_citys_time(
    stack: Stack,
    watcher: Client,
    feeder: Feeder,
    catalogue: Catalogue,
    visit: Visit,
    skew: timedelta,
) -> None:
    sign = quick_signs(catalogue)[3]
    feeder.post([reading(sign, sign.typical)])
    page = visit(stack, watcher).tab()
    page.clock.install(time=datetime.now(UTC) + skew)
    wall = Wall(page, stack.url).open()
    wall.eventually(lambda w: w.cell(sign.code).freshness == "live", SOON_S)
    wall.eventually(
        lambda w: w.text("#wall-top .clock") == f"{datetime.now(catalogue.zone.tz):%H:%M}"
    )


PULSES = """() => {
  window.pulses = {begun: [], ended: []};
  document.addEventListener("animationstart", (e) => window.pulses.begun.push(e.target.id));
  document.addEventListener("animationend", (e) => window.pulses.ended.push(e.target.id));
}"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_change_of_state_pulses_once_or_not_at_all(
    stack: Stack, watcher: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit, motion: str
) -> None:
    sign = quick_signs(catalogue)[4 if motion == "reduce" else 5]
    feeder.post([reading(sign, sign.typical)])
    page = visit(stack, watcher).tab()
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    wall = Wall(page, stack.url).open()
    wall.eventually(lambda w: w.cell(sign.code).state == State.NORMAL, SOON_S)
    page.evaluate(PULSES)
    feeder.post([reading(sign, value_for(sign, State.ALARM))])
    wall.eventually(lambda w: w.cell(sign.code).state == State.ALARM, SOON_S)
    expected = [] if motion == "reduce" else [f"sign-{sign.code}"]
    wall.eventually(lambda w: page.evaluate("window.pulses.begun") == expected)
    wall.eventually(lambda w: page.evaluate("window.pulses.ended") == expected)
