"""The wall by its keyboard alone: turn, pause, a fresh alarm and back, replay and return."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from data_access.accounts import audit
from data_access.settings import Settings
from data_access.store import engine_state
from data_access.store.db import Database, open_database
from data_access.views import frames
from domain.actor import Actor, Role
from domain.catalogue import Catalogue
from domain.clock import HOUR_MS, MINUTE_MS, to_ms, to_rfc3339
from domain.sign import Sign, State
from tests.browser.conftest import Visit, Visitor
from tests.browser.feed import Feeder, mixed_city, quick_signs, reading, value_for
from tests.browser.wall import Wall
from tests.fixtures.product import Stack, running
from tests.system.people import sign_in_new
from tests.web_client import Client

WALL = Actor("test", Role.SCREEN)
TURN_MS = 4000  # instead of a minute
FOCUS_S = 30.0  # debounce and least dwell are those of the product
SIZES = [(1920, 1080), (3840, 2160), (3840, 1080)]
APART = [".scene-facts > *", ".scene-card", ".scene-alert, .scene-street, .scene-said"]


@pytest.fixture(scope="module")
def city() -> Iterator[Stack]:
    """A city of its own: what other tests leave behind would be a storm of fresh alarms here."""
    with running() as product:
        yield product


@pytest.fixture(scope="module")
def leader(city: Stack) -> Client:
    return sign_in_new(city, "director.leader", "leader")


@pytest.fixture(scope="module")
def feeder(city: Stack) -> Feeder:
    return Feeder(city, "director")


@pytest.fixture
def store(city: Stack) -> Iterator[Database]:
    opened = open_database(Settings(data_dir=city.data_dir, demo=False))
    yield opened
    opened.close()


def hurried(route: Route) -> None:
    """The static companion with short times, so that a test need not wait for minutes."""
    answer = route.fetch()
    body = answer.json()
    for wall in body["walls"]:
        for mode in wall["modes"].values():
            mode |= {"dwell_ms": TURN_MS, "focus_ms": TURN_MS}
    route.fulfill(response=answer, json=body)


def told(page: Page, name: str) -> str | None:
    """What the page says of itself in a data attribute of its root."""
    found: str | None = page.evaluate("(name) => document.documentElement.dataset[name]", name)
    return found


def scene(page: Page) -> str:
    """The scene that stands: `home`, or what the scenes' container says."""
    kind: str = page.evaluate("document.querySelector('#wall').dataset.scene")
    if kind == "home":
        return kind
    found: str = page.evaluate("document.querySelector('#wall-scene').dataset.scene")
    return found


def switches(store: Database, who: str) -> list[str]:
    """What the audit log has of a wall's switches, oldest first."""
    rows = audit.newest(store, 1000)
    return [r.object for r in reversed(rows) if r.action == "screen.switch" and r.who == who]


def plant(store: Database, snapshot: dict[str, Any], sign: Sign, ago_ms: int, value: float) -> int:
    """A frame of the past in which a sign has a value of its own; its minute."""
    now = to_ms(datetime.now(UTC))
    minute = (now - ago_ms) // MINUTE_MS * MINUTE_MS
    seen = to_rfc3339(minute)
    signs = [
        {**s, "value": value, "state": "normal", "freshness": "live", "observed_at": seen}
        if s["code"] == sign.code
        else s
        for s in snapshot["signs"]
    ]
    body = json.dumps({**snapshot, "as_of": seen, "signs": signs}).encode()
    with store.write() as conn:
        engine_state.write_frame(store, conn, "screen", minute, gzip.compress(body))
    return minute


def test_a_walk_by_keyboard_alone(
    city: Stack, feeder: Feeder, catalogue: Catalogue, visit: Visit, store: Database
) -> None:
    done = city.command("key", "add", "director", "--screen")
    assert done.returncode == 0, done.stderr
    key = done.stdout.strip().rpartition("key=")[2]
    page = visit(city).tab()
    page.route("**/live/screen/static", hurried)
    wall = Wall(page, city.url).open(f"?profile=centre&key={key}")
    assert told(page, "director") == "auto"
    wall.eventually(lambda w: scene(w.page) == "map")
    pause_and_steer(wall)
    sign = quick_signs(catalogue)[0]
    alarm_and_back(wall, feeder, catalogue, sign)
    replay_and_return(wall, feeder, store, sign)
    wall.eventually(lambda w: any("live" in said for said in switches(store, "screen:director")))
    said = switches(store, "screen:director")
    for part in (": turn", ": key", f"→ sign:{sign.code}: alarm", ": return", "→ replay: replay"):
        assert any(part in row for row in said), (part, said)
    assert all(row.endswith("(centre/daily)") for row in said)


