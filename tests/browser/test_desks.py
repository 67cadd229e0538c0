"""The pages of a desk and the front door: at every width, by keyboard, by address."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, Row, mixed_city, quick_signs, reading
from tests.browser.oracle import Words
from tests.browser.processes import frozen
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new
from tests.web_client import Client

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
WIDTHS = [(390, 844), (1440, 900), (1920, 1080), (3840, 2160)]
PAGES = {
    "/sources": ".source-table",
    "/sources?source=browser": ".quarantine-table",
    "/index": ".index-page:has(.index-sum):has(.sign-chart svg)",
    "/episodes": ".episode-table",
    "/about": ".method-table",
    "/login": "form",
}
SMALLEST_PX = 12
RENEWAL_MS = 11_000
SILENT_MS = 30_000  # three renewals without an answer
GOOD, TWICE, BAD = 7, 3, 4

_ROWS = """() => [...document.querySelectorAll(".source-table tbody tr")].map((row) => {
  const cell = (name) => row.querySelector(`[data-column="${name}"]`).innerText.trim();
  return {code: cell("system").split("\\n").pop().trim().split(/\\s/)[0],
    freshness: row.querySelector(".fresh").dataset.freshness, accepted: cell("accepted"),
    duplicates: cell("duplicates"), quarantined: cell("quarantined")};
})"""
_FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  const known = document.querySelectorAll("[data-stop]").length;
  if (!node.dataset.stop) node.dataset.stop = String(known);
  return {stop: node.dataset.stop, name: (node.innerText || node.name || "").trim(),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth};
}"""
_STOPS = """() => [...document.querySelectorAll(
  "a[href], button, input, select, summary, [tabindex]")]
  .filter((node) => node.checkVisibility({checkVisibilityCSS: true}) && !node.disabled
    && node.type !== "hidden" && node.tabIndex >= 0).length"""


@pytest.fixture(scope="module")
def operator(city: Stack) -> Client:
    return sign_in_new(city, "browser.desk", "operator")


@pytest.fixture(scope="module")
def sent(city: Stack, feeder: Feeder, catalogue: Catalogue) -> list[Row]:
    """What two sources have sent: good rows, some of them twice, and rubbish."""
    feeder.post(mixed_city(catalogue))
    known = Feeder(city, "desks-too")
    good = [quiet(catalogue, street.code) for street in catalogue.counted[:GOOD]]
    known.post(good)
    again = city.client().post_readings(
        known.key, [{"source": known.source, **row} for row in good[:TWICE]]
    )
    assert again.json()["duplicates"] == TWICE
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    base = {"source": feeder.source, **good[0]}
    bad: list[Row] = [
        {**base, "sign": "NO-99"},
        {**base, "value": 1e12},
        {**base, "observed_at": later},
        {**base, "note": "x" * 200, "value": "seven"},
    ]
    feeder.refuse(bad)
    known.refuse([{**row, "source": "desks-too"} for row in bad])
    return bad


def quiet(catalogue: Catalogue, street: str) -> Row:
    """A reading that troubles nobody."""
    sign = quick_signs(catalogue)[-1]
    return reading(sign, sign.typical, street)


def show(page: Page, url: str, painted: str) -> Page:
    page.goto(url)
    page.wait_for_selector(painted)
    return page


def rows(page: Page) -> list[dict[str, Any]]:
    """The table of sources as it stands."""
    found: list[dict[str, Any]] = page.evaluate(_ROWS)
    return found


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_every_width(
    city: Stack,
    operator: Client,
    sent: list[Row],
    visit: Visit,
    width: int,
    height: int,
    lang: str,
    scheme: str,
) -> None:
    stranger, member = (visit(city, who, width, height, scheme).tab() for who in (None, operator))
    for path, painted in PAGES.items():
        page = stranger if path == "/login" else member
        mark = "&" if "?" in path else "?"
        show(page, f"{city.url}{path}{mark}lang={lang}", painted)
        options = {"root": "body", "smallest": SMALLEST_PX, "scrolls": True}
        found = page.evaluate(AUDIT, options)
        assert found["texts"] > 5, path
        assert not found["faults"], f"{path}\n" + "\n".join(found["faults"])


@pytest.mark.parametrize("path", PAGES)
def test_every_control_by_keyboard(
    city: Stack, operator: Client, sent: list[Row], visit: Visit, path: str
) -> None:
    page = visit(city, None if path == "/login" else operator, 1440, 900).tab()
    show(page, city.url + path, PAGES[path])
    stops = page.evaluate(_STOPS)
    page.evaluate("document.activeElement.blur()")
    seen: dict[str, dict[str, Any]] = {}
    for _ in range(stops + 1):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUS)
        if at is not None:
            seen[at["stop"]] = at
    assert len(seen) == stops > 3, seen.values()
    assert [at["name"] for at in seen.values() if not (at["ring"] and at["seen"])] == []


