"""From the wall to a committee and back: alarm, sign, street, village; the keyboard is enough."""

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from domain.sign import Sign, State
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, quick_signs, reading, value_for
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.web_client import Client

PLACE = 11  # of the streets: nobody else's


@pytest.fixture(scope="module")
def alarmed(city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue) -> Sign:
    """A sign in alarm at one street, and the wall says so."""
    signs = [s for s in quick_signs(catalogue) if s.at_street and s.stale_after_s >= 600]
    sign, street = signs[-1], catalogue.counted[PLACE].code
    feeder.post([reading(sign, value_for(sign, State.ALARM), street)])

    def told() -> bool:
        rows = leader.get("/live/screen").json()["alerts"]
        return any(r["sign"] == sign.code and r["street"] == street for r in rows)

    eventually(told)
    return sign


def by_mouse(page: Page, selector: str) -> None:
    page.locator(selector).first.click()


def by_keyboard(page: Page, selector: str) -> None:
    page.locator(selector).first.focus()
    page.keyboard.press("Enter")


def open_alarm(page: Page, sign: Sign, *, keyboard: bool) -> None:
    """From the wall's home into the scene of a sign: its cell, or down along the alerts."""
    if not keyboard:
        page.locator(f"#sign-{sign.code}").click()
        return
    for _ in range(200):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.querySelector('#wall-scene').dataset.scene") == opens(sign):
            return


def opens(sign: Sign) -> str:
    """The scene of a sign."""
    return f"sign:{sign.code}"


@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
def test_from_the_wall_to_a_committee_and_back(
    city: Stack,
    leader: Client,
    alarmed: Sign,
    catalogue: Catalogue,
    visit: Visit,
    keyboard: bool,
) -> None:
    follow = by_keyboard if keyboard else by_mouse
    street = catalogue.counted[PLACE]
    page = visit(city, leader, 1440, 900).tab()
    wall = Wall(page, city.url).open()
    open_alarm(page, alarmed, keyboard=keyboard)
    wall.eventually(lambda w: alarmed.name.zh in w.text("#wall-scene"))
    follow(page, "#wall-scene h2 a")
    page.wait_for_selector(f"h1:has-text('{alarmed.name.zh}')")
    page.wait_for_selector(".sign-chart svg")
    follow(page, f'.place-table a[href*="street={street.code}"]')
    page.wait_for_url(f"**/sign/{alarmed.code}?street={street.code}")
    follow(page, f'.desk-crumbs a[href*="/street/{street.code}"]')
    page.wait_for_selector(f"h1:text-is('{street.name.zh}')")
    page.wait_for_selector(f'.trouble-table tr[data-sign="{alarmed.code}"][data-state="alarm"]')
    follow(page, '.crumb-menu[data-menu="committee"] summary')
    committee = next(c for c in catalogue.committees if c.street == street.code)
    follow(page, f'.crumb-menu a[href*="committee={committee.code}"]')
    page.wait_for_selector(f'#committee-{committee.code}[aria-current="true"]')
    for back in (
        f"**/street/{street.code}",
        f"**/sign/{alarmed.code}?street={street.code}",
        f"**/sign/{alarmed.code}",
    ):
        page.go_back()
        page.wait_for_url(back)
    page.go_back()
    wall.eventually(lambda w: len(w.cells()) == len(catalogue.signs))