def pause_and_steer(wall: Wall) -> None:
    page = wall.page
    page.keyboard.press("Space")
    assert told(page, "director") == "paused"
    page.keyboard.press("3")
    assert scene(page) == "domain:facilities"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    held = page.evaluate(
        """() => [document.activeElement.dataset.opens,
          getComputedStyle(document.activeElement).outlineStyle]"""
    )
    assert held[0].startswith("sign:") and held[1] != "none"  # the focus is seen
    page.keyboard.press("Enter")
    assert scene(page) == held[0]
    page.keyboard.press("?")
    assert page.locator("#wall-help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#wall-help").is_visible()
    page.keyboard.press("Home")
    assert scene(page) == "home"
    page.keyboard.press("Space")
    assert told(page, "director") == "auto"


def alarm_and_back(wall: Wall, feeder: Feeder, catalogue: Catalogue, sign: Sign) -> None:
    page, street = wall.page, catalogue.counted[7]
    feeder.post([reading(sign, value_for(sign, State.ALARM), street.code)])
    wall.eventually(lambda w: scene(w.page) == f"sign:{sign.code}", FOCUS_S)
    assert told(page, "focus") == "1"
    owner = catalogue.department[sign.department]
    shown = wall.text("#wall-scene")
    assert sign.name.zh in shown and owner.name.zh in shown
    assert street.short.zh in shown
    assert "还剩 3:59:" in shown  # of the four hours of an alarm
    wall.eventually(lambda w: w.streets()[street.code] == "alarm")
    assert set(wall.streets().values()) == {"alarm", "unknown"}  # by this sign alone
    assert told(page, "director") == "auto"
    wall.eventually(lambda w: told(w.page, "focus") == "0", FOCUS_S)
    assert not scene(page).startswith("sign:")


def replay_and_return(wall: Wall, feeder: Feeder, store: Database, sign: Sign) -> None:
    page, snapshot = wall.page, wall.snapshot()
    minute = plant(store, snapshot, sign, MINUTE_MS * 20, sign.typical)
    hour = plant(store, snapshot, sign, MINUTE_MS * 20 + HOUR_MS, sign.typical)
    kept = frames.minutes(store, WALL, "screen", hour, minute + 1)
    assert (kept[0][0], kept[-1][0] + (kept[-1][1] - 1) * MINUTE_MS) == (hour, minute)
    now_cell = wall.cell(sign.code)
    page.keyboard.press("r")
    wall.eventually(lambda w: (told(w.page, "frame") or "").isdigit())
    for _ in range(60):  # back over what the engine has kept since it runs
        if told(page, "frame") == str(minute):
            break
        before = told(page, "frame")
        page.keyboard.press("ArrowLeft")
        wall.eventually(lambda w, before=before: told(w.page, "frame") != before)
    is_past(wall, minute)
    past = wall.cell(sign.code)
    assert now_cell.state == "alarm"
    assert (past.state, past.freshness) == ("normal", "live")  # as it looked then
    assert past.value != now_cell.value
    feeder.post([reading(sign, value_for(sign, State.WARNING))])
    live = wall.snapshot()["version"]
    wall.eventually(lambda w: w.snapshot()["version"] > live)
    assert wall.cell(sign.code) == past  # the present goes on behind it
    page.keyboard.press("Shift+ArrowLeft")
    wall.eventually(lambda w: told(w.page, "frame") == str(hour))
    is_past(wall, hour)
    page.keyboard.press("Escape")
    assert told(page, "director") != "replay"
    assert not page.locator("#wall-replay").is_visible()
    assert "回放" not in page.title()
    wall.eventually(lambda w: w.version >= live and w.cell(sign.code).state != "normal")


def is_past(wall: Wall, minute: int) -> None:
    """Nobody can take it for the present."""
    page = wall.page
    at = datetime.fromtimestamp(minute / 1000 + 8 * 3600, UTC)
    assert told(page, "director") == "replay" and told(page, "replay") == "1"
    assert f"{at:%Y-%m-%d %H:%M}" in wall.text(".replay-bar")
    assert "回放" in wall.text(".replay-bar") and "非实时" in wall.text(".replay-bar")
    assert page.title().startswith(f"回放 {at:%Y-%m-%d %H:%M}")
    assert wall.text("#wall-top .clock") == f"{at:%H:%M}"  # every clock stands still there
    assert page.locator(".replay-water").is_visible() and page.locator(".replay-frame").is_visible()
    slider = page.locator("[role=slider]")
    assert slider.get_attribute("aria-valuetext") == f"{at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_scene_cuts_anything(
    city: Stack,
    leader: Client,
    feeder: Feeder,
    catalogue: Catalogue,
    visit: Visit,
    width: int,
    height: int,
) -> None:
    feeder.post(mixed_city(catalogue))
    visitor: Visitor = visit(city, leader, width, height)
    wall = Wall(visitor.tab(), city.url).open("?scene=map")
    for key in ("2", "3", "7", "ArrowDown"):
        wall.page.keyboard.press(key)
        name = scene(wall.page)
        wall.page.wait_for_function("document.fonts.status === 'loaded'")
        faults = wall.look(APART, 30)
        assert not faults, (name, faults)
