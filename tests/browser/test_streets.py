"""Streets in the browser: the wall's figures, the drill to a committee by keyboard, ageing."""

from typing import Any

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from domain.sign import GRADED, Sign, State
from tests.browser.audit import AUDIT
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, quick_signs, reading, value_for
from tests.browser.oracle import DASH, figure, shown
from tests.browser.processes import frozen
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.web_client import Client

PLACE = 7  # of the streets: nobody else's
_CELLS = """() => Object.fromEntries([...document.querySelectorAll(".street-grid li")].map(
  (cell) => [cell.dataset.sign, {state: cell.dataset.state, freshness: cell.dataset.freshness,
    value: cell.querySelector(".value").textContent}]))"""
_TROUBLES = """() => [...document.querySelectorAll(".trouble-table tbody tr")].map((row) => ({
  sign: row.dataset.sign, state: row.dataset.state,
  value: row.querySelector(".value").textContent})).filter((row) => row.state !== "unknown")"""
_ROWS = """() => Object.fromEntries([...document.querySelectorAll(".street-table tbody tr")].map(
  (row) => [row.dataset.place, {state: row.querySelector(".mark").dataset.state,
    index: row.querySelector("[data-column=index]").innerText.trim()}]))"""
_IN_ALARM = """() => [...document.querySelectorAll(".street-table tbody tr .mark")]
  .every((mark) => mark.dataset.state === "alarm")"""
_INSIDE = """(node) => {
  const box = node.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight;
}"""


@pytest.fixture(scope="module")
def troubled(city: Stack, feeder: Feeder, catalogue: Catalogue) -> dict[str, Sign]:
    """Signs of one street by the state that they have been brought to."""
    street = catalogue.counted[PLACE].code
    signs = [s for s in quick_signs(catalogue) if s.at_street and s.stale_after_s >= 600]
    states = (*GRADED, State.NORMAL)
    found = {state.value: sign for state, sign in zip(states, signs, strict=False)}
    feeder.post([reading(s, value_for(s, State(state)), street) for state, s in found.items()])
    return found


def wall_of(client: Client) -> dict[str, Any]:
    """What the wall is shown at this moment."""
    found: dict[str, Any] = client.get("/live/screen").json()
    return found


def judged(client: Client, street: str) -> dict[str, Any] | None:
    """The wall's line of a street, once it is in alarm."""
    rows = {row["code"]: row for row in wall_of(client)["streets"]}
    return rows[street] if rows[street]["state"] == "alarm" else None


def opened(page: Page, url: str, painted: str) -> Page:
    page.goto(url)
    page.wait_for_selector(painted)
    return page


def press(page: Page, selector: str) -> None:
    """Follow what is there by the keyboard alone."""
    page.locator(selector).first.focus()
    page.keyboard.press("Enter")


def test_every_figure_is_the_walls(
    city: Stack, leader: Client, troubled: dict[str, Sign], catalogue: Catalogue, visit: Visit
) -> None:
    street = catalogue.counted[PLACE].code
    line = eventually(lambda: judged(leader, street))
    page = visit(city, leader, 1440, 900).tab()
    opened(page, f"{city.url}/street/{street}", ".street-grid")
    assert page.inner_text(".street-figure") == figure(line["index"], 1)
    rows = page.evaluate(_TROUBLES)
    assert rows[0]["sign"] == line["sign"] == troubled["alarm"].code
    alerts = [a for a in wall_of(leader)["alerts"] if a["street"] == street]
    said = {
        (a["sign"], a["state"], shown(a["value"], catalogue.sign[a["sign"]], "zh")) for a in alerts
    }
    assert {(r["sign"], r["state"], r["value"]) for r in rows} == said
    cells = page.evaluate(_CELLS)
    assert set(cells) == {s.code for s in catalogue.signs if s.at_street}
    for state, sign in troubled.items():
        value = shown(value_for(sign, State(state)), sign, "zh")
        assert cells[sign.code] == {"state": state, "freshness": "live", "value": value}
    never = [c for c in cells.values() if c["freshness"] == "never"]
    assert never and {(c["value"], c["state"]) for c in never} == {(DASH, "unknown")}
    opened(page, f"{city.url}/streets", ".street-table")
    listed = page.evaluate(_ROWS)
    wall = wall_of(leader)
    for row in (*wall["streets"], *wall["areas"]):
        same = {"index": figure(row["index"], 1), "state": row["state"]}
        assert listed[row["code"]] == same, row["code"]
    worst = troubled["alarm"]
    opened(page, f"{city.url}/sign/{worst.code}?street={street}", ".sign-chart svg")
    assert cells[worst.code]["value"] in page.inner_text("main")


