"""The public page in a browser: for everyone, alive, and asking nobody."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from data_access.public import releases
from data_access.public.store import open_public
from data_access.settings import Settings
from domain.catalogue import Catalogue
from domain.clock import MINUTE_MS, to_ms, utc_now
from tests.browser.conftest import Watch
from tests.fixtures.product import Stack
from tests.web.public_city import publish

STREET = "310115005"
STATES = (
    "/",
    f"/?street={STREET}&lang=en",
    f"/?street={STREET}&size=large&lang=en",
    "/figure/TRA-02",
    "/method?lang=en",
    "/no-such-page",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, catalogue: Catalogue
) -> Settings:
    folder = tmp_path_factory.mktemp("public") / "var"
    return publish(folder, sqlite_template, catalogue, to_ms(utc_now()))


@pytest.fixture(scope="module")
def site(house: Settings) -> Iterator[Stack]:
    """`SITE=public make run`, with the publication store and nothing else."""
    stack = Stack(demo=False, SITE="public", PUBLIC_DATABASE_URL=house.public_db_url)
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def tab(browser: Browser, site: Stack) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, bypass_csp=False)
    page = context.new_page()
    watch = Watch(page, site.url)
    yield page
    assert context.cookies() == []
    assert [fault for fault in watch.faults if "404" not in fault] == []
    context.close()


def violations(page: Page) -> list[Any]:
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags}).then(r => ({n: r.passes.length,"
        " bad: r.violations.map(v => [v.id, v.impact, v.nodes[0].html])}))",
        WCAG,
    )
    assert found["n"] > 20, "the checks have run"
    bad: list[Any] = found["bad"]
    return bad


@pytest.mark.parametrize("width", [360, 1440])
def test_no_rule_of_accessibility_is_broken(browser: Browser, site: Stack, width: int) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    for path in STATES:
        page.goto(site.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.evaluate(axe)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_it_reads_the_same_without_scripts(browser: Browser, site: Stack) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/?street={STREET}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#street .chosen h3")).to_be_visible()
    page.locator("select[name=street]").select_option(index=3)
    page.locator(".pick button").click()
    assert "street=" in page.url and page.locator(".chosen h3").count() == 1
    context.close()


def test_a_new_publication_appears_by_itself(
    tab: Page, site: Stack, house: Settings, catalogue: Catalogue
) -> None:
    tab.goto(f"{site.url}/?street={STREET}")
    tab.locator("#street .list summary").click()
    tab.locator(".chosen details summary").click()
    tab.locator("h1").click()  # so that nothing in there has the focus
    before = tab.locator("body").get_attribute("data-version")
    mark = tab.evaluate("document.querySelector('.big b').dataset.seen = 'x'")
    assert mark == "x" and before
    store = open_public(house, read_only=False)
    import msgspec

    from data_access.public.queries import view_body

    for view in ("public", "streets"):
        found = view_body(store, view)
        assert found is not None
        body = msgspec.json.decode(found[1])
        body["version"] = int(before) + 1
        for item in body.get("signs", ()):
            if item["code"] == "ENV-02":
                item["value"] = 77
        with store.write() as conn:
            at = to_ms(utc_now()) + MINUTE_MS
            releases.put_view(store, conn, view, body["version"], at, msgspec.json.encode(body))
    store.close()
    expect(tab.locator("#air .big b")).to_have_text("77", timeout=15_000)
    for opened in ("#street .list", ".chosen details"):  # what a reader has opened stays open
        expect(tab.locator(opened)).to_have_attribute("open", "")
