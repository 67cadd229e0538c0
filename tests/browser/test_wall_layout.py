"""Everything at once, nothing cut: the wall at each of its profiles, in both languages."""

import pytest
from playwright.sync_api import Page

from domain.catalogue import Catalogue
from domain.sign import Sign
from tests.browser.conftest import Visit
from tests.browser.feed import Feeder, mixed_city
from tests.browser.wall import Wall
from tests.fixtures.product import Stack
from tests.web_client import Client

PROFILES = [(1920, 1080), (3840, 2160), (3840, 1080), (5760, 1080), (1080, 1920), (2160, 3840)]
MAX_SCRIPT_BYTES = 450_000


@pytest.mark.parametrize(("width", "height"), PROFILES)
@pytest.mark.parametrize(("lang", "theme"), [("zh", "dark"), ("en", "light")])
def test_a_full_city_fits_its_wall(
    city: Stack,
    leader: Client,
    feeder: Feeder,
    catalogue: Catalogue,
    visit: Visit,
    width: int,
    height: int,
    lang: str,
    theme: str,
) -> None:
    feeder.post(mixed_city(catalogue))
    tab = visit(city, leader, width, height).tab()
    wall = Wall(tab, city.url).open(f"?wall={width}x{height}&lang={lang}&theme={theme}")
    assert list(wall.cells()) == [s.code for s in by_domain(catalogue)]
    assert in_window(tab, "#wall .cell") == len(catalogue.signs)
    assert set(wall.streets()) == {s.code for s in catalogue.counted}
    wall.eventually(lambda _: in_window(tab, "path.street") == len(catalogue.counted))
    assert not tab.evaluate(
        """() => document.scrollingElement.scrollHeight > innerHeight
          || document.scrollingElement.scrollWidth > innerWidth"""
    )
    faults = wall.look()
    assert not faults, "\n".join(faults)


def by_domain(catalogue: Catalogue) -> list[Sign]:
    """Signs as the panels hold them."""
    return [s for d in catalogue.domains for s in catalogue.signs if s.domain == d.code]


def in_window(tab: Page, selector: str) -> int:
    """How many of the elements have an area and lie wholly in the window."""
    found: int = tab.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].filter((node) => {
          const box = node.getBoundingClientRect();
          return box.width > 4 && box.height > 4 && box.left >= -1 && box.top >= -1
            && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
        }).length""",
        selector,
    )
    return found


def test_a_wall_of_another_size_than_the_window_keeps_its_proportions(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    feeder.post(mixed_city(catalogue))
    tab = visit(city, leader, 1920, 1080).tab()
    Wall(tab, city.url).open("?wall=3840x1080")
    box = tab.locator("#wall").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(1920, abs=1)
    assert box["height"] == pytest.approx(540, abs=1)
    assert in_window(tab, "#wall .cell") == len(catalogue.signs)


@pytest.mark.parametrize(("width", "height"), [(3840, 1080), (5760, 1080)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sentence_of_two_lines_pushes_nothing_over_anything(
    city: Stack,
    leader: Client,
    feeder: Feeder,
    catalogue: Catalogue,
    visit: Visit,
    width: int,
    height: int,
    lang: str,
) -> None:
    """The worst may lie in a place with a long name, and last for days."""
    feeder.post(mixed_city(catalogue))
    tab = visit(city, leader, width, height).tab()
    wall = Wall(tab, city.url).open(f"?wall={width}x{height}&lang={lang}")
    lines = tab.evaluate(
        """() => {
          const said = document.querySelector("#wall .sentence");
          const line = parseFloat(getComputedStyle(said).lineHeight);
          const words = said.querySelector(".clause");
          while (said.scrollHeight < 1.9 * line) said.appendChild(words.cloneNode(true));
          return Math.round(said.scrollHeight / line);
        }"""
    )
    assert lines == 2
    faults = wall.look()
    assert not faults, "\n".join(faults)


def test_the_wall_follows_its_window(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    feeder.post(mixed_city(catalogue))
    tab = visit(city, leader, 1920, 1080).tab()
    wall = Wall(tab, city.url).open()
    for width, height in [*PROFILES[1:], PROFILES[0]]:
        tab.set_viewport_size({"width": width, "height": height})
        settled(wall, width)
        wall.eventually(lambda wall: in_window(wall.page, "#wall .cell") == len(catalogue.signs))
        assert in_window(tab, "path.street") == len(catalogue.counted)
        faults = wall.look()
        assert not faults, "\n".join(faults)


def settled(wall: Wall, width: int) -> None:
    """Wait until the wall has taken the new width and stopped moving."""
    seen: list[str] = []

    def still(wall: Wall) -> bool:
        box = wall.page.locator("#wall").bounding_box()
        seen.append(wall.page.locator("path.street").first.get_attribute("d") or "")
        return box is not None and box["width"] == width and seen[-3:] == seen[-1:] * 3

    wall.eventually(still)


def test_a_domain_on_a_phone_begins_below_the_header(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit
) -> None:
    feeder.post(mixed_city(catalogue))
    tab = visit(city, leader, 390, 844).tab()
    tab.goto(f"{city.url}/screen?scene=domain:{catalogue.domains[0].code}")
    tab.locator(".scene-card").first.wait_for()
    top, head = tab.locator(".top").bounding_box(), tab.locator(".scene-head").bounding_box()
    assert top is not None and head is not None
    assert 0 <= head["y"] - (top["y"] + top["height"]) < 60


def test_scripts_on_the_wire(city: Stack, leader: Client, visit: Visit) -> None:
    tab = visit(city, leader).tab()
    Wall(tab, city.url).open()
    sizes: list[int] = tab.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter((entry) => entry.initiatorType === "script" || /\\.js(\\?|$)/.test(entry.name))
          .map((entry) => entry.encodedBodySize)"""
    )
    assert len(sizes) > 10 and min(sizes) > 0
    print(f"scripts: {len(sizes)}, {sum(sizes)} bytes on the wire")
    assert sum(sizes) <= MAX_SCRIPT_BYTES