def test_from_the_list_to_a_committee_and_back_by_keyboard(
    city: Stack, leader: Client, troubled: dict[str, Sign], catalogue: Catalogue, visit: Visit
) -> None:
    place = catalogue.counted[PLACE]
    eventually(lambda: judged(leader, place.code))
    page = visit(city, leader, 1440, 900).tab()
    opened(page, f"{city.url}/streets", ".street-table")
    press(page, '.choice[href*="state=alarm"]')
    page.wait_for_url("**/streets?state=alarm")
    page.wait_for_selector('.choice-here[href*="state=alarm"]:focus')  # painted, focus and all
    press(page, '.street-table th[data-column="index"] a')
    page.wait_for_selector('.street-table th[aria-sort][data-column="index"] a:focus')
    page.wait_for_function(_IN_ALARM)  # the containers of a page are painted one by one
    press(page, f'tr[data-place="{place.code}"] td[data-column="name"] a')
    page.wait_for_url(f"**/street/{place.code}")
    page.wait_for_selector(f"h1:text-is('{place.name.zh}')")
    sign = troubled["warning"]
    press(page, f'.trouble-table tr[data-sign="{sign.code}"] a')
    page.wait_for_url(f"**/street/{place.code}?sign={sign.code}")
    page.wait_for_selector(f'.street-sign-now[data-sign="{sign.code}"]')
    page.wait_for_selector(".sign-chart svg")
    menu = '.crumb-menu[data-menu="committee"]'
    press(page, f"{menu} summary")
    own = [c for c in catalogue.committees if c.street == place.code]
    press(page, f'{menu} a[href*="committee={own[-1].code}"]')
    page.wait_for_url(f"**committee={own[-1].code}")
    pointed = page.locator(f"#committee-{own[-1].code}")
    eventually(lambda: pointed.get_attribute("aria-current") == "true" and pointed.is_visible())
    eventually(lambda: pointed.evaluate(_INSIDE))
    page.go_back()
    page.go_back()
    page.wait_for_selector('.trouble-table tr[aria-current][data-state="alarm"]')
    page.go_back()
    page.wait_for_selector(".street-table")
    assert page.url.endswith("/streets?state=alarm&sort=index")


def test_values_grow_old_when_no_answer_comes(
    city: Stack, leader: Client, troubled: dict[str, Sign], catalogue: Catalogue, visit: Visit
) -> None:
    street, sign = catalogue.counted[PLACE].code, troubled["alarm"]
    eventually(lambda: judged(leader, street))
    visitor = visit(city, leader, 1440, 900)
    page = visitor.tab()
    page.clock.install()
    opened(page, f"{city.url}/street/{street}", ".street-grid")
    cell = page.locator(f'.street-grid li[data-sign="{sign.code}"]')
    assert cell.get_attribute("data-state") == "alarm"

    with frozen(city, "web"):
        page.clock.run_for((sign.stale_after_s + 60) * 1000)
        assert cell.get_attribute("data-freshness") == "stale"
        assert cell.get_attribute("data-state") == "unknown"
        assert cell.locator(".mark").get_attribute("data-state") == "unknown"
        row = page.locator(f'.trouble-table tr[data-sign="{sign.code}"]')
        assert row.get_attribute("data-state") == "unknown"
        assert page.locator("#desk-silent").is_visible()
    visitor.forgive()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900), (3840, 2160)])
def test_nothing_is_cut_or_covered(
    city: Stack,
    leader: Client,
    troubled: dict[str, Sign],
    catalogue: Catalogue,
    visit: Visit,
    width: int,
    height: int,
) -> None:
    street = catalogue.counted[PLACE].code
    eventually(lambda: judged(leader, street))
    for lang, scheme in (("zh", "light"), ("en", "dark")):
        page = visit(city, leader, width, height, scheme).tab()
        for path, painted in (
            ("/streets", ".street-table"),
            (f"/street/{street}", ".sign-chart svg"),
        ):
            opened(page, f"{city.url}{path}?lang={lang}", painted)
            options = {"root": ".desk-page", "smallest": 12, "scrolls": True}
            found = page.evaluate(AUDIT, options)
            assert not found["faults"], f"{path} {lang}\n" + "\n".join(found["faults"])
