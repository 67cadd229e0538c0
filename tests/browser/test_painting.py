"""What the reader holds while a page is painted again: focus, open panels, typed text."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

JS = Path(__file__).parents[2] / "assets" / "js"
HELD = """() => {
  const held = document.activeElement;
  return held === document.body ? "" : held.textContent || held.name;
}"""


@pytest.fixture
def board(page: Page) -> Page:
    """An empty container and the painter."""
    page.set_content('<div id="box"></div>')
    page.add_script_tag(content="window.yiping = { identity: { look: () => false } };")  # ours
    for name in ("desk/forms", "desk/light"):
        page.add_script_tag(path=JS / f"{name}.js")
    return page


def paint(page: Page, *nodes: Any) -> None:
    page.evaluate("(nodes) => dash_clientside.light.paint({ box: nodes })", list(nodes))


def panel(name: str, text: str) -> list[Any]:
    return ["details", {"id": name}, ["summary", {}, name], ["p", {}, text]]


def test_an_open_panel_stays_open_and_its_head_keeps_the_focus(board: Page) -> None:
    paint(board, panel("first", "1"), panel("second", "1"))
    board.locator("#second summary").focus()
    board.keyboard.press("Enter")
    paint(board, panel("first", "2"), panel("second", "2"))
    assert board.locator("#second").get_attribute("open") is not None
    assert board.locator("#first").get_attribute("open") is None
    assert board.evaluate(HELD) == "second"
    board.keyboard.press("Enter")
    assert board.locator("#second").get_attribute("open") is None
    paint(board, panel("first", "3"), panel("second", "3"))
    assert board.locator("#second").get_attribute("open") is None


def test_a_dialog_stays_open_and_its_close_button_keeps_the_focus(board: Page) -> None:
    def page_of(n: int) -> list[Any]:
        close = ["button", {"type": "button", "data-closes": ""}, "close"]
        opener = ["button", {"type": "button", "data-opens": "says"}, "open"]
        return [opener, ["dialog", {"id": "says"}, ["p", {}, str(n)], close]]

    paint(board, *page_of(1))
    board.get_by_text("open").click()
    assert board.evaluate(HELD) == "close"
    paint(board, *page_of(2))
    assert board.evaluate(HELD) == "close"
    board.keyboard.press("Enter")
    assert not board.locator("dialog").is_visible()


def test_what_was_typed_stays(board: Page) -> None:
    def form(n: int) -> list[Any]:
        return ["form", {"method": "get", "data-turn": "1"}, ["input", {"name": "q"}], str(n)]

    paint(board, form(1))
    board.locator("input").focus()
    board.keyboard.type("7 号")
    paint(board, form(2))
    board.keyboard.type("线")
    assert board.locator("input").input_value() == "7 号线"
    assert board.evaluate(HELD) == "q"


def test_a_link_keeps_the_focus_and_gives_it_to_nobody_else(board: Page) -> None:
    def links(*names: str) -> list[Any]:
        return [["a", {"href": f"/{name}"}, name] for name in names]

    paint(board, *links("a", "b"))
    board.get_by_text("b").focus()
    paint(board, *links("c", "b"))
    assert board.evaluate(HELD) == "b"
    paint(board, *links("c", "d"))
    assert board.evaluate(HELD) == ""


def test_a_link_with_a_key_keeps_the_focus_when_its_address_changes(board: Page) -> None:
    def links(*hrefs: str) -> list[Any]:
        return [["a", {"href": f"/{h}", "data-key": f"k{n}"}, f"{n}"] for n, h in enumerate(hrefs)]

    paint(board, *links("a", "b"))
    board.get_by_text("1").focus()
    paint(board, *links("c", "d"))
    assert board.evaluate(HELD) == "1"
    paint(board, *links("b"))
    assert board.evaluate(HELD) == "", "another one with the old address is not it"
