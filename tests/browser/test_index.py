"""From the figure on the wall to all that was taken off it: one number on the way."""

from typing import Any

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from domain.sign import GRADED
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, fates, mixed_city
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.web_client import Client

_SUM = """() => {
  const cents = (node) => Number(node.innerText.replace("−", "-").replace(".", ""));
  const sum = (name) => cents(document.querySelector(`.index-sum [data-sum=${name}]`));
  return {
    lines: [...document.querySelectorAll(".index-taking b[data-points]")].map(cents),
    taken: sum("lost"),
    index: sum("index"),
    figure: cents(document.querySelector(".index-figure")),
    signs: [...document.querySelectorAll(".index-taking tr[data-sign]")].map((r) => r.dataset.sign),
  };
}"""


def opened(page: Page) -> dict[str, Any]:
    page.wait_for_selector(".index-sum")
    found: dict[str, Any] = page.evaluate(_SUM)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_walls_index_opens_into_all_that_was_taken(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit, lang: str
) -> None:
    feeder.post(mixed_city(catalogue))
    wanted = {code for code, fate in fates(catalogue).items() if fate.state in GRADED}
    wall = Wall(visit(city, leader, 1920, 1080).tab(), city.url).open(f"?lang={lang}")
    wall.eventually(lambda w: wanted <= {c for c, x in w.cells().items() if x.state in GRADED})

    def same() -> bool:
        """Nothing has moved between the wall and its index: both say one figure."""
        wall.open(f"?lang={lang}")
        shown = wall.text("#wall-index .big").replace("\n", "")
        wall.page.locator("#wall-index .score a").click()
        page = opened(wall.page)
        return bool(shown == f"{page['figure'] / 100:.2f}")

    assert eventually(same, timeout=40)
    page = opened(wall.page)
    assert page["figure"] == page["index"] == 10_000 + page["taken"]
    assert sum(page["lines"]) == page["taken"] and page["lines"] == sorted(page["lines"])
    assert wanted <= set(page["signs"])
    wall.page.wait_for_selector("#index-course .sign-chart svg")
    wall.page.locator(".index-taking a[href^='/sign/']").first.click()
    wall.page.wait_for_selector("#sign-head h1")
    first = page["signs"][0]
    assert f"/sign/{first}" in wall.page.url
