"""The wall where there is no colour of ours, and on paper."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from domain.catalogue import Catalogue
from tests.browser.conftest import Visit, cookies_of
from tests.browser.feed import Feeder, mixed_city
from tests.browser.wall import APART, AUDIT, Wall
from tests.fixtures.product import Stack
from tests.web_client import Client

GRADES = {"attention", "warning", "alarm"}
SHEETS = [("A4", True), ("A4", False), ("A3", True), ("A3", False), ("Letter", False)]
_MARKS = """() => [...document.querySelectorAll("#wall .cell")].map((cell) => {
  const shapes = [...cell.querySelectorAll(".mark svg > *")].filter(
    (one) => one.checkVisibility() && one.getBoundingClientRect().width > 4);
  return {
    state: cell.dataset.state,
    ground: getComputedStyle(document.querySelector("#wall")).backgroundColor,
    line: getComputedStyle(cell).outlineStyle,
    marks: shapes.map((one) => {
      const { fill, stroke } = getComputedStyle(one);
      return [one.getAttribute("class"), fill === "none" ? stroke : fill];
    }),
  };
})"""
_ON_PAPER = """(options) => {
  const look = %s;
  matchMedia("print").addEventListener("change", (event) => {
    if (!event.matches) return;
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const boxes = (selector) => [...document.querySelectorAll(selector)].filter((node) => {
      const box = node.getBoundingClientRect();
      return box.width > 2 && box.height > 2 && box.left >= -1 && box.top >= -1
        && box.right <= width + 1 && box.bottom <= height + 1;
    }).length;
    window.sheet = { width, height, cells: boxes("#wall .cell"), streets: boxes("path.street"),
      faults: look(options).faults.filter((one) => !/^(off the window|the page)/.test(one)) };
  });
}"""


def test_forced_colours_keep_every_glyph_and_grade(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, browser: Browser
) -> None:
    feeder.post(mixed_city(catalogue))
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080}, locale="zh-CN", forced_colors="active"
    )
    context.add_cookies(cookies_of(leader))  # type: ignore[arg-type]
    wall = Wall(context.new_page(), city.url).open()
    cells: list[dict[str, Any]] = wall.page.evaluate(_MARKS)
    faults = wall.look()
    context.close()
    assert {cell["state"] for cell in cells} > GRADES
    for cell in (c for c in cells if c["state"] in GRADES):
        ((kind, ink),) = cell["marks"]
        assert kind == f"mark-{cell['state']}" and ink != cell["ground"], cell
    lines = {cell["state"]: cell["line"] for cell in cells}
    assert len({lines[state] for state in GRADES | {"normal"}}) == 4, lines
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_the_printed_wall_is_one_sheet_with_every_sign_on_it(
    city: Stack, leader: Client, feeder: Feeder, catalogue: Catalogue, visit: Visit, query: str
) -> None:
    feeder.post(mixed_city(catalogue))
    page = visit(city, leader, 1920, 1080).tab()
    wall = Wall(page, city.url).open(query)
    page.evaluate(_ON_PAPER % AUDIT, {"root": "#wall", "apart": APART})
    for size, landscape in SHEETS:
        document = page.pdf(format=size, landscape=landscape)
        sheet = page.evaluate("window.sheet")
        assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1, (size, landscape)
        assert (sheet["width"] > sheet["height"]) is landscape
        assert sheet["cells"] == len(catalogue.signs), (size, landscape, sheet)
        assert sheet["streets"] == len(catalogue.counted), (size, landscape, sheet)
        assert not sheet["faults"], (size, landscape, sheet["faults"])
    as_before(page)
    wall.ready()


def as_before(page: Page) -> None:
    """Printing leaves no trace on the wall."""
    box = page.locator("#wall").bounding_box()
    assert box is not None and (box["width"], box["height"]) == (1920, 1080)