def test_skip_link_leads_to_the_content(
    city: Stack, operator: Client, sent: list[Row], visit: Visit
) -> None:
    page = show(visit(city, operator).tab(), f"{city.url}/sources", ".source-table")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.querySelector('#main').contains(document.activeElement)"
    assert page.evaluate(inside)


def test_the_filter_lives_in_the_address(
    city: Stack, operator: Client, sent: list[Row], visit: Visit
) -> None:
    words, visitor = Words("zh"), visit(city, operator)
    page = show(visitor.tab(), f"{city.url}/sources", ".source-table")
    whole = rows(page)
    never = [row["code"] for row in whole if row["freshness"] == "never"]
    assert 0 < len(never) < len(whole)
    choice = page.locator(".choice", has_text=words["freshness.never"])
    assert str(len(never)) in choice.inner_text()
    choice.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".choice-here:not(:first-child)")
    eventually(lambda: [row["code"] for row in rows(page)] == never)
    assert "freshness=never" in page.url
    copy = show(visitor.tab(), page.url, ".source-table")
    assert [row["code"] for row in rows(copy)] == never
    assert copy.locator(".choice-here").inner_text() == choice.inner_text()
    page.reload()
    eventually(lambda: [row["code"] for row in rows(page)] == never)
    page.go_back()
    eventually(lambda: len(rows(page)) == len(whole))


def test_language_and_theme_stay_on_every_link(
    city: Stack, operator: Client, sent: list[Row], visit: Visit
) -> None:
    page = visit(city, operator).tab()
    show(page, f"{city.url}/sources?freshness=never&lang=en&theme=dark", ".source-table")
    inside = page.locator(".desk a[href^='/']").evaluate_all("(n) => n.map((a) => a.href)")
    other = Words("en")["language.other"]
    for href in inside:
        if href.endswith("/screen?lang=en"):
            continue  # the wall has a theme of its own
        assert "theme=dark" in href, href
    page.get_by_role("link", name=other).click()
    page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    assert "freshness=never" in page.url and "theme=dark" in page.url


def test_drill_to_what_was_refused(
    city: Stack, operator: Client, leader: Client, sent: list[Row], visit: Visit
) -> None:
    words = Words("zh")
    page = show(visit(city, operator).tab(), f"{city.url}/sources", ".source-table")
    row = next(row for row in rows(page) if row["code"] == "desks-too")
    assert row == {
        "code": "desks-too",
        "freshness": "live",
        "accepted": str(GOOD),
        "duplicates": str(TWICE),
        "quarantined": str(BAD),
    }
    link = page.locator(".source-table tr", has_text="desks-too").locator(
        "[data-column=quarantined] a"
    )
    link.click()
    page.wait_for_selector(".quarantine-table")
    assert "source=desks-too" in page.url
    reasons = page.locator("td[data-column=reason]").all_inner_texts()
    wanted = ("unknown_sign", "absurd", "too_far_ahead", "wrong_type")
    assert sorted(reasons) == sorted(words[f"reason.{reason}"] for reason in wanted)
    said = page.inner_text(".quarantine-table")
    assert "NO-99" in said and "seven" in said and "x" * 150 in said.replace("\n", "")
    for reason in wanted:
        assert words[f"reason.{reason}"] in page.inner_text(".desk-lead")
    other = show(visit(city, leader).tab(), page.url, ".facts")
    eventually(lambda: words["quarantine.forbidden"] in other.inner_text("#main"))
    assert "NO-99" not in other.content()  # whose business it is not sees how many, not what


def test_the_table_renews_itself_and_says_when_it_cannot(
    city: Stack, operator: Client, sent: list[Row], catalogue: Catalogue, visit: Visit
) -> None:
    visitor = visit(city, operator)
    page = visitor.tab()
    page.clock.install()
    show(page, f"{city.url}/sources", ".source-table")
    assert not any(row["code"] == "desks-new" for row in rows(page))
    Feeder(city, "desks-new").post([quiet(catalogue, catalogue.counted[0].code)])

    def renewed() -> bool:
        page.clock.run_for(RENEWAL_MS)
        return any(row["code"] == "desks-new" for row in rows(page))

    eventually(renewed, every=0.5)
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=60))
    banner, mark = page.locator("#desk-silent"), page.locator("#desk-mark")

    def answered() -> bool:
        """Whether an answer has come since the clock stands, a renewal ago at most."""
        page.clock.run_for(RENEWAL_MS)
        return mark.inner_text() != before

    before = mark.inner_text()
    eventually(answered, every=0.5)
    with frozen(city, "web"):
        page.clock.run_for(SILENT_MS - RENEWAL_MS - 2_000)
        assert banner.is_hidden()
        page.clock.run_for(RENEWAL_MS + 4_000)
        assert Words("zh")["desk.silent"] in banner.inner_text()
    before = mark.inner_text()
    eventually(answered, timeout=20, every=0.5)
    assert banner.is_hidden()
    visitor.forgive()
