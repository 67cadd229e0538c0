"""The tests' own eyes: each fault they look for, made on purpose, is seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit, Visitor
from tests.browser.wall import Wall
from tests.conditions import eventually
from tests.fixtures.product import Stack
from tests.web_client import Client


@pytest.fixture
def visitor(city: Stack, leader: Client, visit: Visit) -> Iterator[Visitor]:
    """Somebody whose faults are meant."""
    made = visit(city, leader)
    yield made
    for watch in made.watches:
        watch.faults.clear()


@pytest.fixture
def wall(city: Stack, visitor: Visitor) -> Wall:
    return Wall(visitor.tab(), city.url).open()


ELSEWHERE = "http://127.0.0.2:9/"
INLINE = "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        ("console.error('mischief')", "console error: mischief"),
        ("console.warn('mischief')", "console warning: mischief"),
        ("setTimeout(() => { throw new Error('mischief') })", "thrown: "),
        (INLINE, "console error: CSP: script-src-elem"),
        ("void fetch('/no/such/thing')", "404: "),
        (f"void fetch('{ELSEWHERE}').catch(() => 0)", "console error: CSP: connect-src"),
    ],
)
def test_the_watch(wall: Wall, visitor: Visitor, deed: str, seen: str) -> None:
    assert visitor.faults == []
    wall.page.evaluate(deed)

    def noticed() -> bool:
        wall.page.evaluate("1")  # lets events come in
        return any(fault.startswith(seen) for fault in visitor.faults)

    eventually(noticed)


def test_the_watch_abroad(city: Stack, leader: Client, visit: Visit) -> None:
    """Where no policy forbids it, a request to elsewhere is still seen."""
    visitor = visit(city, leader, bypass_csp=True)
    wall = Wall(visitor.tab(), city.url).open()
    wall.page.evaluate(f"fetch('{ELSEWHERE}').catch(() => 0)")
    eventually(lambda: [f for f in visitor.faults if f.startswith("foreign address: ")])
    visitor.forgive("foreign address: ", "console error: Access to fetch")


def css(page: Page, selector: str, rule: str) -> None:
    """Spoil the first element that fits."""
    page.locator(selector).first.evaluate("(node, rule) => { node.style.cssText += rule }", rule)


@pytest.mark.parametrize(
    ("selector", "rule", "seen"),
    [
        ("#wall .cell .name", "font-size: 12px", "small: "),
        ("#wall .cell .name", "letter-spacing: 4em", "cut: "),
        ("#wall-sentence .clause", "position: relative; top: 90px", "over each other: "),
        ("#wall .cell", "position: relative; left: 90px", "block: "),
        ("#wall .panel", "transform: translate(60px, 40px)", "block: "),
        ("#wall", "transform: translateX(60px)", "off the window: "),
        ("body", "position: relative; width: 2500px; overflow: visible", "the page scrolls side"),
    ],
)
def test_the_critical_eye(wall: Wall, selector: str, rule: str, seen: str) -> None:
    assert wall.look() == []
    css(wall.page, selector, rule)
    assert any(fault.startswith(seen) for fault in wall.look()), wall.look()
