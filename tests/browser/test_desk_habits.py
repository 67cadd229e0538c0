"""What readers do at a desk: look at the tab, change places, copy rows, make letters larger."""

import pytest
from playwright.sync_api import expect

from domain.catalogue import Catalogue
from tests.browser.audit import looked_at
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.browser.oracle import Words
from tests.fixtures.product import Stack
from tests.system.people import sign_in_new
from tests.web_client import Client

ZOOMED = (720, 450)  # what 1440 by 900 is at 200 %
PAGES = {
    "/index": ".index-page:has(.index-rule):has(.sign-chart svg)",
    "/signs": "#signs-body table",
    "/signs?view=grid": "#signs-body svg",
    "/sign/FAC-13": "#sign-head h1",
    "/streets": ".street-table",
    "/street/310115005": ".street-grid",
    "/rankings": ".rank-table",
    "/episodes": ".episode-fields",
    "/sources": ".source-table",
    "/about": ".method-table",
    "/reports": "main h1",
}
_COPIED = """(selector) => new Promise((resolve) => {
  const range = document.createRange();
  const node = document.querySelector(selector);
  range.setStart(node, 0);
  range.setEnd(node, node.childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  const read = (event) => resolve(event.clipboardData.getData("text/plain"));
  addEventListener("copy", read, {once: true});
  document.execCommand("copy");
})"""


@pytest.fixture(scope="module")
def operator(city: Stack, feeder: Feeder, catalogue: Catalogue) -> Client:
    feeder.post(mixed_city(catalogue))
    return sign_in_new(city, "browser.habits", "operator")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tab_names_what_it_shows(
    city: Stack, operator: Client, catalogue: Catalogue, visit: Visit, lang: str
) -> None:
    words = Words(lang)
    sign, street = catalogue.sign["FAC-13"], catalogue.street["310115005"]
    product = words["app.title"].format(city=catalogue.name.of(lang))
    page = visit(city, operator).tab()
    named = {
        f"/sign/{sign.code}": sign.name.of(lang),
        f"/street/{street.code}": street.name.of(lang),
        "/streets": words["nav.streets"],
    }
    for path, name in named.items():
        served = page.request.get(f"{city.url}{path}?lang={lang}").text()
        assert f"<title>{name} · {product}</title>" in served
        page.goto(f"{city.url}{path}?lang={lang}")
        expect(page).to_have_title(f"{name} · {product}")
    page.locator(f".street-table a[href*='{street.code}']").first.click()  # without a new page
    expect(page).to_have_title(f"{named[f'/street/{street.code}']} · {product}")
    page.go_back()
    expect(page).to_have_title(f"{words['nav.streets']} · {product}")


def test_an_open_page_does_not_stay_for_somebody_else(
    city: Stack, operator: Client, visit: Visit
) -> None:
    done = city.command("user", "add", "browser.next", "--role", "leader", "--generate")
    password = done.stdout.splitlines()[-1].removeprefix("password: ")
    visitor = visit(city, operator)
    desk, other = visitor.tab(), visitor.tab()
    desk.goto(f"{city.url}/sources")
    expect(desk.locator(".desk-who")).to_have_text("browser.habits")
    other.context.clear_cookies()  # as at the end of the day
    desk.wait_for_url("**/login?next=*")
    other.goto(f"{city.url}/login")
    other.fill("[name=username]", "browser.next")
    other.fill("[name=password]", password)
    other.keyboard.press("Enter")
    other.wait_for_url("**/screen*")
    desk.goto(f"{city.url}/signs")
    expect(desk.locator(".desk-who")).to_have_text("browser.next")
    again = sign_in_new(city, "browser.third", "operator")
    visitor.context.add_cookies(  # somebody signs in over the session there is
        [{"name": c.name, "value": c.value or "", "url": city.url} for c in again.cookies]
    )
    expect(desk.locator(".desk-who")).to_have_text("browser.third")
    visitor.forgive_ended_session()


def rows_of(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.split("\n")]


def test_copied_rows_are_lines_with_tabs(city: Stack, operator: Client, visit: Visit) -> None:
    page = visit(city, operator).tab()
    for path, table in (("/sources", ".source-table"), ("/streets", ".street-table")):
        page.goto(city.url + path)
        page.wait_for_selector(f"{table} tbody tr")
        columns = page.locator(f"{table} thead th").count()
        rows = page.locator(f"{table} tbody tr").count()
        body = rows_of(page.evaluate(_COPIED, f"{table} tbody"))
        assert [len(row) for row in body] == [columns] * rows, (path, body[:2])
        first = page.locator(f"{table} tbody tr").first.locator("td").first.inner_text()
        assert body[0][0] == " ".join(first.split())
        whole = page.evaluate(_COPIED, "#main")  # the heading, then the table
        assert "\t".join(body[0]) in whole.split("\n")
        assert page.locator("main h1:visible").inner_text() in whole.split("\n")
        cell = page.evaluate(_COPIED, f"{table} tbody tr td")
        assert cell == "" or "\t" not in cell  # a part of a cell is the browser's affair


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_letters_twice_as_large_need_no_sideways_scroll(
    city: Stack, operator: Client, visit: Visit, lang: str
) -> None:
    page = visit(city, operator, *ZOOMED).tab()
    faults = []
    for path, painted in PAGES.items():
        faults += [f"{path}: {fault}" for fault in looked_at(page, city.url, path, painted, lang)]
    assert not faults, "\n".join(faults)
