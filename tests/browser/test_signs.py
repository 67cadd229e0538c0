"""Signs in the browser: list → sign → street → back, the chart, a note; all without the mouse."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from domain.sign import Sign, State
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, quick_signs, reading, value_for
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new
from tests.web_client import Client

TEXT = "泵站<b>检修"


@pytest.fixture(scope="module")
def operator(city: Stack) -> Client:
    return sign_in_new(city, "browser.signs", "operator")


@pytest.fixture(scope="module")
def told(city: Stack, feeder: Feeder, catalogue: Catalogue) -> Sign:
    """A sign in alarm at one street, with an hour of samples behind it but for a gap."""
    sign = next(s for s in quick_signs(catalogue) if s.at_street and s.cadence_s <= 300)
    street = catalogue.counted[4].code
    bad = value_for(sign, State.ALARM)
    ages = [n * 60 for n in range(0, 98) if not 30 <= n < 55]
    feeder.post([reading(sign, sign.typical, street, age) for age in ages if age > 300])
    feeder.post([reading(sign, bad * 4, street, 5)])
    return sign


def press(page: Page, selector: str) -> None:
    """Follow what is there by the keyboard alone."""
    page.locator(selector).first.focus()
    page.keyboard.press("Enter")


def chart(page: Page) -> dict[str, Any]:
    """The data of the chart that is drawn."""
    # a line without ups and downs has no height: drawn, but not "visible"
    page.wait_for_selector(".sign-chart svg .chart-line-now", state="attached")
    found: dict[str, Any] = json.loads(
        page.locator(".sign-chart").get_attribute("data-chart") or "{}"
    )
    return found


def test_from_the_list_to_a_street_and_back(
    city: Stack, operator: Client, told: Sign, catalogue: Catalogue, visit: Visit
) -> None:
    page = visit(city, operator, 1440, 900).tab()
    page.goto(f"{city.url}/signs")
    page.wait_for_selector(".sign-table tbody tr")
    assert page.locator(".sign-table tbody tr").count() == len(catalogue.signs)
    page.locator("input[name=q]").fill(told.code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/signs?q={told.code}")
    eventually(lambda: page.locator(".sign-table tbody tr").count() == 1)
    press(page, ".sign-table tbody a")
    page.wait_for_url(f"**/sign/{told.code}")
    page.wait_for_selector(".place-table tbody tr")
    assert page.locator(".place-table tbody tr").count() == len(catalogue.streets)
    press(page, ".place-table tbody a")  # the worst stands first
    street = catalogue.counted[4]
    page.wait_for_url(f"**/sign/{told.code}?street={street.code}")
    page.wait_for_selector(f".sign-where b:text-is('{street.name.zh}')")
    data = chart(page)
    assert {line["kind"] for line in data["lines"]} == {"now", "before"}
    page.locator(".sign-chart svg").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".chart-said").inner_text().strip()
    page.go_back()
    eventually(lambda: page.locator(".sign-where b").inner_text() == catalogue.name.zh)
    page.go_back()
    eventually(lambda: page.locator(".sign-table tbody tr").count() == 1)


def test_a_gap_is_a_gap(
    city: Stack, operator: Client, told: Sign, catalogue: Catalogue, visit: Visit
) -> None:
    page = visit(city, operator, 1440, 900).tab()
    now = datetime.now(catalogue.zone.tz)
    ends = [f"{at:%Y-%m-%dT%H:%M}" for at in (now - timedelta(minutes=100), now)]
    page.goto(
        f"{city.url}/sign/{told.code}?street={catalogue.counted[4].code}"
        f"&period=custom&from={ends[0]}&to={ends[1]}"
    )
    assert chart(page)["lines"][0]["step"] == told.slot_ms
    drawn = page.locator(".chart-line-now").get_attribute("d") or ""
    assert drawn.count("M") >= 2
    assert page.locator(".chart-gap").count() >= 1
    assert page.locator(".chart-gap-word").first.text_content() == "无数据"


def test_a_note_is_written_seen_and_struck_through(
    city: Stack, operator: Client, told: Sign, catalogue: Catalogue, visit: Visit
) -> None:
    page = visit(city, operator, 1440, 900).tab()
    street = catalogue.counted[4].code
    page.goto(f"{city.url}/sign/{told.code}?street={street}&lang=en")
    chart(page)
    page.locator("textarea").fill(TEXT)
    press(page, ".note-form button")
    page.wait_for_selector(".note-list .note-text")
    assert page.locator(".note-list .note-text").inner_text() == TEXT
    assert page.locator("textarea").input_value() == ""  # a fresh form
    page.wait_for_selector(".chart-note")
    press(page, ".note-list button")
    page.wait_for_selector(".note-list del")
    assert page.locator(".note-list del").inner_text() == TEXT
    eventually(lambda: page.locator(".chart-note").count() == 0)


@pytest.mark.parametrize("width", [390, 1440])
def test_corrections_fit_the_page(
    city: Stack, operator: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit, width: int
) -> None:
    sign, street = quick_signs(catalogue)[0], catalogue.counted[7].code
    first = reading(sign, value_for(sign, State.NORMAL), street, age_s=60 + width / 100)
    feeder.post([first])
    feeder.post([{**first, "value": value_for(sign, State.ATTENTION), "revision": 1}])
    page = visit(city, operator, width, 900).tab()
    page.goto(f"{city.url}/sign/{sign.code}?street={street}&lang=en")
    page.wait_for_selector(".correction-table del")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("a[href*='corrections.csv']").is_visible()
