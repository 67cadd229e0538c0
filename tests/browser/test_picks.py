"""Picking on a map and in a chart: real clicks and keys, the address, the way back."""

import pytest
from playwright.sync_api import Page, expect

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, quick_signs, reading
from tests.fixtures.product import Stack
from tests.web_client import Client

ROWS = ".street-table tbody tr"
_HIT = """(codes) => codes.filter((code) => {
  const path = document.querySelector(`.street-map svg path.street[data-code="${code}"]`);
  path.scrollIntoView({ block: "center" });
  const box = path.getBoundingClientRect();
  return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === path;
})"""
_FOCUS = "document.activeElement.dataset.key"


@pytest.fixture
def page(city: Stack, leader: Client, visit: Visit) -> Page:
    return visit(city, leader, 1440, 900).tab()


def shape(page: Page, code: str) -> None:
    """Click a street on the (first) map."""
    page.locator(f'.street-map svg path.street[data-code="{code}"]').first.click()


def hit(page: Page, catalogue: Catalogue) -> list[str]:
    """Streets whose middle is theirs, so that a click there means them."""
    found: list[str] = page.evaluate(_HIT, [s.code for s in catalogue.counted])
    assert len(found) > 3
    return found


def test_clicks_on_the_map_filter_the_list(city: Stack, page: Page, catalogue: Catalogue) -> None:
    page.goto(f"{city.url}/streets?sort=-name")
    rows, bar = page.locator(ROWS), page.locator(".pick-bar")
    expect(rows).to_have_count(len(catalogue.streets))
    first, second, *_ = hit(page, catalogue)
    shape(page, first)
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-place", first)
    expect(page).to_have_url(f"{city.url}/streets?sort=-name&pick={first}")
    shape(page, second)
    expect(rows).to_have_count(2)
    expect(bar).to_contain_text("已选 2 个")
    expect(page.locator(".export-links a").first).to_have_attribute(
        "href", f"/export/streets.csv?sort=-name&pick={'%2C'.join(sorted((first, second)))}"
    )
    copy = page.context.new_page()  # what somebody gets who is sent the address
    copy.goto(page.url)
    expect(copy.locator(ROWS)).to_have_count(2)
    copy.close()
    shape(page, first)
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-place", second)
    page.go_back()
    expect(rows).to_have_count(2)
    page.go_back()
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-place", first)
    page.locator(".pick-clear").click()
    expect(rows).to_have_count(len(catalogue.streets))
    expect(page).to_have_url(f"{city.url}/streets?sort=-name")


def test_by_keyboard_the_focus_stays_on_the_street(
    city: Stack, page: Page, catalogue: Catalogue
) -> None:
    page.goto(f"{city.url}/streets")
    rows = page.locator(ROWS)
    expect(rows).to_have_count(len(catalogue.streets))
    link = page.locator(".street-map svg a[data-key]").nth(2)
    key = link.get_attribute("data-key")
    link.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.wait_for_function(f"{_FOCUS} === '{key}'")
    page.keyboard.press("Tab")
    other = page.evaluate(_FOCUS)
    assert other and other != key
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    page.wait_for_function(f"{_FOCUS} === '{other}'")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.wait_for_function(f"{_FOCUS} === '{other}'")
    page.locator(".pick-bar a").first.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(len(catalogue.streets))


def test_one_sign_by_street_on_its_map(
    city: Stack, page: Page, feeder: Feeder, catalogue: Catalogue
) -> None:
    sign = next(s for s in quick_signs(catalogue) if s.at_street)
    feeder.post([reading(sign, sign.typical, catalogue.counted[0].code)])
    page.goto(f"{city.url}/sign/{sign.code}?period=7d")
    rows = page.locator(".place-table tbody tr")
    expect(rows).to_have_count(len(catalogue.streets))
    first, second, *_ = hit(page, catalogue)
    shape(page, first)
    expect(rows).to_have_count(1)
    shape(page, second)
    expect(rows).to_have_count(2)
    expect(page).to_have_url(
        f"{city.url}/sign/{sign.code}?period=7d&pick={'%2C'.join(sorted((first, second)))}"
    )
    page.locator(".pick-clear").click()
    expect(rows).to_have_count(len(catalogue.streets))
